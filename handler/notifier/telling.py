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
    """The attempt to tell the change in a record."""

    __slots__ = ("event", "failure", "record", "state")

    def __init__(self, record: Mapping[str, Any]) -> None:
        self.record = record
        self.state = State.DELAYED
        self.event: Event | None = None
        self.failure: Failure | None = None
        """Why the event was not told. None as well while an earlier event of the order is delayed."""

    @property
    def order_id(self) -> str:
        order_id: str = self.record["dynamodb"]["Keys"][PARTITION_KEY]["S"]
        return order_id

    @property
    def sequence_number(self) -> str:
        number: str = self.record["dynamodb"]["SequenceNumber"]
        return number

    @property
    def changed_at(self) -> float:
        """The approximate time of the change, in seconds since the epoch."""
        return float(self.record["dynamodb"]["ApproximateCreationDateTime"])
