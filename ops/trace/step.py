"""The steps of an order's life, and what a source cannot tell about it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from ops.table import StoredOrder


class What(StrEnum):
    """The steps that are neither outcomes of a message, nor states of an event, nor actions of an operator."""

    PUBLISHED = "published"
    """A version of the order, at its own timestamp. AWS does not record when a message was published."""
    QUEUED = "queued"
    RECEIVED = "received"
    FAILED = "failed"
    """A failed attempt."""
    UNDELIVERED = "undelivered"
    GIVEN_UP = "given up"
    DEAD = "dead"
    IN_TABLE = "in the table"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Something that happened to an order, or its state now."""

    at: datetime | None
    """None is now."""
    what: str
    text: str
    source: str
    """The name of the resource that says so."""
    message_id: str = ""
    request_id: str = ""
    is_last_attempt: bool = False
    """Whether SQS moves the message to OrderDLQ after this failed attempt."""

    @property
    def sort_key(self) -> tuple[datetime, bool]:
        """By time. Where the order is now comes last."""
        return self.at or datetime.max.replace(tzinfo=UTC), self.what in {What.DEAD, What.IN_TABLE}

    def as_json(self) -> Mapping[str, object]:
        return {
            "at": self.at and self.at.isoformat(timespec="milliseconds"),
            "what": self.what,
            "text": self.text,
            "source": self.source,
            "messageId": self.message_id or None,
            "requestId": self.request_id or None,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """Something that a source cannot tell, and why."""

    source: str
    problem: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """The life of an order, as far as it is known."""

    steps: Sequence[Step]
    """Oldest first. The states of now are the last ones."""
    stored: StoredOrder | None
    """The order as the table stores it."""
    gaps: Sequence[Gap]
