"""A record of the stream, and what became of its event."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from handler.contract import PARTITION_KEY
from handler.notifier.event import Event
from handler.notifier.failure import Failure


class State(StrEnum):
    """What became of an event."""

    NOTHING_TO_TELL = "nothingToTell"
    TOLD = "told"
    DELAYED = "delayed"
    """It failed, or waits for an earlier event of its order. The record comes again."""
    GIVEN_UP = "givenUp"
    """The queue of events that were given up has its record."""


class Telling:
    """The attempt to tell the change in a record.

    The record needs a sequence number, without which nothing could be reported about it. Nothing else is taken for
    granted: a record of another shape is given up, and delays no other.
    """

    __slots__ = ("event", "failure", "order_id", "record", "sequence_number", "state")

    def __init__(self, record: Mapping[str, Any]) -> None:
        self.record = record
        self.sequence_number: str = record["dynamodb"]["SequenceNumber"]
        self.order_id = _order_id(record)
        self.state = State.DELAYED
        self.event: Event | None = None
        self.failure: Failure | None = None
        """Why the event was not told. None as well while an earlier event of the order is delayed."""

    @property
    def identity(self) -> tuple[str, str]:
        """The record's identity: sequence numbers are unique within a shard, and an order stays in its shard."""
        return self.order_id, self.sequence_number

    @property
    def changed_at(self) -> float:
        """The approximate time of the change, in seconds since the epoch. 0 if it is not known."""
        return float(self.record["dynamodb"].get("ApproximateCreationDateTime") or 0)


def _order_id(record: Mapping[str, Any]) -> str:
    """Return the order's ID, or an empty text if the record has other keys than those of the table."""
    try:
        return str(record["dynamodb"]["Keys"][PARTITION_KEY]["S"])
    except (KeyError, TypeError):
        return ""
