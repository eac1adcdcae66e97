"""The result of a simulation: what became of the orders, and which limits they reached."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Hop(StrEnum):
    """What can limit the flow."""

    PUBLISH = "publish quota of SNS"
    IN_FLIGHT = "in-flight limit of the queue"
    GROWTH = "growth of the mapping"
    MAPPING_CONCURRENCY = "concurrency of the mapping"
    FUNCTION_CONCURRENCY = "concurrency of the function"
    TIMEOUT = "processorTimeoutSeconds"
    TABLE = "write throughput of the table"
    PARTITION = "write throughput of a partition"
    RECEIVES = "maxReceiveCount"
    RETENTION = "messageRetentionSeconds"


@dataclass(frozen=True, slots=True)
class Timeline:
    """What can be seen in each second."""

    published: list[float] = field(default_factory=list)
    backlog: list[float] = field(default_factory=list)
    oldest_seconds: list[float] = field(default_factory=list)
    others_oldest_seconds: list[float] = field(default_factory=list)
    """Without the orders of the noisiest customer."""
    concurrency: list[float] = field(default_factory=list)
    executions: list[float] = field(default_factory=list)
    invocations: list[float] = field(default_factory=list)
    """Invocations that began, with those that Lambda throttled."""
    in_flight: list[float] = field(default_factory=list)
    written: list[float] = field(default_factory=list)
    table_limit: list[float] = field(default_factory=list)
    """Writes that the table takes in this second."""
    hottest: list[float] = field(default_factory=list)
    """Writes that were wanted for the order with the most versions."""
    throttled: list[float] = field(default_factory=list)
    """Orders that Lambda or DynamoDB throttled. Each of them used up a receive."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What became of the orders."""

    published: float
    stored: float
    dead: float
    """Valid orders in OrderDLQ: without fault of their own, they were received too often."""
    rejected: float
    """Invalid orders in OrderDLQ."""
    expired: float
    refused: float
    """Orders that wait at the publisher, because SNS refuses them."""
    waiting: float
    in_flight: float
    """Orders in a batch that is being processed at the end."""
    invocations: float
    drained_after: int | None
    """Seconds between the end of the profile and an empty queue. None if the queue is not empty a day later."""
    reached: Mapping[Hop, int]
    """The limits that were reached, each with its first second, in the order of time."""
    timeline: Timeline

    @property
    def oldest_seconds(self) -> float:
        return max(self.timeline.oldest_seconds)

    @property
    def others_oldest_seconds(self) -> float:
        return max(self.timeline.others_oldest_seconds)
