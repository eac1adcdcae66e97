"""The current state of a system."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from handler.contract import RecordField
from infra.outputs import DeliveryBudget
from ops.log.reading import read_log
from ops.system import System

WAITING, DEAD_LETTERS, UNDELIVERED = "waiting", "dead letters", "undelivered"
"""The kind of messages in each queue."""
RECENT = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueStatus:
    """The number of messages in a queue, as SQS approximates it."""

    name: str
    holds: str
    visible: int
    in_flight: int
    oldest_seconds: float | None
    """The age of the oldest message. CloudWatch reports it some minutes late; None if it reports none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """The queues, the event source mapping, the alarms, recent failures, and what the settings guarantee."""

    queues: Sequence[QueueStatus]
    mapping: str
    """The state of the event source mapping, such as `Enabled`."""
    alarms: Mapping[str, str]
    """The state of each alarm, by its name."""
    recent_failures: Mapping[str, int]
    """The number of failed attempts of the last hour by signature, the most frequent first."""
    delivery_budget: DeliveryBudget


def read_status(system: System) -> Status:
    """Read the state from every service once."""
    outputs = system.outputs
    return Status(
        queues=[
            read_queue(system, outputs.queue_url, WAITING),
            read_queue(system, outputs.dead_letter_queue_url, DEAD_LETTERS),
            read_queue(system, outputs.undelivered_queue_url, UNDELIVERED),
        ],
        mapping=_mapping(system),
        alarms=_alarms(system),
        recent_failures=_recent_failures(system),
        delivery_budget=outputs.delivery_budget,
    )


def read_queue(system: System, url: str, holds: str) -> QueueStatus:
    """Read the state of the queue at a URL."""
    name = url.rpartition("/")[2]
    counts = system.clients.sqs.get_queue_attributes(
        QueueUrl=url, AttributeNames=["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    )["Attributes"]
    return QueueStatus(
        name=name,
        holds=holds,
        visible=int(counts["ApproximateNumberOfMessages"]),
        in_flight=int(counts["ApproximateNumberOfMessagesNotVisible"]),
        oldest_seconds=_oldest(system, name),
    )


def _oldest(system: System, queue: str) -> float | None:
    now = datetime.now(UTC)
    points = system.clients.cloudwatch.get_metric_statistics(
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
    found = system.clients.lambda_.list_event_source_mappings(FunctionName=system.outputs.processor_name)
    return ", ".join(str(mapping["State"]) for mapping in found["EventSourceMappings"]) or "missing"


def _alarms(system: System) -> dict[str, str]:
    names = list(system.outputs.alarm_names)
    described = system.clients.cloudwatch.describe_alarms(AlarmNames=names, AlarmTypes=["MetricAlarm"])
    states = {alarm["AlarmName"]: str(alarm["StateValue"]) for alarm in described["MetricAlarms"]}
    return {name: states.get(name, "missing") for name in names}


def _recent_failures(system: System) -> dict[str, int]:
    group = system.outputs.log_group_name
    records = read_log(system.clients.logs, group, start=datetime.now(UTC) - RECENT, level="ERROR")
    return dict(
        Counter(str(record.get(RecordField.SIGNATURE) or record.get("message")) for record in records).most_common()
    )
