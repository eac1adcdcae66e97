"""Why a resource changes: a setting, another resource, or the program."""

from collections.abc import Callable, Iterator, Sequence

from infra.effects import EXISTENCE, PROTECTION, settings_of
from infra.resource_types import class_name
from ops.review.preview import Change, Operation, Preview
from ops.review.settings import System
from ops.text import some

Where = Callable[[str, object], str]
"""Returns where a setting with this key and value stands, such as `Pulumi.prod.yaml line 12`, or an empty text.

The key contains its namespace: `orders:batchSize`.
"""
CODE = "code"
"""The input that contains the zip file."""
NAMED = 3
"""The causes of a change, and the settings of a cause, that a finding names."""


def cause(change: Change, preview: Preview, system: System | None, where: Where) -> str:
    """What causes a change, in words. Empty if the resource does not change.

    After an import, many inputs change at once. This names the first causes, and the number of the others.
    """
    found: dict[str, None] = {}
    unrecorded: dict[str, None] = {}
    for name in _inputs(change):
        keys = _unrecorded(change, name, preview, system)
        unrecorded |= dict.fromkeys(keys)
        found |= {} if keys else dict.fromkeys(_causes(change, name, preview, system, where))
    if unrecorded:
        settings = f"{some([*unrecorded], NAMED)}, or the program: the settings before are not recorded yet"
        found = {settings: None, **found}
    return some([*found], NAMED, "; ")


def follows(change: Change, preview: Preview) -> bool:
    """Whether a resource changes only because of others: the findings about those explain it."""
    inputs = _inputs(change)
    return bool(inputs) and all(any(_renewed(change, name, preview)) for name in inputs)


def settings_behind(change: Change, system: System) -> list[str]:
    """The changed settings that determine what changes of a resource."""
    determining = {key for name in _inputs(change) for key in _settings(change, name)}
    return [key for key in system.changed if key in determining]


def _inputs(change: Change) -> Sequence[str]:
    """What changes: inputs, the existence of the resource, or its protection."""
    protection = [PROTECTION] if change.was_protected != change.is_protected else []
    match change.operation:
        case Operation.CREATE | Operation.DELETE:
            return [EXISTENCE]
        case Operation.REPLACE:
            return [*change.forced_by] or [EXISTENCE]
        case _:
            return [*sorted(change.changed), *protection]


def _settings(change: Change, name: str) -> list[str]:
    return settings_of(class_name(change.type), change.name, name)


def _unrecorded(change: Change, name: str, preview: Preview, system: System | None) -> list[str]:
    """The settings that determine an input, if one of them may have changed and nothing else explains the change."""
    determining = _settings(change, name)
    if not system or any(key in system.changed for key in determining) or any(_renewed(change, name, preview)):
        return []
    may_have_changed = any(key in system.unrecorded for key in determining)
    return [system.config_key(key) for key in determining] if may_have_changed else []


def _causes(change: Change, name: str, preview: Preview, system: System | None, where: Where) -> Iterator[str]:
    determining = _settings(change, name)
    changed = [key for key in determining if system and key in system.changed]
    if changed and system:
        yield from (_setting(key, system, where) for key in changed)
    elif renewed := list(_renewed(change, name, preview)):
        yield from renewed
    elif name == CODE:
        yield "the files of the zip file"
    elif change.operation is Operation.REPLACE and not change.forced_by:
        yield "the provider or its Region"
    else:
        yield "the program" + (f", {change.position}" if change.position else "")


def _setting(key: str, system: System, where: Where) -> str:
    place, name = place_of(key, system, where), system.config_key(key)
    return f"{name}, {place}" if place else name


def place_of(key: str, system: System, where: Where) -> str:
    """Where a setting stands. Empty if the system does not record the namespace, because others can have the key."""
    return where(f"{system.namespace}:{key}", system.after[key]) if system.namespace else ""


def _renewed(change: Change, name: str, preview: Preview) -> Iterator[str]:
    """The resources that are created or replaced, and to which an input refers."""
    references = set(change.references.get(name) or ())
    for other in preview.changes:
        if other.urn in references and other.operation in {Operation.CREATE, Operation.REPLACE}:
            verb = "creation" if other.operation is Operation.CREATE else "replacement"
            yield f"the {verb} of {other.name}"
