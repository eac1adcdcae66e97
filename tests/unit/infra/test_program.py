"""The whole program under Pulumi's mocks: its resources, its outputs, and where each setting ends up."""

from typing import Any

import pytest

from infra.config import KEYS, SettingsError
from infra.project import ROOT
from infra.resource_types import (
    ALARM,
    FUNCTION,
    LOG_GROUP,
    MAPPING,
    QUEUE,
    REDRIVE_POLICY,
    ROLE,
    SUBSCRIPTION,
    TABLE,
    TOPIC,
    TRACE_POLICY,
)
from infra.version import commit_of, deployer
from tests.support.arns import arn
from tests.support.defaults import DEFAULTS
from tests.support.recorder import Program, recorded
from tests.support.resource_types import POLICY
from tests.support.settings import ALONGSIDE


def test_the_program_declares_these_resources_and_no_others(dev: Program) -> None:
    assert sorted(
        (resource.type.rpartition(":")[2], resource.name) for resource in dev.resources if resource.custom
    ) == [
        ("Dashboard", "OrderFlow"),
        ("EventSourceMapping", "OrderNotifier"),
        ("EventSourceMapping", "OrderProcessor"),
        ("Function", "OrderNotifier"),
        ("Function", "OrderProcessor"),
        ("LogGroup", "/aws/lambda/OrderNotifier"),
        ("LogGroup", "/aws/lambda/OrderProcessor"),
        ("MetricAlarm", "OrderDLQGrowing"),
        ("MetricAlarm", "OrderDLQNotEmpty"),
        ("MetricAlarm", "OrderEventsDLQNotEmpty"),
        ("MetricAlarm", "OrderEventsTooOld"),
        ("MetricAlarm", "OrderNotifierErrors"),
        ("MetricAlarm", "OrderProcessorErrors"),
        ("MetricAlarm", "OrderProcessorSlow"),
        ("MetricAlarm", "OrderProcessorThrottles"),
        ("MetricAlarm", "OrderQueueTooOld"),
        ("MetricAlarm", "OrderTableInsertErrors"),
        ("MetricAlarm", "OrderTablePutErrors"),
        ("MetricAlarm", "OrderTableThrottled"),
        ("MetricAlarm", "OrderTopicFailures"),
        ("MetricAlarm", "OrderTopicLosses"),
        ("MetricAlarm", "OrderUndeliveredNotEmpty"),
        ("Queue", "OrderDLQ"),
        ("Queue", "OrderEventsDLQ"),
        ("Queue", "OrderQueue"),
        ("Queue", "OrderUndelivered"),
        ("QueuePolicy", "OrderDLQ"),
        ("QueuePolicy", "OrderEventsDLQ"),
        ("QueuePolicy", "OrderQueue"),
        ("QueuePolicy", "OrderUndelivered"),
        ("RedriveAllowPolicy", "OrderDLQ"),
        ("RedrivePolicy", "OrderQueue"),
        ("Role", "OrderNotifier"),
        ("Role", "OrderProcessor"),
        ("RolePolicy", "OrderNotifierMayGiveUp"),
        ("RolePolicy", "OrderNotifierMayLog"),
        ("RolePolicy", "OrderNotifierMayReadChanges"),
        ("RolePolicy", "OrderNotifierMayTell"),
        ("RolePolicy", "OrderProcessorMayLog"),
        ("RolePolicy", "OrderProcessorMayReceive"),
        ("RolePolicy", "OrderProcessorMayRetryAtOnce"),
        ("RolePolicy", "OrderProcessorMayWriteOrders"),
        ("Table", "Orders"),
        ("Topic", "OrderAlerts"),
        ("Topic", "OrderEvents"),
        ("Topic", "OrderTopic"),
        ("TopicPolicy", "OrderAlerts"),
        ("TopicPolicy", "OrderEvents"),
        ("TopicPolicy", "OrderTopic"),
        ("TopicSubscription", "OrderSubscription"),
    ]


SYSTEM, PROCESSOR = "orders:index:OrderSystem", "orders:index:OrderProcessor"
# For each setting: a value other than the default, the resource and input that it reaches, and the input's value.
BOUNDARY = arn(POLICY, "orders-boundary-dev")
REACHES: list[tuple[str, str, str, str, str, object]] = [
    ("systemName", "Refund", QUEUE, "RefundQueue", "visibilityTimeoutSeconds", 30),
    ("tableName", "Refunds", TABLE, "Refunds", "hashKey", "orderId"),
    ("visibilityTimeoutSeconds", "60", QUEUE, "OrderQueue", "visibilityTimeoutSeconds", 60),
    ("maxReceiveCount", "5", REDRIVE_POLICY, "OrderQueue", "redrivePolicy", '"maxReceiveCount": 5}'),
    ("messageRetentionSeconds", "7200", QUEUE, "OrderQueue", "messageRetentionSeconds", 7200),
    ("deadLetterRetentionSeconds", "1000000", QUEUE, "OrderDLQ", "messageRetentionSeconds", 1_000_000),
    ("deadLetterRetentionSeconds", "1000000", QUEUE, "OrderUndelivered", "messageRetentionSeconds", 1_000_000),
    ("deadLetterRetentionSeconds", "1000000", QUEUE, "OrderEventsDLQ", "messageRetentionSeconds", 1_000_000),
    ("maximumTableWrites", "2000", TABLE, "Orders", "onDemandThroughput", {"maxWriteRequestUnits": 2000}),
    ("pointInTimeRecoveryDays", "7", TABLE, "Orders", "pointInTimeRecovery", "'recoveryPeriodInDays': 7.0"),
    ("protectOrders", "true", TABLE, "Orders", "deletionProtectionEnabled", True),
    ("processorRuntime", "python3.13", FUNCTION, "OrderProcessor", "runtime", "python3.13"),
    ("processorRuntime", "python3.13", FUNCTION, "OrderNotifier", "runtime", "python3.13"),
    ("processorArchitecture", "x86_64", FUNCTION, "OrderProcessor", "architectures", "x86_64"),
    ("processorArchitecture", "x86_64", FUNCTION, "OrderNotifier", "architectures", "x86_64"),
    ("processorMemoryMegabytes", "256", FUNCTION, "OrderProcessor", "memorySize", 256),
    ("processorTimeoutSeconds", "4", FUNCTION, "OrderProcessor", "timeout", 4),
    ("retryInvalidOrdersAtOnce", "false", FUNCTION, "OrderProcessor", "environment", "RETRY_AT_ONCE_QUEUE_URL': ''"),
    ("reservedConcurrency", "30", FUNCTION, "OrderProcessor", "reservedConcurrentExecutions", 30),
    ("maximumConcurrency", "20", MAPPING, "OrderProcessor", "scalingConfig", "'maximumConcurrency': 20.0}"),
    ("minimumPollers", "3", MAPPING, "OrderProcessor", "provisionedPollerConfig", "'minimumPollers': 3.0"),
    ("maximumPollers", "5", MAPPING, "OrderProcessor", "provisionedPollerConfig", "'maximumPollers': 5.0"),
    ("batchSize", "5", MAPPING, "OrderProcessor", "batchSize", 5),
    ("batchingWindowSeconds", "2", MAPPING, "OrderProcessor", "maximumBatchingWindowInSeconds", 2),
    ("plannedOrdersPerSecond", "500", PROCESSOR, "OrderProcessor", "plannedOrdersPerSecond", 500),
    ("logRetentionDays", "60", LOG_GROUP, "/aws/lambda/OrderProcessor", "retentionInDays", 60),
    ("logRetentionDays", "60", LOG_GROUP, "/aws/lambda/OrderNotifier", "retentionInDays", 60),
    ("customMetrics", "false", FUNCTION, "OrderProcessor", "environment", "'ORDERS_CUSTOM_METRICS': 'false'"),
    ("customMetrics", "false", FUNCTION, "OrderNotifier", "environment", "'ORDERS_CUSTOM_METRICS': 'false'"),
    ("permissionsBoundary", BOUNDARY, ROLE, "OrderProcessor", "permissionsBoundary", BOUNDARY),
    ("permissionsBoundary", BOUNDARY, ROLE, "OrderNotifier", "permissionsBoundary", BOUNDARY),
    ("orderEvents", "false", TABLE, "Orders", "streamEnabled", False),
    ("orderEventsFifo", "true", TOPIC, "OrderEvents", "fifoTopic", True),
    ("eventRetrySeconds", "600", FUNCTION, "OrderNotifier", "environment", "RETRY_SECONDS': '600'"),
    ("eventRetrySeconds", "600", MAPPING, "OrderNotifier", "maximumRecordAgeInSeconds", 4200),
    ("notifyAddresses", "a@example.com", SUBSCRIPTION, "OrderEvents-a@example.com", "endpoint", "a@example.com"),
    ("notifyStatuses", "shipped", SYSTEM, "Order", "notifyStatuses", ["shipped"]),
    ("customerManagedKey", "true", "aws:kms/key:Key", "OrderKey", "enableKeyRotation", True),
    ("activeTracing", "true", TOPIC, "OrderTopic", "tracingConfig", "Active"),
    ("activeTracing", "true", TOPIC, "OrderEvents", "tracingConfig", "Active"),
    ("activeTracing", "true", FUNCTION, "OrderProcessor", "tracingConfig", {"mode": "Active"}),
    ("activeTracing", "true", FUNCTION, "OrderNotifier", "tracingConfig", {"mode": "Active"}),
    ("activeTracing", "true", TRACE_POLICY, "OrderTracing", "policyName", "OrderTopic"),
    ("alertAddresses", "ops@example.com", SUBSCRIPTION, "OrderAlerts-ops@example.com", "endpoint", "ops@example.com"),
    ("oldestOrderAlarmSeconds", "600", ALARM, "OrderQueueTooOld", "threshold", 600),
    ("oldestEventAlarmSeconds", "600", ALARM, "OrderEventsTooOld", "threshold", 600_000),
    ("durationAlarmPercent", "50", ALARM, "OrderProcessorSlow", "threshold", 2500),
]


def test_every_setting_is_followed_to_its_resource() -> None:
    assert {setting for setting, *_ in REACHES} == set(KEYS)
    assert [setting for setting, value, *_ in REACHES if value == DEFAULTS[setting]] == []


@pytest.mark.parametrize(("setting", "value", "type_token", "name", "path", "declared"), REACHES)
def test_each_setting_reaches_its_resource(
    setting: str, value: str, type_token: str, name: str, path: str, declared: Any
) -> None:
    found = recorded("dev", {**ALONGSIDE.get(setting, {}), setting: value}).one(type_token, name).inputs[path]
    assert declared in str(found) if isinstance(declared, str) else found == declared


def test_a_bad_setting_stops_the_program_before_anything_is_declared() -> None:
    with pytest.raises(SettingsError) as raised:
        recorded("dev", {"visibilityTimeoutSeconds": "4"})
    assert "pulumi config --stack dev set visibilityTimeoutSeconds 5" in str(raised.value)


def test_a_misspelled_setting_stops_the_program_as_well() -> None:
    with pytest.raises(SettingsError) as raised:
        recorded("dev", {"visibiltyTimeoutSeconds": "60"})
    assert "did you mean visibilityTimeoutSeconds?" in str(raised.value)


def test_the_outputs_say_how_to_reach_everything(dev: Program) -> None:
    outputs = dict(dev.outputs)
    assert outputs.pop("commit") == commit_of(ROOT)
    assert outputs.pop("deployedBy") == deployer()
    assert len(outputs.pop("packageSha256")) == 64
    assert {len(digest) for digest in outputs.pop("packageFiles").values()} == {64}
    assert outputs.pop("deliveryBudget")["earliestDeadLetterSeconds"] == 90
    assert sorted(outputs.pop("alarmNames")) == sorted(alarm.name for alarm in dev.all(ALARM))
    assert outputs == {
        "topicArn": arn(TOPIC, "OrderTopic"),
        "queueUrl": "https://OrderQueue",
        "deadLetterQueueUrl": "https://OrderDLQ",
        "undeliveredQueueUrl": "https://OrderUndelivered",
        "tableName": "Orders",
        "processorName": "OrderProcessor",
        "logGroupName": "/aws/lambda/OrderProcessor",
        "eventTopicArn": arn(TOPIC, "OrderEvents"),
        "givenUpQueueUrl": "https://OrderEventsDLQ",
        "notifierName": "OrderNotifier",
        "notifierLogGroupName": "/aws/lambda/OrderNotifier",
        "alertTopicArn": arn(TOPIC, "OrderAlerts"),
        "dashboardName": "OrderFlow",
    }
