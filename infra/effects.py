"""Which inputs of which resources each setting determines.

`orders review` names the setting that caused a change, so this module imports neither Pulumi nor pydantic. A test
varies every setting, and compares the inputs that change with this table.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

PACKAGE_FILES = "packageFiles"
"""The input of the processor's component that contains the hash of each file in the zip file."""
NAMESPACE = "settingsNamespace"
"""The input of a system that contains the namespace of its settings, such as `orders` for `orders:batchSize`."""
EXISTENCE = ""
"""In place of an input: the setting decides whether the resource exists."""
PROTECTION = "protect"
"""In place of an input: the resource option."""


@dataclass(frozen=True, slots=True)
class Effect:
    """An input of a type of resource."""

    noun: str
    """The type without its package and module, such as `Queue`, or `*` for any."""
    input: str
    name: str = "*"
    """A pattern for the logical name. It does not contain the name of the system."""

    def includes(self, noun: str, name: str, input_: str) -> bool:
        return self.noun in ("*", noun) and self.input == input_ and fnmatchcase(name, self.name)


DASHBOARD = Effect("Dashboard", "dashboardBody")
"""Its graphs show the names of resources and the thresholds of alarms."""
ENVIRONMENT = Effect("Function", "environment", "*Processor")

EFFECTS: Mapping[str, Sequence[Effect]] = {
    "systemName": [Effect("*", EXISTENCE)],
    "tableName": [
        Effect("Table", EXISTENCE),
        ENVIRONMENT,
        Effect("RolePolicy", "policy", "*MayWriteOrders"),
        Effect("RolePolicy", "policy", "*MayReadChanges"),
        Effect("EventSourceMapping", "eventSourceArn", "*Notifier"),
        Effect("MetricAlarm", "dimensions", "*Table*"),
        DASHBOARD,
    ],
    "visibilityTimeoutSeconds": [Effect("Queue", "visibilityTimeoutSeconds", "*Queue")],
    "maxReceiveCount": [Effect("RedrivePolicy", "redrivePolicy"), ENVIRONMENT],
    "messageRetentionSeconds": [Effect("Queue", "messageRetentionSeconds", "*Queue")],
    "deadLetterRetentionSeconds": [
        Effect("Queue", "messageRetentionSeconds", "*DLQ"),
        Effect("Queue", "messageRetentionSeconds", "*Undelivered"),
    ],
    "pointInTimeRecoveryDays": [Effect("Table", "pointInTimeRecovery")],
    "maximumTableWrites": [Effect("Table", "onDemandThroughput")],
    "protectOrders": [Effect("Table", "deletionProtectionEnabled"), Effect("*", PROTECTION)],
    "processorRuntime": [Effect("Function", "runtime")],
    "processorArchitecture": [Effect("Function", "architectures")],
    "processorMemoryMegabytes": [Effect("Function", "memorySize", "*Processor")],
    "processorTimeoutSeconds": [
        Effect("Function", "timeout", "*Processor"),
        ENVIRONMENT,
        Effect("MetricAlarm", "threshold", "*ProcessorSlow"),
        DASHBOARD,
    ],
    "permissionsBoundary": [Effect("Role", "permissionsBoundary")],
    "maximumConcurrency": [Effect("EventSourceMapping", "scalingConfig", "*Processor")],
    "minimumPollers": [Effect("EventSourceMapping", "provisionedPollerConfig", "*Processor")],
    "maximumPollers": [Effect("EventSourceMapping", "provisionedPollerConfig", "*Processor")],
    "reservedConcurrency": [Effect("Function", "reservedConcurrentExecutions", "*Processor")],
    "batchSize": [Effect("EventSourceMapping", "batchSize", "*Processor")],
    "batchingWindowSeconds": [Effect("EventSourceMapping", "maximumBatchingWindowInSeconds", "*Processor")],
    "plannedOrdersPerSecond": [],
    "retryInvalidOrdersAtOnce": [ENVIRONMENT, Effect("RolePolicy", EXISTENCE, "*MayRetryAtOnce")],
    "logRetentionDays": [Effect("LogGroup", "retentionInDays")],
    "customMetrics": [Effect("Function", "environment"), DASHBOARD],
    "orderEvents": [
        *(Effect("*", EXISTENCE, name) for name in ("*Events", "*EventsDLQ", "*EventsTooOld", "*EventsDLQNotEmpty")),
        *(Effect("*", EXISTENCE, name) for name in ("*Notifier", "*NotifierMay*", "*NotifierErrors")),
        Effect("ResourcePolicy", "policyDocument", "*Tracing"),
        Effect("Table", "streamEnabled"),
        Effect("Table", "streamViewType"),
        Effect("Key", "policy"),
        DASHBOARD,
    ],
    "orderEventsFifo": [
        Effect("Topic", "fifoTopic", "*Events"),
        Effect("Topic", "name", "*Events"),
        Effect("TopicPolicy", "arn", "*Events"),
        Effect("TopicPolicy", "policy", "*Events"),
        Effect("ResourcePolicy", "policyDocument", "*Tracing"),
        Effect("RolePolicy", "policy", "*NotifierMayTell"),
        Effect("Function", "environment", "*Notifier"),
        DASHBOARD,
    ],
    "eventRetrySeconds": [
        Effect("Function", "environment", "*Notifier"),
        Effect("EventSourceMapping", "maximumRecordAgeInSeconds", "*Notifier"),
    ],
    "notifyAddresses": [Effect("TopicSubscription", EXISTENCE, "*Events-*")],
    "notifyStatuses": [Effect("TopicSubscription", "filterPolicy", "*Events-*")],
    "customerManagedKey": [
        Effect("Key", EXISTENCE),
        Effect("Topic", "kmsMasterKeyId"),
        Effect("Queue", "kmsMasterKeyId"),
        Effect("Queue", "sqsManagedSseEnabled"),
        Effect("Table", "serverSideEncryption"),
        Effect("LogGroup", "kmsKeyId"),
    ],
    "activeTracing": [
        *(Effect("Topic", "tracingConfig", name) for name in ("*Topic", "*Events")),
        Effect("Function", "tracingConfig"),
        Effect("RolePolicy", EXISTENCE, "*MayTrace"),
        Effect("ResourcePolicy", EXISTENCE, "*Tracing"),
    ],
    "alertAddresses": [Effect("TopicSubscription", EXISTENCE, "*Alerts-*")],
    "oldestOrderAlarmSeconds": [Effect("MetricAlarm", "threshold", "*QueueTooOld"), DASHBOARD],
    "oldestEventAlarmSeconds": [Effect("MetricAlarm", "threshold", "*EventsTooOld"), DASHBOARD],
    "durationAlarmPercent": [Effect("MetricAlarm", "threshold", "*ProcessorSlow"), DASHBOARD],
}
"""The effects of each setting, by its key in Pulumi.yaml."""


def settings_of(noun: str, name: str, input_: str) -> list[str]:
    """Return the settings that determine an input of a resource."""
    return [key for key, effects in EFFECTS.items() if any(effect.includes(noun, name, input_) for effect in effects)]
