"""The outcomes of processing a message."""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """The kinds of outcome.

    After CONFLICT, INVALID or TRANSIENT, the message has failed. SQS delivers it again or moves it to the dead-letter
    queue.
    """

    STORED = "stored"
    """The order was new and is stored."""
    UPDATED = "updated"
    """The order replaced an earlier version."""
    DUPLICATE = "duplicate"
    """The table already contained this version."""
    STALE = "stale"
    """The table already contained a later version."""
    CONFLICT = "conflict"
    """A permanent failure: the table contains this version with different content."""
    INVALID = "invalid"
    """A permanent failure: the message is not a valid order."""
    TRANSIENT = "transient"
    """A transient failure: another attempt may succeed."""


WRITTEN = frozenset({Kind.STORED, Kind.UPDATED})
"""The kinds of outcome that changed the table."""
_SUCCESSES = WRITTEN | {Kind.DUPLICATE, Kind.STALE}


@dataclass(frozen=True, slots=True)
class Outcome:
    """A kind of outcome. A failure also has a reason in words, and a signature that all failures of its cause share."""

    kind: Kind
    reason: str = ""
    signature: str = ""

    @property
    def succeeded(self) -> bool:
        return self.kind in _SUCCESSES

    @property
    def is_permanent_failure(self) -> bool:
        """Whether retrying the message cannot help."""
        return self.kind in {Kind.CONFLICT, Kind.INVALID}


STORED = Outcome(Kind.STORED)
UPDATED = Outcome(Kind.UPDATED)
DUPLICATE = Outcome(Kind.DUPLICATE)
STALE = Outcome(Kind.STALE)
CONFLICT = Outcome(
    Kind.CONFLICT,
    "the stored order has the same timestamp but different content",
    "same timestamp, other content",
)
NO_TIME_LEFT = Outcome(Kind.TRANSIENT, "the function had no time left to wait for DynamoDB", "no time left")


def invalid(reason: str, signature: str | None = None) -> Outcome:
    return Outcome(Kind.INVALID, reason, signature or reason)


def transient(error: Exception | str, signature: str) -> Outcome:
    return Outcome(Kind.TRANSIENT, str(error), signature)
