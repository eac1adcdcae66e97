"""An alarm on the emulator: a dead letter raises it, and an empty queue clears it."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from tests.support.metrics import logged, shown
from tests.support.orders import body
from tests.support.pipeline import Pipeline
from tests.support.waiting import eventually

ALARM = "OrderDLQNotEmpty"
LEFT_SECONDS = 3
"""Time in seconds that a new measurement stays in the alarm's period. A short time keeps the test short."""


@pytest.fixture
def inbox(pipeline: Pipeline) -> Iterator[str]:
    """Subscribe a queue to the alert topic, in place of a mailbox, and return its URL."""
    sns, sqs = pipeline.clients.sns, pipeline.clients.sqs
    url = sqs.create_queue(QueueName=f"inbox-{uuid4()}")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    subscription = sns.subscribe(TopicArn=pipeline.outputs["alertTopicArn"], Protocol="sqs", Endpoint=arn)
    yield url
    sns.unsubscribe(SubscriptionArn=subscription["SubscriptionArn"])
    sqs.delete_queue(QueueUrl=url)


def measure_dead_letters(pipeline: Pipeline) -> None:
    """Report the number of visible dead letters. SQS does this every minute; the emulator does not."""
    cloudwatch, sqs = pipeline.clients.cloudwatch, pipeline.clients.sqs
    [alarm] = cloudwatch.describe_alarms(AlarmNames=[ALARM])["MetricAlarms"]
    visible = sqs.get_queue_attributes(
        QueueUrl=pipeline.outputs["deadLetterQueueUrl"], AttributeNames=["ApproximateNumberOfMessages"]
    )["Attributes"]["ApproximateNumberOfMessages"]
    cloudwatch.put_metric_data(
        Namespace=alarm["Namespace"],
        MetricData=[
            {
                "MetricName": alarm["MetricName"],
                "Dimensions": alarm["Dimensions"],
                "Timestamp": datetime.now(UTC) - timedelta(seconds=alarm["Period"] - LEFT_SECONDS),
                "Value": float(visible),
            }
        ],
    )


def expected(pipeline: Pipeline, inbox: str, state: str) -> dict[str, Any]:
    """Wait for the alarm's notification of a new state, and return it. Other alarms' notifications are ignored."""

    def look() -> dict[str, Any] | None:
        measure_dead_letters(pipeline)
        received = pipeline.clients.sqs.receive_message(QueueUrl=inbox, MaxNumberOfMessages=10).get("Messages", [])
        messages = [json.loads(json.loads(message["Body"])["Message"]) for message in received]
        return next((m for m in messages if (m["AlarmName"], m["NewStateValue"]) == (ALARM, state)), None)

    return eventually(look, f"{ALARM} to tell of {state}")


def test_a_poison_order_raises_the_alarm_and_the_emptied_queue_clears_it(pipeline: Pipeline, inbox: str) -> None:
    """The test reports the measurement, because the emulator does not. The emulator sets the state of the alarm and
    sends the notification.
    """
    sqs, dead_letters = pipeline.clients.sqs, pipeline.outputs["deadLetterQueueUrl"]
    sqs.purge_queue(QueueUrl=dead_letters)
    assert pipeline.publish(["{}"]) == []
    eventually(lambda: pipeline.waiting("deadLetterQueueUrl"), "the dead letter")
    raised = expected(pipeline, inbox, "ALARM")
    assert f"docs/monitoring.md, {ALARM}. Dashboard: https://" in raised["AlarmDescription"]
    assert raised["Trigger"]["Dimensions"] == [{"Name": "QueueName", "Value": "OrderDLQ"}]

    sqs.purge_queue(QueueUrl=dead_letters)
    assert expected(pipeline, inbox, "OK")["OldStateValue"] == "ALARM"


def test_the_handlers_metrics_are_those_that_the_dashboard_shows(pipeline: Pipeline) -> None:
    assert pipeline.publish([body("O-measured")]) == []
    measured = eventually(lambda: logged(pipeline, "O-measured"), "the metrics in the log record of the order")
    assert measured <= shown(pipeline)


def test_the_dashboard_is_there_under_the_name_that_the_outputs_say(pipeline: Pipeline) -> None:
    body = pipeline.clients.cloudwatch.get_dashboard(DashboardName=pipeline.outputs["dashboardName"])["DashboardBody"]
    assert json.loads(body)["widgets"]


def test_the_stacks_tags_are_on_every_alarm(pipeline: Pipeline) -> None:
    cloudwatch, names = pipeline.clients.cloudwatch, pipeline.outputs["alarmNames"]
    tagged = {
        alarm["AlarmName"]: cloudwatch.list_tags_for_resource(ResourceARN=alarm["AlarmArn"])["Tags"]
        for alarm in cloudwatch.describe_alarms(AlarmNames=names)["MetricAlarms"]
    }
    tags = [{"Key": "project", "Value": "orders"}, {"Key": "stack", "Value": "local"}]
    assert tagged == dict.fromkeys(names, tags)
