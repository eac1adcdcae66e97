"""An alarm on LocalStack, which measures its own queues."""

import json
from typing import Any

import pytest

from tests.judges.judge import Judge
from tests.support.pipeline import Pipeline
from tests.support.waiting import eventually

ALARM = "OrderDLQNotEmpty"
PATIENCE_SECONDS = 150
"""An alarm is evaluated once in its period, which is a minute."""


@pytest.mark.judged(Judge.LOCALSTACK, "alarms-publish")
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
