"""Compares what is in AWS with what the program declares, input by input."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ops.errors import InvalidInput
from ops.review.preview import UNKNOWN, Change, Preview, document, read_preview
from ops.review.settled import settled
from ops.text import counted

MISSING = "-"
_SIGNATURE = "4dabf18193072939515e22adb298388d"
"""The key with which the engine marks a value that JSON cannot express."""
_SECRET = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105 - the mark of a secret, and no secret
_SHORT = 12
"""The length of a shown hash."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """An input with another value in AWS than in the program. The values are texts that are safe to show."""

    input: str
    in_aws: str
    declared: str


def read_successful(text: str) -> Preview:
    """Read a preview. Raises InvalidInput for another text, and if the preview failed."""
    preview = read_preview(text)
    if preview.errors:
        raise InvalidInput(*(f"the preview failed: {error}" for error in preview.failures))
    return preview


def differences(change: Change) -> Iterator[Difference]:
    """What a change of a resource changes in AWS, by input. Of a replacement, what forces it."""
    change = settled(change)
    for name in sorted(change.forced_by if change.is_removed else change.changed):
        in_aws, declared = shown(name, change.before.get(name)), shown(name, change.after.get(name))
        yield Difference(input=name, in_aws=in_aws, declared=declared)


def shown(name: str, value: Any) -> str:
    """A value as text. Of environment variables and tags only the names, and of policies only their size."""
    if value is None or value in ("", [], {}):
        return MISSING
    if value == UNKNOWN:
        return "(known after the deployment)"
    if isinstance(value, dict) and _SIGNATURE in value:
        is_secret = value[_SIGNATURE] == _SECRET
        return "(secret)" if is_secret else f"archive {str(value.get('hash'))[:_SHORT]}"
    if name in {"environment", "tags"}:
        return ", ".join(sorted(value.get("variables", value) if isinstance(value, dict) else []))
    policy = document(value)
    if isinstance(policy, dict) and "Statement" in policy:
        statements = policy["Statement"]
        return counted(len(statements) if isinstance(statements, list) else 1, "statement")
    text = value if isinstance(value, str) else json.dumps(value)
    return "(address)" if "@" in text else text.replace(UNKNOWN, "?")
