"""The settings as typed values, in groups.

Pulumi.yaml declares each setting with its default and its description; its key is the field here in camelCase. The type
of a field contains the limits of its value, with the source of each AWS limit. infra/rules.py contains the rules for
several settings together. Only Pulumi.yaml contains defaults.
"""

from dataclasses import dataclass, fields
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field
from pydantic.alias_generators import to_camel

from infra.mapping_limits import NOT_RESERVED

# Lambda API Reference, CreateFunction: the Python runtimes since 3.11 that the AWS provider knows, too.
Runtime = Literal["python3.11", "python3.12", "python3.13", "python3.14"]
Architecture = Literal["arm64", "x86_64"]

# CloudWatch Logs API Reference, PutRetentionPolicy.
LogRetentionDays = Annotated[
    Literal[1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653],
    BeforeValidator(int),  # pydantic does not convert text for a Literal, and configuration values are text
]

# SQS API Reference, SetQueueAttributes: VisibilityTimeout, MessageRetentionPeriod, RedrivePolicy.
VisibilityTimeoutSeconds = Annotated[int, Field(ge=0, le=43_200)]
RetentionSeconds = Annotated[int, Field(ge=60, le=1_209_600)]
MaxReceiveCount = Annotated[int, Field(ge=1, le=1_000)]

# DynamoDB API Reference, PointInTimeRecoverySpecification.
RecoveryDays = Annotated[int, Field(ge=1, le=35)]
# DynamoDB API Reference, OnDemandThroughput: at least 1. A 0 is ours: the program declares none. The upper limit is
# ours: the orders that the most pollers receive.
MaximumTableWrites = Annotated[int, Field(ge=0, le=1_000_000)]

# Lambda API Reference, CreateFunction, CreateEventSourceMapping, ScalingConfig and ProvisionedPollerConfig. The
# smallest maximum concurrency and number of pollers is 2. A 0 is ours: the program declares none. A queue can have
# 10,000 pollers, though the text of the AWS provider says 2,000.
MemoryMegabytes = Annotated[int, Field(ge=128, le=10_240)]
TimeoutSeconds = Annotated[int, Field(ge=1, le=900)]
MaximumConcurrency = Annotated[int, Field(ge=0, le=1_000)]
MinimumPollers = Annotated[int, Field(ge=0, le=200)]
MaximumPollers = Annotated[int, Field(ge=0, le=10_000)]
ReservedConcurrency = Annotated[int, Field(ge=NOT_RESERVED)]
BatchSize = Annotated[int, Field(ge=1, le=10_000)]
BatchingWindowSeconds = Annotated[int, Field(ge=0, le=300)]

# IAM API Reference, CreateRole: PermissionsBoundary is the ARN of a managed policy. Empty for none.
BoundaryArn = Annotated[str, Field(pattern=r"^(arn:aws[a-z-]*:iam::(\d{12}|aws):policy/[\w+=,.@/-]+)?$")]


def _separate(values: object) -> object:
    """Split the text of the configuration. Drop duplicates: SNS has one subscription per address."""
    if not isinstance(values, str):
        return values
    return tuple(dict.fromkeys(stripped for value in values.split(",") if (stripped := value.strip())))


# Our limit, to find mistakes before the deployment: a local part, an @, and a domain with a dot.
EmailAddress = Annotated[str, Field(pattern=r"^[^@\s]+@[^@\s.]+(\.[^@\s.]+)+$")]
EmailAddresses = Annotated[tuple[EmailAddress, ...], BeforeValidator(_separate)]
# Our limit: half of the 24 hours for which a stream keeps a change (DynamoDB Developer Guide, "DynamoDB Streams").
EventRetrySeconds = Annotated[int, Field(ge=60, le=43_200)]
# A filter policy has up to 150 combinations of values, and two are event types (SNS Developer Guide, "Filter policy
# constraints"). Our limit for the length: a longer status is no message attribute (handler/notifier/event.py).
Status = Annotated[str, Field(max_length=256)]
Statuses = Annotated[tuple[Status, ...], Field(max_length=75), BeforeValidator(_separate)]
# Our limit: what the mapping receives with the largest maximum concurrency.
PlannedOrders = Annotated[int, Field(ge=0, le=100_000)]
# Our limits: an age that an order can reach, and a share of the timeout that a batch can take.
OrderAgeSeconds = Annotated[int, Field(ge=1)]
Percent = Annotated[int, Field(ge=1, le=100)]


NAME_CHARACTERS = r"^[A-Za-z0-9_-]+$"
"""What the names of queues, topics, functions and tables can contain. infra/names.py checks the whole names."""
Name = Annotated[str, Field(pattern=NAME_CHARACTERS)]


@dataclass(frozen=True, slots=True, kw_only=True)
class NameSettings:
    """The logical names of the system and its table."""

    system_name: Name
    table_name: Name


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueSettings:
    """Retention, visibility timeout and receive count of the queues."""

    visibility_timeout_seconds: VisibilityTimeoutSeconds
    max_receive_count: MaxReceiveCount
    message_retention_seconds: RetentionSeconds
    dead_letter_retention_seconds: RetentionSeconds


@dataclass(frozen=True, slots=True, kw_only=True)
class TableSettings:
    """Recovery and writes of the table."""

    point_in_time_recovery_days: RecoveryDays
    maximum_table_writes: MaximumTableWrites


@dataclass(frozen=True, slots=True, kw_only=True)
class ProtectionSettings:
    """Protection of everything that holds orders."""

    protect_orders: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessorSettings:
    """The function, its event source mapping and its log group."""

    processor_runtime: Runtime
    processor_architecture: Architecture
    processor_memory_megabytes: MemoryMegabytes
    processor_timeout_seconds: TimeoutSeconds
    maximum_concurrency: MaximumConcurrency
    minimum_pollers: MinimumPollers
    maximum_pollers: MaximumPollers
    reserved_concurrency: ReservedConcurrency
    batch_size: BatchSize
    batching_window_seconds: BatchingWindowSeconds
    planned_orders_per_second: PlannedOrders
    retry_invalid_orders_at_once: bool
    log_retention_days: LogRetentionDays
    custom_metrics: bool
    permissions_boundary: BoundaryArn


@dataclass(frozen=True, slots=True, kw_only=True)
class EventSettings:
    """Telling subscribers about changes of orders."""

    order_events: bool
    order_events_fifo: bool
    event_retry_seconds: EventRetrySeconds
    notify_addresses: EmailAddresses
    notify_statuses: Statuses


@dataclass(frozen=True, slots=True, kw_only=True)
class EncryptionSettings:
    """Encryption of topics, queues, table and log group."""

    customer_managed_key: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TracingSettings:
    """Active tracing of both topics and both functions."""

    active_tracing: bool

    @property
    def mode(self) -> str:
        """The mode of a topic or a function, as SNS and Lambda call it.

        The program declares both modes: without one, the AWS provider keeps the mode that is in AWS.
        """
        return "Active" if self.active_tracing else "PassThrough"


@dataclass(frozen=True, slots=True, kw_only=True)
class MonitoringSettings:
    """Thresholds and subscribers of the alarms."""

    alert_addresses: EmailAddresses
    oldest_order_alarm_seconds: OrderAgeSeconds
    oldest_event_alarm_seconds: OrderAgeSeconds
    duration_alarm_percent: Percent


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """All settings of a system. Each dataclass in it is a group; infra/config.py derives the groups from the types."""

    names: NameSettings
    queue: QueueSettings
    table: TableSettings
    protection: ProtectionSettings
    processor: ProcessorSettings
    events: EventSettings
    encryption: EncryptionSettings
    tracing: TracingSettings
    monitoring: MonitoringSettings
    namespace: str = ""
    """The namespace of the keys in the stack's configuration. Empty if the settings come from elsewhere."""

    def by_key(self) -> dict[str, Any]:
        """Return all settings by their keys in Pulumi.yaml."""
        found = (getattr(self, field.name) for field in fields(self))
        groups = (one for one in found if isinstance(one, Group))
        return {key: value for group in groups for key, value in as_inputs(group).items()}


Group = (
    NameSettings
    | QueueSettings
    | TableSettings
    | ProtectionSettings
    | ProcessorSettings
    | EventSettings
    | EncryptionSettings
    | TracingSettings
    | MonitoringSettings
)


def as_inputs(settings: Group) -> dict[str, Any]:
    """Return a group of settings by key, as the inputs of the component that they configure.

    The engine keeps the inputs of a component in the state. So a preview contains the settings before and after the
    change, and `orders review` compares them.
    """
    values = {to_camel(field.name): getattr(settings, field.name) for field in fields(settings)}
    return {key: list(value) if isinstance(value, tuple) else value for key, value in values.items()}
