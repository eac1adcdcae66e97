"""The alarms: what each watches, from when on, and whom it tells."""

from typing import Any

import pytest

from local.program import ROOT
from tests.support.recorder import Program, arn, recorded

ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
SUBSCRIPTION = "aws:sns/topicSubscription:TopicSubscription"

TOPIC = {"TopicName": "OrderTopic"}
QUEUE, DEAD_LETTERS, UNDELIVERED = ({"QueueName": f"Order{name}"} for name in ("Queue", "DLQ", "Undelivered"))
FUNCTION = {"FunctionName": "OrderProcessor"}
TABLE = {"TableName": "Orders"}
VISIBLE = "ApproximateNumberOfMessagesVisible"

# Alarm, namespace, metric, statistic, dimensions, period in seconds, from when on, and what missing data are.
ALARMS: list[tuple[str, str, str, str, dict[str, str], int, float, str]] = [
    ("OrderTopicFailures", "AWS/SNS", "NumberOfNotificationsFailed", "Sum", TOPIC, 300, 1, "notBreaching"),
    ("OrderTopicLosses", "AWS/SNS", "NumberOfNotificationsFailedToRedriveToDlq", "Sum", TOPIC, 300, 1, "notBreaching"),
    ("OrderUndeliveredNotEmpty", "AWS/SQS", VISIBLE, "Maximum", UNDELIVERED, 60, 1, "notBreaching"),
    ("OrderQueueTooOld", "AWS/SQS", "ApproximateAgeOfOldestMessage", "Maximum", QUEUE, 60, 300, "notBreaching"),
    ("OrderDLQNotEmpty", "AWS/SQS", VISIBLE, "Maximum", DEAD_LETTERS, 60, 1, "notBreaching"),
    ("OrderDLQGrowing", "AWS/SQS", VISIBLE, "Maximum", DEAD_LETTERS, 300, 1, "notBreaching"),
    ("OrderProcessorErrors", "AWS/Lambda", "Errors", "Sum", FUNCTION, 300, 1, "notBreaching"),
    ("OrderProcessorThrottles", "AWS/Lambda", "Throttles", "Sum", FUNCTION, 300, 1, "notBreaching"),
    ("OrderProcessorSlow", "AWS/Lambda", "Duration", "Maximum", FUNCTION, 300, 4000, "notBreaching"),
    ("OrderTableThrottled", "AWS/DynamoDB", "WriteThrottleEvents", "Sum", TABLE, 300, 1, "notBreaching"),
    (
        "OrderTableInsertErrors",
        "AWS/DynamoDB",
        "SystemErrors",
        "Sum",
        {**TABLE, "Operation": "BatchExecuteStatement"},
        300,
        1,
        "notBreaching",
    ),
    (
        "OrderTablePutErrors",
        "AWS/DynamoDB",
        "SystemErrors",
        "Sum",
        {**TABLE, "Operation": "PutItem"},
        300,
        1,
        "notBreaching",
    ),
]
GROWTH = "OrderDLQGrowing"
"""The one that watches not the metric but what it gains from one period to the next."""


@pytest.fixture(scope="module")
def dev() -> Program:
    return recorded("dev")


def test_the_alarms_are_these_and_no_others(dev: Program) -> None:
    assert sorted(alarm.name for alarm in dev.all(ALARM)) == sorted(name for name, *_ in ALARMS)


def watched(alarm: dict[str, Any]) -> tuple[Any, ...]:
    """Namespace, metric, statistic, dimensions and period, wherever the alarm has them."""
    if "metricQueries" in alarm:
        [metric] = [query["metric"] for query in alarm["metricQueries"] if "metric" in query]
        statistic = metric["stat"]
    else:
        metric, statistic = alarm, alarm["statistic"]
    return metric["namespace"], metric["metricName"], statistic, metric["dimensions"], metric["period"]


@pytest.mark.parametrize(
    ("name", "namespace", "metric", "statistic", "dimensions", "period", "at_least", "missing"),
    ALARMS,
    ids=[name for name, *_ in ALARMS],
)
def test_each_alarm_watches_what_the_table_says(
    dev: Program,
    name: str,
    namespace: str,
    metric: str,
    statistic: str,
    dimensions: dict[str, str],
    period: int,
    at_least: float,
    missing: str,
) -> None:
    alarm = dev.one(ALARM, name).inputs
    assert watched(alarm) == (namespace, metric, statistic, dimensions, period)
    assert (alarm["comparisonOperator"], alarm["threshold"]) == ("GreaterThanOrEqualToThreshold", at_least)
    assert alarm["evaluationPeriods"] == 1
    assert alarm["treatMissingData"] == missing
    assert ("metricQueries" in alarm) == (name == GROWTH)


def test_growth_is_the_difference_to_the_period_before(dev: Program) -> None:
    difference, level = dev.one(ALARM, GROWTH).inputs["metricQueries"]
    assert difference == {"id": "growth", "expression": "DIFF(level)", "label": "growth", "returnData": True}
    assert level["id"] == "level"
    assert not level.get("returnData")


def test_every_alarm_tells_the_alert_topic_when_it_begins_and_when_it_is_over(dev: Program) -> None:
    alerts = [arn("aws:sns/", "OrderAlerts")]
    told = {alarm.name: (alarm.inputs["alarmActions"], alarm.inputs["okActions"]) for alarm in dev.all(ALARM)}
    assert told == {name: (alerts, alerts) for name, *_ in ALARMS}


def test_no_alarm_is_made_before_it_may_publish(dev: Program) -> None:
    allowed = dev.one("aws:sns/topicPolicy:TopicPolicy", "OrderAlerts").urn
    assert [alarm.name for alarm in dev.all(ALARM) if allowed not in alarm.dependencies] == []


def test_every_alarm_says_in_one_line_what_it_means_and_where_to_read_on(dev: Program) -> None:
    for alarm in dev.all(ALARM):
        description = alarm.inputs["alarmDescription"]
        assert "\n" not in description
        assert description.endswith(f". What to do: docs/monitoring.md, {alarm.name}.")


def test_the_page_has_a_section_for_every_alarm_and_for_no_other(dev: Program) -> None:
    sections = [
        line.removeprefix("### ")
        for line in (ROOT / "docs/monitoring.md").read_text().splitlines()
        if line.startswith("### ")
    ]
    assert sections == dev.outputs["alarmNames"]


def test_a_slow_batch_is_a_share_of_what_the_function_may_take() -> None:
    settings = {"processorTimeoutSeconds": "4", "durationAlarmPercent": "75"}
    assert recorded("dev", settings).one(ALARM, "OrderProcessorSlow").inputs["threshold"] == 3000


def test_nobody_is_subscribed_to_alerts_who_is_not_in_the_settings(dev: Program) -> None:
    assert [subscription.name for subscription in dev.all(SUBSCRIPTION)] == ["OrderSubscription"]


def test_each_address_gets_the_alerts_by_mail() -> None:
    program = recorded("dev", {"alertAddresses": "ops@example.com, night@example.com"})
    assert [one.inputs for one in program.all(SUBSCRIPTION) if one.name != "OrderSubscription"] == [
        {"topic": arn("aws:sns/", "OrderAlerts"), "protocol": "email", "endpoint": address}
        for address in ("ops@example.com", "night@example.com")
    ]
