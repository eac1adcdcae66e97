"""An alarm on LocalStack, which measures its own queues and evaluates the alarm."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.judges.conftest import Have
from tests.judges.deployed.system import deployed_on
from tests.judges.judge import Judge
from tests.judges.localstack import METRICS_SECONDS, installed_localstack, running_localstack
from tests.support.pipeline import Pipeline
from tests.support.waiting import eventually

ALARM = "OrderDLQNotEmpty"
PATIENCE_SECONDS = 120
"""LocalStack evaluates an alarm once in its period, and clears it when the last breach is three periods old."""


@pytest.fixture
def pipeline(have: Have, worker_id: str) -> Iterator[Pipeline]:
    """The program on a LocalStack of its own: an alarm that is raised already does not tell of a second dead letter."""
    with (
        running_localstack(have(installed_localstack)) as localstack,
        deployed_on(localstack, f"test-alarms-{worker_id}") as deployed,
    ):
        yield deployed


def shorten_period(cloudwatch: Any) -> None:
    """Replace the minute of the deployed alarm by the time in which LocalStack measures. All else stays as deployed."""
    [alarm] = cloudwatch.describe_alarms(AlarmNames=[ALARM])["MetricAlarms"]
    inputs = cloudwatch.meta.service_model.operation_model("PutMetricAlarm").input_shape.members
    declared = {name: value for name, value in alarm.items() if name in inputs}
    cloudwatch.put_metric_alarm(**{**declared, "Period": METRICS_SECONDS})


@pytest.mark.judged(Judge.LOCALSTACK, "alarm-clears")
def test_a_dead_letter_raises_the_alarm_and_the_emptied_queue_clears_it(pipeline: Pipeline) -> None:
    sns, sqs, outputs = pipeline.clients.sns, pipeline.clients.sqs, pipeline.outputs
    inbox = sqs.create_queue(QueueName="inbox")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=inbox, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    sns.subscribe(TopicArn=outputs["alertTopicArn"], Protocol="sqs", Endpoint=arn)
    shorten_period(pipeline.clients.cloudwatch)

    def notified(state: str) -> dict[str, Any] | None:
        for message in sqs.receive_message(QueueUrl=inbox, MaxNumberOfMessages=10).get("Messages", []):
            sqs.delete_message(QueueUrl=inbox, ReceiptHandle=message["ReceiptHandle"])
            alarm: dict[str, Any] = json.loads(json.loads(message["Body"])["Message"])
            if (alarm["AlarmName"], alarm["NewStateValue"]) == (ALARM, state):
                return alarm
        return None

    sqs.send_message(QueueUrl=outputs["deadLetterQueueUrl"], MessageBody="{}")
    raised = eventually(lambda: notified("ALARM"), "the alarm", PATIENCE_SECONDS)
    assert raised["AlarmDescription"].endswith(f"docs/monitoring.md, {ALARM}.")

    sqs.purge_queue(QueueUrl=outputs["deadLetterQueueUrl"])
    cleared = eventually(lambda: notified("OK"), "the end of the alarm", PATIENCE_SECONDS)
    assert cleared["OldStateValue"] == "ALARM"
