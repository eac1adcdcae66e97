"""What became of a message."""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """The ways in which a message can end. The last three fail it: SQS delivers it again, or sets it aside."""

    STORED = "stored"
    """A new order."""
    UPDATED = "updated"
    """A later version of an order that was there."""
    DUPLICATE = "duplicate"
    """The version that is there already."""
    STALE = "stale"
    """An earlier version than the one that is there."""
    CONFLICT = "conflict"
    """Another content for a version that is there already."""
    INVALID = "invalid"
    """No order, and never one."""
    TRANSIENT = "transient"
    """Not now; another attempt may succeed."""


WRITTEN = frozenset({Kind.STORED, Kind.UPDATED})
"""What changed the table."""
_SUCCESSES = WRITTEN | {Kind.DUPLICATE, Kind.STALE}


@dataclass(frozen=True, slots=True)
class Outcome:
    """A kind, and for a failure the reason in words and a signature that all failures of that cause share."""

    kind: Kind
    reason: str = ""
    signature: str = ""

    @property
    def succeeded(self) -> bool:
        return self.kind in _SUCCESSES

    @property
    def can_never_succeed(self) -> bool:
        return self.kind in {Kind.CONFLICT, Kind.INVALID}


STORED = Outcome(Kind.STORED)
UPDATED = Outcome(Kind.UPDATED)
DUPLICATE = Outcome(Kind.DUPLICATE)
STALE = Outcome(Kind.STALE)
CONFLICT = Outcome(
    Kind.CONFLICT, "the order is stored with the same timestamp and another content", "same timestamp, other content"
)
NO_TIME_LEFT = Outcome(Kind.TRANSIENT, "the function's time was up before the order was stored", "no time left")


def invalid(reason: str, signature: str | None = None) -> Outcome:
    return Outcome(Kind.INVALID, reason, signature or reason)


def transient(error: Exception | str, signature: str) -> Outcome:
    return Outcome(Kind.TRANSIENT, str(error), signature)
