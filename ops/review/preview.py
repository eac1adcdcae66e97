"""Reads the JSON of `pulumi preview --json`.

The engine decides its format. A state can contain secrets: nothing of it is printed, only what rules derive from it.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Any

from infra.resource_types import noun
from ops.errors import InvalidInput

UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
"""The engine's value for an output that is not known before the deployment."""
_SECRET, _ENCRYPTED = "[secret]", "1b47061264138c4ac30d75fd1eb44270"
"""The engine's text for a secret, and the mark of a secret in its state."""
_STACK = "::pulumi:pulumi:Stack::"
_PROVIDER = "pulumi:providers:"
_ENGINE_ONLY = ("pulumi:pulumi:", _PROVIDER)
"""Types without a resource in AWS: the stack and its providers."""
_COMPONENT = "orders:index:"
"""The types of the components of this program."""
_OPERATIONS = {
    "import": "create",
    "create-replacement": "replace",
    "import-replacement": "replace",
    "delete-replaced": "delete",
}
"""Further names that the engine has for an operation."""
_NEUTRAL = {
    "refresh",
    "read",
    "read-replacement",
    "read-discard",
    "discard",
    "discard-replaced",
    "remove-pending-replace",
}
"""Operations that change nothing in AWS."""
_ADDRESS = re.compile(r"[^\s@,;:/<>\"'`\[\]()]+@[^\s@.,;:/<>\"'`\[\]()]+(?:\.[^\s@.,;:/<>\"'`\[\]()]+)+")
_INDEX = re.compile(r"\[\"?([^\]\"]*)\"?\]")
"""An element of a path that is not after a dot."""
_PARTS_OF_URN = 4
"""The stack, the project, the types and the name."""
VIOLATION = re.compile(
    r"(?m)^(?P<what>\S.*, but .+):\n  (?P<why>\S.*)(?:\n  (?P<remedy>pulumi config .+))?$",
)
"""A setting that breaks a rule, as infra/rules.py describes it."""
_NOISE = ("an unhandled error occurred: program exited", "preview failed")
"""The engine adds one of these messages to each error."""


class Operation(StrEnum):
    """What the engine does with a resource."""

    CREATE = "create"
    UPDATE = "update"
    REPLACE = "replace"
    DELETE = "delete"
    SAME = "same"


@dataclass(frozen=True, kw_only=True)
class Change:
    """One resource in AWS, before and after the deployment."""

    operation: Operation
    type: str
    """The type in Pulumi, such as `aws:sqs/queue:Queue`."""
    name: str
    """The logical name."""
    urn: str
    before: Mapping[str, Any]
    """The inputs in the state. Empty if the resource is new."""
    after: Mapping[str, Any]
    """The inputs of the program. Empty if the resource is deleted."""
    outputs: Mapping[str, Any]
    """The outputs in the state. Empty if the resource is new."""
    forced_by: Sequence[str]
    """The inputs that force a replacement. Empty if the provider or its Region forces it."""
    was_protected: bool = False
    is_protected: bool = False
    is_retained: bool = False
    """Whether the resource stays in AWS after it has left the stack."""
    stays_retained: bool = False
    """The same after the change."""
    deletes_first: bool = False
    """Whether a replacement deletes the resource before it creates the new one."""
    differing_paths: frozenset[str] | None = None
    """What differs for the provider, such as `environment.variables.TOKEN`. None if it does not say."""
    position: str = ""
    """Where the program declares the resource, such as `infra/table.py line 22`."""
    parent: str = ""
    """The URN of the component that contains the resource."""
    references: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """The URNs of the resources to which an input of the program refers, by input."""

    @property
    def noun(self) -> str:
        """The type in words: `aws:sqs/queue:Queue` is a queue."""
        return noun(self.type)

    @property
    def physical_name(self) -> str | None:
        """The name in AWS before the change, or after it if the resource is new. None if it is not known yet."""
        name = self.outputs.get("name") or self.before.get("name") or self.after.get("name")
        return name if isinstance(name, str) and name != UNKNOWN else None

    @property
    def stack(self) -> str:
        return self.urn.split(":")[2]

    @property
    def parents(self) -> str:
        """The types of the components that contain the resource, such as `orders:index:OrderSystem$…`."""
        return self.urn.split("::")[2].rpartition("$")[0]

    @property
    def is_removed(self) -> bool:
        """Whether the resource that exists now leaves the stack."""
        return self.operation in {Operation.DELETE, Operation.REPLACE}

    @cached_property
    def changed(self) -> frozenset[str]:
        """The inputs with another value. Of a replaced resource, those that the replacement does not explain."""
        if self.operation not in {Operation.UPDATE, Operation.REPLACE}:
            return frozenset()
        found = {name for name in self._inputs if self.before.get(name) != self.after.get(name)}
        if self.operation is Operation.REPLACE:
            found -= {name for name in found if name in self.forced_by or is_unknown(self.after.get(name))}
        return frozenset(found)

    @property
    def differing(self) -> frozenset[str] | None:
        """The inputs and outputs that differ for the provider. None if it does not say."""
        paths = self.differing_paths
        return None if paths is None else frozenset(path.partition(".")[0] for path in paths)

    @property
    def hidden(self) -> frozenset[str]:
        """The properties that an update changes, and whose values the preview does not show, such as secrets."""
        if self.operation is not Operation.UPDATE:
            return frozenset()
        names = (self.differing or frozenset()) - self.changed
        return names & self._inputs if self.changed else names

    @property
    def _inputs(self) -> frozenset[str]:
        return frozenset((self.before.keys() | self.after.keys()) - {"__defaults"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Component:
    """A component, before and after the deployment."""

    urn: str
    parent: str
    """The URN of the component that contains this one, or of the stack."""
    before: Mapping[str, Any] | None
    """The inputs in the state. Empty if an older program deployed the component, None if the component is new."""
    after: Mapping[str, Any] | None
    """The inputs of the program. None if the component is deleted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What the engine would do."""

    changes: Sequence[Change]
    """In the order of their names: the steps of two previews of one change have different orders."""
    components: Sequence[Component] = ()
    errors: Sequence[str]
    """Why the preview failed. Empty if it succeeded. Each is one line, or a VIOLATION."""
    is_new_stack: bool | None = None
    """Whether nothing is deployed. None if the preview does not contain the stack."""
    exported: Mapping[str, Any] = field(default_factory=dict)
    """The outputs of the stack from its last deployment. Empty if the preview does not contain the stack."""
    recorded: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """The inputs of the last deployment, by URN. Empty if the preview did not refresh the state."""

    @property
    def failures(self) -> Sequence[str]:
        """Why the preview failed, each reason on one line."""
        return [" ".join(error.split()) for error in self.errors]

    @property
    def resources(self) -> int:
        """The number of resources. One that is deleted and created again has two changes."""
        return len({change.urn for change in self.changes})

    @property
    def shows_sames(self) -> bool:
        """Whether the preview contains the resources that stay the same."""
        return any(change.operation is Operation.SAME for change in self.changes)


def masked(text: str) -> str:
    """Replace email addresses. The name of a subscription to the alarms contains one."""
    return _ADDRESS.sub("[address]", text)


def number(value: object) -> float | None:
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def is_unknown(value: object) -> bool:
    """Whether a value, or a part of it, is not known before the deployment."""
    return UNKNOWN in json.dumps(value)


def is_hidden(value: object) -> bool:
    """Whether a value, or a part of it, is a secret, which the preview does not show."""
    text = json.dumps(value)
    return _SECRET in text or _ENCRYPTED in text


def is_secret(value: object) -> bool:
    """Whether a value as a whole is a secret."""
    return value == _SECRET or (isinstance(value, dict) and _ENCRYPTED in value.values())


def document(value: object) -> Any:
    """A JSON document that an input contains as text, or None if it is not known yet or not JSON."""
    if not isinstance(value, str) or value == UNKNOWN:
        return None
    try:
        return json.loads(value)
    except ValueError:
        return None


def read_preview(text: str) -> Preview:
    """Parse the output of `pulumi preview --json`. Raises InvalidInput for anything else."""
    found = _parsed(text)
    steps, diagnostics = found.get("steps", []), found.get("diagnostics", [])
    if not (isinstance(steps, list) and isinstance(diagnostics, list) and ("steps" in found or "diagnostics" in found)):
        raise InvalidInput("this is not the output of `pulumi preview --json`: it has no steps")
    try:
        for step in steps:
            _check_shape(step)
        return Preview(
            changes=sorted(_changes(steps), key=_place),
            components=sorted(_components(steps), key=lambda component: component.urn),
            is_new_stack=next((step["op"] == "create" for step in steps if _STACK in step["urn"]), None),
            exported=next((_outputs(step.get("oldState")) for step in steps if _STACK in step["urn"]), {}),
            errors=_errors(diagnostics),
            recorded={step["urn"]: _inputs(step.get("oldState")) for step in steps if step["op"] == "refresh"},
        )
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise InvalidInput(f"this is not the output of `pulumi preview --json`: {error!r}") from None


def _parsed(text: str) -> Mapping[str, Any]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        raise InvalidInput("this is not the output of `pulumi preview --json`: it is not JSON") from None
    if not isinstance(found, dict):
        raise InvalidInput("this is not the output of `pulumi preview --json`: it is not an object")
    return found


def _check_shape(step: Mapping[str, Any]) -> None:
    """Raises ValueError if a part that the rules read is of another type. Null, and a part left out, are empty."""
    _check(step, {"op": str, "urn": str, "oldState": dict, "newState": dict, "detailedDiff": dict})
    if len(step["urn"].split("::")) < _PARTS_OF_URN:
        raise ValueError("urn")
    _check_texts("replaceReasons", step.get("replaceReasons"))
    for state in (step.get("oldState") or {}, step.get("newState") or {}):
        _check(state, {"type": str, "inputs": dict, "outputs": dict, "propertyDependencies": dict})
        for name, urns in (state.get("propertyDependencies") or {}).items():
            _check_texts(name, urns)


def _check(found: Mapping[str, Any], kinds: Mapping[str, type]) -> None:
    for name, kind in kinds.items():
        if found.get(name) is not None and not isinstance(found[name], kind):
            raise ValueError(name)


def _check_texts(name: str, values: object) -> None:
    if values and not (isinstance(values, list) and all(isinstance(one, str) for one in values)):
        raise ValueError(name)


def _place(change: Change) -> tuple[str, str, bool, str]:
    """By name. Of two changes of one resource, the deletion of the old one comes first."""
    return change.name, change.urn, change.operation is not Operation.DELETE, change.operation


def _changes(steps: Sequence[Mapping[str, Any]]) -> Iterator[Change]:
    for step in steps:
        old, new = step.get("oldState") or {}, step.get("newState") or {}
        kind = (new or old).get("type", "")
        if (
            step["op"] in _NEUTRAL
            or _is_component(new or old)
            or (kind.startswith(_ENGINE_ONLY) and not _is_reconfigured(step, kind))
        ):
            continue
        yield Change(
            operation=Operation(_OPERATIONS.get(step["op"], step["op"])),
            type=kind,
            name=step["urn"].rpartition("::")[2],
            urn=step["urn"],
            before=_inputs(old),
            after=_inputs(new),
            outputs=_outputs(old),
            forced_by=step.get("replaceReasons") or [],
            was_protected=bool(old.get("protect")),
            is_protected=bool(new.get("protect")),
            is_retained=bool(old.get("retainOnDelete")),
            stays_retained=bool(new.get("retainOnDelete")),
            deletes_first=bool(old.get("pendingReplacement")),
            differing_paths=_differing_paths(step.get("detailedDiff")),
            position=_position(new or old),
            parent=str((new or old).get("parent", "")),
            references=new.get("propertyDependencies") or {},
        )


def _position(state: Mapping[str, Any]) -> str:
    """`infra/table.py line 22` for the engine's `project:///infra/table.py#22`. A column can follow the line."""
    file, _, place = str(state.get("sourcePosition", "")).removeprefix("project:///").partition("#")
    return f"{file} line {place.partition(',')[0]}" if place else file


def _inputs(state: Mapping[str, Any] | None) -> Mapping[str, Any]:
    return (state or {}).get("inputs") or {}


def _outputs(state: Mapping[str, Any] | None) -> Mapping[str, Any]:
    return (state or {}).get("outputs") or {}


def _differing_paths(paths: Mapping[str, Any] | None) -> frozenset[str] | None:
    """The paths in one notation: `a["b"][0]` is `a.b.0`."""
    return frozenset(_INDEX.sub(r".\1", path) for path in paths) if paths else None


def _components(steps: Sequence[Mapping[str, Any]]) -> Iterator[Component]:
    for step in steps:
        old, new = step.get("oldState"), step.get("newState")
        state = new or old or {}
        if step["op"] in _NEUTRAL or not _is_component(state):
            continue
        yield Component(
            urn=step["urn"],
            parent=str(state.get("parent", "")),
            before=_inputs(old) if old else None,
            after=_inputs(new) if new else None,
        )


def _is_reconfigured(step: Mapping[str, Any], kind: str) -> bool:
    """Whether a provider stays, with another configuration. If it is replaced, each of its resources is, too."""
    return kind.startswith(_PROVIDER) and step["op"] == "update"


def _is_component(state: Mapping[str, Any]) -> bool:
    kind = str(state.get("type", ""))
    return not kind.startswith(_ENGINE_ONLY) and (kind.startswith(_COMPONENT) or state.get("custom") is False)


def _reasons(message: str) -> list[str]:
    """Each setting that a message is about, or the message in one line. Of a traceback, only its last line."""
    if settings := [found[0] for found in VIOLATION.finditer(message)]:
        return settings
    lines = [line.strip() for line in message.splitlines() if line.strip()]
    if any(line.startswith("Traceback") for line in lines):
        lines = [lines[0], lines[-1]]
    return [" ".join(" ".join(lines).split())]


def _errors(diagnostics: Sequence[Mapping[str, Any]]) -> list[str]:
    errors = (one.get("message", "") for one in diagnostics if one.get("severity") == "error")
    messages = [reason for message in errors for reason in _reasons(str(message).removeprefix("error: "))]
    reasons = [message for message in messages if message and not message.startswith(_NOISE)]
    # A preview that failed without a reason failed all the same.
    return sorted(masked(message) for message in reasons or messages)
