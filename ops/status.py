"""How a system is, this moment."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from ops.log import read_log
from ops.system import System

QUEUES = {"queueUrl": "waiting", "deadLetterQueueUrl": "dead letters", "undeliveredQueueUrl": "undelivered"}
"""The stack outputs of the queues, and what is in them."""
RECENT = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """How many messages are in a queue, as SQS approximates it."""

    name: str
    holds: str
    visible: int
    in_flight: int
    oldest_seconds: float | None
    """Of the oldest message, as CloudWatch says it with some minutes' delay; None where it does not say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """The queues, what feeds the processor, the alarms, what failed lately, and what the settings promise."""

    queues: Sequence[Queue]
    mapping: str
    alarms: Mapping[str, str]
    """The state of each alarm by its name."""
    recent_failures: Mapping[str, int]
    """Failed attempts of the last hour by signature, most first."""
    delivery_budget: Mapping[str, float]


def read_status(system: System) -> Status:
    """Ask every service once."""
    return Status(
        queues=[read_queue(system, output, holds) for output, holds in QUEUES.items()],
        mapping=_mapping(system),
        alarms=_alarms(system),
        recent_failures=_recent_failures(system),
        delivery_budget=system.output("deliveryBudget"),
    )


def read_queue(system: System, output: str, holds: str) -> Queue:
    """The queue that a stack output names, this moment."""
    url = system.output(output)
    name = str(url).rpartition("/")[2]
    counts = system.sqs.get_queue_attributes(
        QueueUrl=url, AttributeNames=["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    )["Attributes"]
    return Queue(
        name=name,
        holds=holds,
        visible=int(counts["ApproximateNumberOfMessages"]),
        in_flight=int(counts["ApproximateNumberOfMessagesNotVisible"]),
        oldest_seconds=_oldest(system, name),
    )


def _oldest(system: System, queue: str) -> float | None:
    now = datetime.now(UTC)
    points = system.cloudwatch.get_metric_statistics(
        Namespace="AWS/SQS",
        MetricName="ApproximateAgeOfOldestMessage",
        Dimensions=[{"Name": "QueueName", "Value": queue}],
        StartTime=now - timedelta(minutes=10),
        EndTime=now,
        Period=60,
        Statistics=["Maximum"],
    )["Datapoints"]
    return max(points, key=lambda point: point["Timestamp"])["Maximum"] if points else None


def _mapping(system: System) -> str:
    found = system.lambda_.list_event_source_mappings(FunctionName=system.output("processorName"))
    return ", ".join(str(mapping["State"]) for mapping in found["EventSourceMappings"]) or "missing"


def _alarms(system: System) -> dict[str, str]:
    names = system.output("alarmNames")
    described = system.cloudwatch.describe_alarms(AlarmNames=names, AlarmTypes=["MetricAlarm"])
    states = {alarm["AlarmName"]: str(alarm["StateValue"]) for alarm in described["MetricAlarms"]}
    return {name: states.get(name, "missing") for name in names}


def _recent_failures(system: System) -> dict[str, int]:
    group: Any = system.output("logGroupName")
    records = read_log(system.logs, group, start=datetime.now(UTC) - RECENT, level="ERROR")
    return dict(Counter(str(record.get("signature", record["message"])) for record in records).most_common())
