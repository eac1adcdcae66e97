"""The program's settings as typed values, grouped by what they configure.

Pulumi.yaml declares each setting with its default and its meaning, under the camelCase name of the field here. The
limits of a single value stand in the field's type: those that AWS sets with their source, and ours as ours. How values
must fit together is in infra/rules.py. There are no defaults here: Pulumi.yaml is their home.
"""

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

NOT_RESERVED = -1
"""The `reservedConcurrency` that reserves nothing, as Lambda's own providers write it."""

# Lambda Developer Guide, "Lambda runtimes": the Python runtimes from the specified 3.11 on.
Runtime = Literal["python3.11", "python3.12", "python3.13", "python3.14"]
Architecture = Literal["arm64", "x86_64"]

# CloudWatch Logs API Reference, PutRetentionPolicy.
LogRetentionDays = Annotated[
    Literal[1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653],
    BeforeValidator(int),  # pydantic compares a choice as it is, and configuration arrives as text
]

# SQS API Reference, SetQueueAttributes: VisibilityTimeout, MessageRetentionPeriod, RedrivePolicy.
VisibilityTimeoutSeconds = Annotated[int, Field(ge=0, le=43_200)]
RetentionSeconds = Annotated[int, Field(ge=60, le=1_209_600)]
MaxReceiveCount = Annotated[int, Field(ge=1, le=1_000)]

# DynamoDB API Reference, PointInTimeRecoverySpecification.
RecoveryDays = Annotated[int, Field(ge=1, le=35)]

# Lambda API Reference, CreateFunction, CreateEventSourceMapping and ScalingConfig.
MemoryMegabytes = Annotated[int, Field(ge=128, le=10_240)]
TimeoutSeconds = Annotated[int, Field(ge=1, le=900)]
MaximumConcurrency = Annotated[int, Field(ge=2, le=1_000)]
ReservedConcurrency = Annotated[int, Field(ge=NOT_RESERVED)]
BatchSize = Annotated[int, Field(ge=1, le=10_000)]
BatchingWindowSeconds = Annotated[int, Field(ge=0, le=300)]


def _separate(addresses: object) -> object:
    """One text, as configuration has it, as its addresses; the same address twice would be the same subscription."""
    if not isinstance(addresses, str):
        return addresses
    return tuple(dict.fromkeys(stripped for address in addresses.split(",") if (stripped := address.strip())))


# Ours, so that a mistake is found before SNS does: something, an @, and a domain with a dot.
EmailAddress = Annotated[str, Field(pattern=r"^[^@\s]+@[^@\s.]+(\.[^@\s.]+)+$")]
EmailAddresses = Annotated[tuple[EmailAddress, ...], BeforeValidator(_separate)]
# Ours: an age that an order can have, and a share of the time-out that a batch can take.
OrderAgeSeconds = Annotated[int, Field(ge=1)]
Percent = Annotated[int, Field(ge=1, le=100)]


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueSettings:
    """How long orders wait, stay hidden and are kept, and when SQS sets one aside."""

    visibility_timeout_seconds: VisibilityTimeoutSeconds
    max_receive_count: MaxReceiveCount
    message_retention_seconds: RetentionSeconds
    dead_letter_retention_seconds: RetentionSeconds


@dataclass(frozen=True, slots=True, kw_only=True)
class TableSettings:
    """How the stored orders are guarded."""

    point_in_time_recovery_days: RecoveryDays
    protect_table: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessorSettings:
    """The function, what feeds it, and its log."""

    processor_runtime: Runtime
    processor_architecture: Architecture
    processor_memory_megabytes: MemoryMegabytes
    processor_timeout_seconds: TimeoutSeconds
    maximum_concurrency: MaximumConcurrency
    reserved_concurrency: ReservedConcurrency
    batch_size: BatchSize
    batching_window_seconds: BatchingWindowSeconds
    retry_invalid_orders_at_once: bool
    log_retention_days: LogRetentionDays


@dataclass(frozen=True, slots=True, kw_only=True)
class EncryptionSettings:
    """Whose key encrypts what is kept."""

    customer_managed_key: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class MonitoringSettings:
    """Who is told, and from when on."""

    alert_addresses: EmailAddresses
    oldest_order_alarm_seconds: OrderAgeSeconds
    duration_alarm_percent: Percent


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything that a stack can set."""

    queue: QueueSettings
    table: TableSettings
    processor: ProcessorSettings
    encryption: EncryptionSettings
    monitoring: MonitoringSettings
