"""An alarm on LocalStack, which measures its own queues."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.judges.conftest import Have
from tests.judges.deployed.system import deployed_on
from tests.judges.localstack import installed_localstack, running_localstack
from tests.support.pipeline import Pipeline
from tests.support.waiting import eventually

ALARM = "OrderDLQNotEmpty"
PATIENCE_SECONDS = 150
"""An alarm is evaluated once in its period, which is a minute."""


@pytest.fixture
def pipeline(have: Have, worker_id: str) -> Iterator[Pipeline]:
    """The program on a LocalStack of its own: an alarm that is raised already does not tell of a second dead letter."""
    with (
        running_localstack(have(installed_localstack)) as localstack,
        deployed_on(localstack, f"test-alarms-{worker_id}") as deployed,
    ):
        yield deployed


def test_a_dead_letter_raises_the_alarm_which_tells_the_alert_topic_and_so_does_its_end(pipeline: Pipeline) -> None:
    sns, sqs, outputs = pipeline.clients.sns, pipeline.clients.sqs, pipeline.outputs
    inbox = sqs.create_queue(QueueName="inbox")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=inbox, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    sns.subscribe(TopicArn=outputs["alertTopicArn"], Protocol="sqs", Endpoint=arn)

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
    # LocalStack clears an alarm only when the last breach is four minutes old.
    pipeline.clients.cloudwatch.set_alarm_state(AlarmName=ALARM, StateValue="OK", StateReason="the queue is empty")
    assert eventually(lambda: notified("OK"), "the end of the alarm")["OldStateValue"] == "ALARM"
