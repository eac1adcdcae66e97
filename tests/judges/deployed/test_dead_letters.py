"""What SQS does with an order that is received and never deleted."""

import pytest

from tests.judges.judge import Judge
from tests.support.pipeline import Pipeline
from tests.support.waiting import eventually


@pytest.mark.judged(Judge.LOCALSTACK, "poison-order")
def test_after_three_receives_an_order_is_a_dead_letter_with_its_message_id(pipeline: Pipeline) -> None:
    sqs, queue = pipeline.clients.sqs, pipeline.outputs["queueUrl"]
    assert pipeline.publish(["{}"]) == []
    received = []
    for attempt in range(1, 4):
        [message] = eventually(
            lambda: sqs.receive_message(
                QueueUrl=queue, VisibilityTimeout=0, MessageSystemAttributeNames=["ApproximateReceiveCount"]
            ).get("Messages"),
            f"receive {attempt}",
        )
        assert message["Attributes"]["ApproximateReceiveCount"] == str(attempt)
        received.append(message["MessageId"])
    assert not sqs.receive_message(QueueUrl=queue).get("Messages")
    [letter] = pipeline.dead_letters()
    assert {letter.message_id} == set(received)
    assert letter.body == "{}"
