"""What differs between the settings and AWS, from `pulumi preview --refresh --json`.

A refresh reads what exists. The engine then shows three values of an input: that of the last deployment, that in AWS,
and that of the program.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from infra import resource_types as types
from infra.effects import settings_of
from ops.errors import InvalidInput, NoAccess
from ops.review.preview import UNKNOWN, Change, Operation, document, is_hidden, is_secret, masked, read_preview
from ops.review.terms import Term, term


class Kind(StrEnum):
    """Why something differs."""

    CHANGED = "changed"
    """Somebody changed the resource in AWS after the last deployment."""
    DELETED = "deleted"
    """Somebody deleted the resource in AWS after the last deployment."""
    NOT_DEPLOYED = "not deployed"
    """The program or the settings changed after the last deployment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One difference between the settings and AWS."""

    kind: Kind
    resource: str
    """The logical name."""
    what: str
    remedy: str
    """The command that ends the difference, and what it does."""

    def __str__(self) -> str:
        return f"{self.what}: {self.remedy}"


PARTS = {types.QUEUE_POLICY, types.ALLOW_POLICY, types.TOPIC_POLICY, types.ROLE_POLICY}
"""Types of resources that AWS deletes together with another resource."""
DOCUMENTS = {"redrivePolicy"}
"""Inputs that are JSON documents with a setting in each field."""
WHOLE = {"tags", "tagsAll"}
"""Inputs with many values that are one for the reader."""
LOST = {
    types.QUEUE: ". Its messages are lost",
    types.TABLE: ". Its orders are lost",
    types.SUBSCRIPTION: ". SNS drops the orders that are published meanwhile",
    types.TOPIC: ". Its subscriptions are gone, also those of other programs",
}
"""What a deleted resource means for orders and events."""
REMEDIES = {
    Kind.CHANGED: "`pulumi up --refresh --stack {}` puts it back",
    Kind.DELETED: "`pulumi up --refresh --stack {}` creates it again",
    Kind.NOT_DEPLOYED: "`pulumi up --stack {}` deploys this change of the program or its settings",
}
"""The command that ends each kind of difference in a stack, and what it does."""


def read_drift(text: str) -> Sequence[Difference]:
    """Return every difference, those that somebody made in AWS first.

    Raises InvalidInput if the text is no preview with a refresh, and NoAccess if the preview failed.
    """
    preview = read_preview(text)
    if preview.errors:
        raise NoAccess("the preview failed, so the stack was not compared: " + "; ".join(preview.failures))
    if not preview.recorded and any(change.before for change in preview.changes):
        raise InvalidInput("this preview did not read what exists: make it with `pulumi preview --refresh --json`")
    found = [one for change in preview.changes for one in _differences(change, preview.recorded)]
    return sorted(found, key=lambda difference: difference.kind is Kind.NOT_DEPLOYED)


def _differences(change: Change, recorded: Mapping[str, Mapping[str, Any]]) -> Iterator[Difference]:
    match change.operation:
        case Operation.CREATE if change.urn in recorded:
            if not _is_consequence(change):
                yield _deleted(change)
        case Operation.CREATE:
            yield _difference(
                Kind.NOT_DEPLOYED, change, f"The {_name(change)} is in the program, and does not exist yet"
            )
        case Operation.DELETE:
            yield _difference(
                Kind.NOT_DEPLOYED, change, f"The {_name(change)} exists, and is not in the program any more"
            )
        case Operation.UPDATE | Operation.REPLACE:
            yield from _changed(change, recorded.get(change.urn, change.before))


def _is_consequence(change: Change) -> bool:
    """Whether the resource was deleted together with the one that it belongs to."""
    return change.type in PARTS and UNKNOWN in change.after.values()


def _changed(change: Change, recorded: Mapping[str, Any]) -> Iterator[Difference]:
    was, found, wanted = (_leaves(inputs) for inputs in (recorded, change.before, change.after))
    unknown = tuple(path for path, value in wanted.items() if value == UNKNOWN)
    secret = [f"{path}." for side in (found, wanted) for path, value in side.items() if is_secret(value)]
    paths = [
        path
        for path in sorted(found.keys() | wanted.keys())
        if not _is_in(path, unknown) and not path.startswith(tuple(secret))
    ]
    differences: list[Difference] = []
    for path in paths:
        known = term(change.type, path)
        values = [inputs.get(path, known.default) for inputs in (was, found, wanted)]
        if is_hidden(values[1:]):
            differences += _of_secret(change, path, known)
        elif values[1] != values[2]:
            what = _sentence(change, path, known, *values[1:])
            kind = Kind.NOT_DEPLOYED if values[0] == values[1] else Kind.CHANGED
            differences.append(_difference(kind, change, what))
    # Another provider or Region forces a replacement although no input differs.
    if change.operation is Operation.REPLACE and not differences and not unknown:
        differences.append(
            _difference(Kind.NOT_DEPLOYED, change, f"The {_name(change)} exists, and the program replaces it")
        )
    yield from dict.fromkeys(differences)


def _of_secret(change: Change, path: str, known: Term) -> Iterator[Difference]:
    """A value that the preview hides on one side, or on both: only the engine knows whether it differs."""
    subject = f"{masked(change.name)}'s {known.words} is a secret, and"
    if change.differing_paths is None:
        yield _difference(Kind.CHANGED, change, f"{subject} the preview does not show whether it differs")
    elif any(_is_in(one, [path]) or _is_in(path, [one]) for one in change.differing_paths):
        yield _difference(Kind.CHANGED, change, f"{subject} differs between AWS and the program")


def _is_in(path: str, values: Sequence[str]) -> bool:
    """Whether the path leads to one of the values or into it."""
    return any(path == value or path.startswith(f"{value}.") for value in values)


def _sentence(change: Change, path: str, known: Term, found: object, wanted: object) -> str:
    subject = f"{masked(change.name)}'s {known.words}"
    is_now, should_be = _shown(found, known), _shown(wanted, known)
    if is_now is None or should_be is None:
        return f"AWS has another value for {subject} than the program"
    unit = f" {known.unit}" if known.unit and found is not None else ""
    declared = "the program does not set it" if wanted is None else f"{_source(change, path)} {should_be}"
    return f"{subject} is {is_now}{unit}, {declared}"


def _source(change: Change, path: str) -> str:
    """Who declares a value."""
    is_setting = settings_of(types.class_name(change.type), change.name, path.partition(".")[0])
    return "the settings say" if is_setting else "the program says"


def _shown(value: object, known: Term) -> str | None:
    """A value in words, or None if it may not be printed."""
    match value:
        case None:
            return "not set"
        case bool():
            return "on" if value else "off"
        case int() | float():
            return f"{value:,}"
        case str() if known.shows_text:
            return value
        case list() if known.shows_text:
            return ", ".join(map(str, value))
        case _:
            return None


def _deleted(change: Change) -> Difference:
    lost = LOST.get(change.type, "") if change.after.get("protocol", "sqs") == "sqs" else ""
    return _difference(Kind.DELETED, change, f"The {_name(change)} does not exist any more{lost}")


def _difference(kind: Kind, change: Change, what: str) -> Difference:
    return Difference(kind=kind, resource=masked(change.name), what=what, remedy=REMEDIES[kind].format(change.stack))


def _name(change: Change) -> str:
    return f"{change.noun} {masked(change.name)}"


def _leaves(inputs: Mapping[str, Any], path: str = "") -> dict[str, Any]:
    """The values in nested inputs, by their paths."""
    found: dict[str, Any] = {}
    for name, value in inputs.items():
        parsed = document(value) if isinstance(value, str) else None
        if name.startswith("__"):
            continue
        if is_secret(value):
            found[f"{path}{name}"] = value
        elif isinstance(value, dict) and "hash" in value:  # an archive: the names of its files differ after a refresh
            found[f"{path}{name}"] = value["hash"]
        elif isinstance(value, dict) and value and name not in WHOLE:
            found |= _leaves(value, f"{path}{name}.")
        elif isinstance(parsed, dict):
            found |= _leaves(parsed, f"{path}{name}.") if name in DOCUMENTS else {f"{path}{name}": parsed}
        else:
            found[f"{path}{name}"] = value
    return found
