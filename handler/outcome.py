"""The outcomes of processing a message."""

import traceback
from dataclasses import dataclass
from enum import StrEnum

from handler.contract import INSTANT


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
    """A permanent failure: the table contains this version with different content, or an item that is not an order."""
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
    exception: str = ""
    """The traceback of an exception that nobody expected, or empty."""

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
NOT_AN_ORDER = Outcome(
    Kind.CONFLICT,
    f"the item in the table with this orderId is not an order: its {INSTANT} is not an instant",
    "the item in the table is not an order",
)
NO_TIME_LEFT = Outcome(Kind.TRANSIENT, "the function had no time left to wait for DynamoDB", "no time left")


def invalid(reason: str, signature: str | None = None) -> Outcome:
    return Outcome(Kind.INVALID, reason, signature or reason)


def transient(error: Exception | str, signature: str) -> Outcome:
    return Outcome(Kind.TRANSIENT, str(error), signature)


def unexpected(bug: Exception) -> Outcome:
    """The outcome of an order for which the code raised an exception that nobody expected."""
    name = type(bug).__name__
    return Outcome(Kind.TRANSIENT, f"{name}: {bug}", name, "".join(traceback.format_exception(bug)).rstrip())
