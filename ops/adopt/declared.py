"""The resources that the program declares, from the JSON of `pulumi preview --json --show-sames`."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ops.errors import InvalidInput
from ops.review.preview import UNKNOWN, read_preview

_STACK = "pulumi:pulumi:Stack"
_ADDRESS = re.compile(r"[^\s@]+@[^\s@]+")
_DEFAULT_PROVIDER = "default_"


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """One resource or component of the program."""

    urn: str
    type: str
    name: str
    """The logical name."""
    parent: str
    """The URN of the parent."""
    provider: str
    """The URN and the ID of the provider, separated by `::`. Empty for a component."""
    inputs: Mapping[str, Any]
    needs: Mapping[str, Sequence[str]]
    """For each input, the URNs of the resources to which it refers."""
    is_component: bool
    in_stack: bool
    id: str
    """The ID in the stack's state. Empty if the resource is not in the stack."""

    @property
    def label(self) -> str:
        """The logical name without an e-mail address, which that of an alert's subscription contains."""
        return _ADDRESS.sub("[address]", self.name)

    @property
    def kind(self) -> str:
        """The last part of the type: `Queue` of `aws:sqs/queue:Queue`."""
        return self.type.rpartition(":")[2]

    @property
    def physical_name(self) -> str | None:
        """The name in AWS that the program gives the resource, or None if the resource has none."""
        name = self.inputs.get("name") or self.inputs.get("dashboardName")
        return name if isinstance(name, str) and name != UNKNOWN else None

    @property
    def is_in_aws(self) -> bool:
        """Whether this is a resource of AWS: neither a component nor a provider."""
        return self.type.startswith("aws:")

    @property
    def is_provider(self) -> bool:
        return self.type.startswith("pulumi:providers:")

    @property
    def provider_name(self) -> str:
        return self.provider.split("::")[-2] if self.provider else ""

    @property
    def provider_version(self) -> str:
        """The version of a default provider, such as `7.51.1`. Empty for a provider that the program declares."""
        name = self.provider_name
        return name.removeprefix(_DEFAULT_PROVIDER).replace("_", ".") if name.startswith(_DEFAULT_PROVIDER) else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """What a stack declares."""

    resources: Sequence[Declared]
    region: str
    leaving: Mapping[tuple[str, str], str] = field(default_factory=dict)
    """What the stack has and the program does not declare: the URN by type and ID. `pulumi up` deletes it."""

    def of_type(self, kind: str) -> list[Declared]:
        return [one for one in self.resources if one.type == kind]

    @property
    def providers(self) -> list[str]:
        """The URNs of the providers that the program declares."""
        return [one.urn for one in self.resources if one.is_provider]

    def region_of(self, resource: Declared) -> str:
        """The Region of a resource: its own, that of its provider, or that of the stack."""
        providers = (one for one in self.resources if resource.provider.startswith(f"{one.urn}::"))
        declared = resource.inputs.get("region") or next((one.inputs.get("region") for one in providers), None)
        return declared if isinstance(declared, str) and declared != UNKNOWN else self.region


def read_program(text: str) -> Program:
    """Parse the output of a preview. Raises InvalidInput if it is not one, or if the preview failed."""
    if errors := read_preview(text).failures:
        raise InvalidInput(*(f"the preview failed: {error}" for error in errors))
    found = json.loads(text)
    region = found.get("config", {}).get("aws:region")
    if not region:
        raise InvalidInput("the stack has no Region: set it with `pulumi config set aws:region`")
    steps = found["steps"]
    leaving = {(step["oldState"]["type"], step["oldState"].get("id", "")): step["urn"] for step in _leaving(steps)}
    return Program(resources=list(_declared(steps)), region=region, leaving=leaving)


def trial_of(program: Program) -> Program:
    """The same program for a stack that has nothing but its providers."""
    return replace(program, resources=[replace(one, in_stack=False, provider=_known(one)) for one in program.resources])


def _known(resource: Declared) -> str:
    """The provider of a resource, with an ID instead of the one that is not known yet."""
    return resource.provider.replace(f"::{UNKNOWN}", "::known")


def _leaving(steps: Sequence[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    return (step for step in steps if step.get("oldState") and not step.get("newState"))


def _declared(steps: Sequence[Mapping[str, Any]]) -> Iterator[Declared]:
    for step in steps:
        old, new = step.get("oldState") or {}, step.get("newState") or {}
        if not new or new["type"] == _STACK:
            continue
        yield Declared(
            urn=step["urn"],
            type=new["type"],
            name=step["urn"].rpartition("::")[2],
            parent=new.get("parent", ""),
            provider=new.get("provider", ""),
            inputs=new.get("inputs") or {},
            needs=new.get("propertyDependencies") or {},
            is_component=not new.get("custom"),
            in_stack=bool(old),
            id=old.get("id") or "",
        )
