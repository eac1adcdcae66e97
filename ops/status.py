"""The current state of a system."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from handler.contract import RecordField
from infra.links import alarm_link, dashboard_link
from infra.outputs import DeliveryBudget
from ops.clients import Clients
from ops.errors import is_unsupported
from ops.log.lines import Record
from ops.log.reading import read_log
from ops.mappings import is_stopped
from ops.mute import muted_until
from ops.pause.outlook import Outlook, read_outlook
from ops.pause.record import Pause, last_pause
from ops.queues import count_messages, name_of_queue, read_oldest_seconds
from ops.system import System
from ops.version import Version, read_version

if TYPE_CHECKING:
    from mypy_boto3_cloudwatch.type_defs import MetricAlarmTypeDef

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
    """The queues, the event source mappings, a pause, the alarms, recent failures, and what the settings guarantee."""

    queues: Sequence[QueueStatus]
    mapping: str
    """The state of the processor's event source mapping, such as `Enabled`."""
    notifier_mapping: str
    """The state of the notifier's event source mapping, or `none` if the system tells no events."""
    version: Version
    """What was deployed, and what runs."""
    outlook: Outlook | None
    """How long waiting orders are safe, while the processor's mapping is stopped. None if it is not."""
    pause: Pause | None
    """Who stopped it. None if it is not stopped, or if nobody recorded it."""
    dashboard_link: str
    """Empty on an emulator, which has no console."""
    alarms: Mapping[str, str]
    """The state of each alarm, by its name."""
    alarms_since: Mapping[str, datetime]
    """Since when each alarm that exists has its state, by its name."""
    alarm_links: Mapping[str, str]
    """The link to each alarm, by its name. Empty on an emulator."""
    muted_until: datetime | None
    """Until when `orders mute` lets no alarm notify anybody. None if it does not."""
    recent_failures: Mapping[str, int]
    """The number of failed attempts of the last hour by signature, the most frequent first."""
    last_failure: datetime | None
    """When the latest of them was. None if there was none."""
    delivery_budget: DeliveryBudget


def read_status(system: System) -> Status:
    """Read the state from every service once."""
    outputs = system.outputs
    queues = [
        _queue(system.clients, outputs.queue_url, WAITING),
        _queue(system.clients, outputs.dead_letter_queue_url, DEAD_LETTERS),
        _queue(system.clients, outputs.undelivered_queue_url, UNDELIVERED),
        *([_queue(system.clients, outputs.given_up_queue_url, GIVEN_UP)] if outputs.tells_events else []),
    ]
    mapping, alarms, failures = _mapping(system, outputs.processor_name), _alarms(system), _recent_failures(system)
    is_paused = is_stopped(mapping)
    has_console = system.clients.endpoint_url is None
    return Status(
        queues=queues,
        mapping=mapping,
        notifier_mapping=_mapping(system, outputs.notifier_name) if outputs.tells_events else "none",
        version=read_version(system),
        outlook=read_outlook(system) if is_paused else None,
        pause=last_pause(system.clients.logs, outputs.log_group_name) if is_paused else None,
        dashboard_link=dashboard_link(outputs.topic_arn, outputs.dashboard_name) if has_console else "",
        alarms={name: alarms[name]["StateValue"] if name in alarms else "missing" for name in outputs.alarm_names},
        alarms_since={name: alarm["StateUpdatedTimestamp"] for name, alarm in alarms.items()},
        alarm_links={name: alarm_link(outputs.topic_arn, name) for name in outputs.alarm_names if has_console},
        muted_until=_muted_until(system),
        recent_failures=_by_signature(failures),
        last_failure=_latest(failures),
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


def _mapping(system: System, function: str) -> str:
    found = system.clients.lambda_.list_event_source_mappings(FunctionName=function)
    return ", ".join(str(mapping["State"]) for mapping in found["EventSourceMappings"]) or "missing"


def _alarms(system: System) -> dict[str, "MetricAlarmTypeDef"]:
    """The alarms that exist, by their names."""
    described = system.clients.cloudwatch.describe_alarms(
        AlarmNames=list(system.outputs.alarm_names), AlarmTypes=["MetricAlarm"]
    )
    return {alarm["AlarmName"]: alarm for alarm in described["MetricAlarms"]}


def _muted_until(system: System) -> datetime | None:
    try:
        return muted_until(system)
    except ClientError as error:
        if is_unsupported(error):
            return None
        raise


def _recent_failures(system: System) -> list[Record]:
    group = system.outputs.log_group_name
    return list(read_log(system.clients.logs, group, start=datetime.now(UTC) - RECENT, level="ERROR"))


def _by_signature(failures: Sequence[Record]) -> dict[str, int]:
    signatures = (str(record.get(RecordField.SIGNATURE) or record.get("message")) for record in failures)
    return dict(Counter(signatures).most_common())


def _latest(failures: Sequence[Record]) -> datetime | None:
    return max((datetime.fromisoformat(record["timestamp"]).astimezone(UTC) for record in failures), default=None)
