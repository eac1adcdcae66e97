"""The current state of a system."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from handler.contract import RecordField
from infra.outputs import DeliveryBudget
from ops.clients import Clients
from ops.log.reading import read_log
from ops.queues import count_messages, name_of_queue
from ops.system import System

WAITING, DEAD_LETTERS, UNDELIVERED, GIVEN_UP = "waiting", "dead letters", "undelivered", "events given up"
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
    """The queues, the event source mappings, the alarms, recent failures, and what the settings guarantee."""

    queues: Sequence[QueueStatus]
    mapping: str
    """The state of the processor's event source mapping, such as `Enabled`."""
    notifier_mapping: str
    """The state of the notifier's event source mapping, or `none` if the system tells no events."""
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
            _queue(system.clients, outputs.queue_url, WAITING),
            _queue(system.clients, outputs.dead_letter_queue_url, DEAD_LETTERS),
            _queue(system.clients, outputs.undelivered_queue_url, UNDELIVERED),
            *([_queue(system.clients, outputs.given_up_queue_url, GIVEN_UP)] if outputs.tells_events else []),
        ],
        mapping=_mapping(system, outputs.processor_name),
        notifier_mapping=_mapping(system, outputs.notifier_name) if outputs.tells_events else "none",
        alarms=_alarms(system),
        recent_failures=_recent_failures(system),
        delivery_budget=outputs.delivery_budget,
    )


def _queue(clients: Clients, url: str, holds: str) -> QueueStatus:
    counts, name = count_messages(clients.sqs, url), name_of_queue(url)
    return QueueStatus(
        name=name,
        holds=holds,
        visible=counts.visible,
        in_flight=counts.in_flight,
        oldest_seconds=read_oldest_seconds(clients, name),
    )


def read_oldest_seconds(clients: Clients, queue_name: str) -> float | None:
    """Read the age of the oldest message in a queue. CloudWatch reports it some minutes late, or not at all."""
    now = datetime.now(UTC)
    points = clients.cloudwatch.get_metric_statistics(
        Namespace="AWS/SQS",
        MetricName="ApproximateAgeOfOldestMessage",
        Dimensions=[{"Name": "QueueName", "Value": queue_name}],
        StartTime=now - timedelta(minutes=10),
        EndTime=now,
        Period=60,
        Statistics=["Maximum"],
    )["Datapoints"]
    return max(points, key=lambda point: point["Timestamp"])["Maximum"] if points else None


def _mapping(system: System, function: str) -> str:
    found = system.clients.lambda_.list_event_source_mappings(FunctionName=function)
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
