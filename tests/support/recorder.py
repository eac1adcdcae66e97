"""Runs the whole program under Pulumi's mocks, and records everything that it registers."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from pulumi.runtime import Mocks, rpc
from pulumi.runtime.mocks import MockCallArgs, MockMonitor, MockResourceArgs

from infra.project import stack_config
from infra.resource_types import KEY
from local.program import main_program, run_program
from tests.support.arns import ACCOUNT, REGION, WITHOUT_ARN, arn_of


@dataclass(frozen=True)
class Registration:
    """One registration, as the engine would receive it."""

    type: str
    name: str
    inputs: dict[str, Any]
    parent: str
    urn: str
    dependencies: frozenset[str]
    protect: bool
    custom: bool
    ignored: frozenset[str] = frozenset()
    """The inputs whose changes the engine ignores."""
    retained: bool = False
    """Whether the resource stays in AWS when it leaves the stack."""
    aliases: tuple[str, ...] = ()
    """The URNs and parents under which earlier versions registered the resource."""

    def document(self, key: str) -> Any:
        """Parse an input that is a JSON document."""
        return json.loads(self.inputs[key])


@dataclass
class Program:
    """Everything that a run registered."""

    resources: list[Registration] = field(default_factory=list)
    registered_outputs: set[str] = field(default_factory=set)
    outputs: dict[str, Any] = field(default_factory=dict)
    calls: list[tuple[str, str]] = field(default_factory=list)
    """Token and provider of each function call. The provider is empty for the default one."""

    def all(self, type_token: str) -> list[Registration]:
        return [resource for resource in self.resources if resource.type == type_token]

    def one(self, type_token: str, name: str | None = None) -> Registration:
        found = [resource for resource in self.all(type_token) if name in (None, resource.name)]
        assert len(found) == 1, f"{len(found)} of {type_token} {name or ''}"
        return found[0]

    def statements(self, type_token: str) -> list[dict[str, Any]]:
        """Return the statements of all policies of a type, sorted: resources are registered in any order."""
        found = [one for resource in self.all(type_token) for one in resource.document("policy")["Statement"]]
        return sorted(found, key=str)

    @property
    def components(self) -> Iterator[Registration]:
        return (resource for resource in self.resources if not resource.custom)


class _Answers(Mocks):
    """Give every resource an ARN and a URL that contain its name."""

    def new_resource(self, args: MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        made_up = {"name": args.name, "url": f"https://{args.name}"}
        if args.custom and args.typ not in WITHOUT_ARN:
            made_up["arn"] = arn_of(args.typ, args.name, args.inputs)
        if args.typ == KEY:
            made_up["keyId"] = f"{args.name}-id"
        if args.inputs.get("streamEnabled"):
            made_up["streamArn"] = f"{made_up['arn']}/stream/2025-05-03T12:00:00.000"
        return f"{args.name}-id", {**made_up, **args.inputs}

    def call(self, args: MockCallArgs) -> tuple[dict[str, Any], list[tuple[str, str]] | None]:
        known: dict[str, dict[str, Any]] = {
            "aws:index/getCallerIdentity:getCallerIdentity": {
                "accountId": ACCOUNT,
                "arn": f"arn:aws:iam::{ACCOUNT}:user/deployer",
            },
            "aws:index/getRegion:getRegion": {"region": REGION},
        }
        return known[args.token], []


class _Recorder(MockMonitor):
    def __init__(self, program: Program) -> None:
        super().__init__(_Answers())
        self._program = program

    def RegisterResource(self, request: Any) -> Any:  # noqa: N802 - the monitor's own name
        response = super().RegisterResource(request)  # type: ignore[no-untyped-call]  # Pulumi's
        if request.type != "pulumi:pulumi:Stack":
            self._program.resources.append(
                Registration(
                    type=request.type,
                    name=request.name,
                    inputs=rpc.deserialize_properties(request.object),
                    parent=request.parent,
                    urn=response.urn,
                    dependencies=frozenset(request.dependencies),
                    protect=request.protect,
                    custom=request.custom,
                    ignored=frozenset(request.ignoreChanges),
                    retained=request.retainOnDelete,
                    aliases=tuple(alias.urn or alias.spec.parentUrn for alias in request.aliases),
                )
            )
        return response

    def Invoke(self, request: Any) -> Any:  # noqa: N802 - the monitor's own name
        self._program.calls.append((request.tok, request.provider))
        return super().Invoke(request)  # type: ignore[no-untyped-call]  # Pulumi's

    def RegisterResourceOutputs(self, request: Any) -> Any:  # noqa: N802 - the monitor's own name
        self._program.registered_outputs.add(request.urn)
        return super().RegisterResourceOutputs(request)  # type: ignore[no-untyped-call]  # Pulumi's


def recorded(
    stack: str, settings: Mapping[str, str] | None = None, program: Callable[[], None] = main_program
) -> Program:
    """Run the program as the stack, with some settings changed, and return the record."""
    return recorded_with(stack_config(stack, settings), stack, program)


def recorded_with(config: Mapping[str, str], stack: str, program: Callable[[], None]) -> Program:
    """Run a program with exactly this configuration, and return the record."""
    record = Program()
    record.outputs = run_program(stack, config, _Recorder(record), program)
    return record
