"""Orders that SNS cannot deliver."""

import pytest

from local.deployer import deploy
from tests.judges.judge import Judge
from tests.support.orders import body
from tests.support.pipeline import Pipeline
from tests.support.waiting import eventually


@pytest.mark.judged(Judge.LOCALSTACK, "undelivered")
def test_an_order_that_sns_cannot_deliver_is_in_order_undelivered(pipeline: Pipeline) -> None:
    sqs, outputs = pipeline.clients.sqs, pipeline.outputs
    sqs.delete_queue(QueueUrl=outputs["queueUrl"])
    assert pipeline.publish([body("O-1")]) == []
    eventually(lambda: pipeline.waiting("undeliveredQueueUrl"), "the undelivered order")
    [undelivered] = sqs.receive_message(QueueUrl=outputs["undeliveredQueueUrl"])["Messages"]
    assert undelivered["Body"] == body("O-1")

    deploy(pipeline.clients)
    assert pipeline.publish([body("O-2")]) == []
    eventually(lambda: pipeline.waiting("queueUrl"), "the order in the queue")
    [delivered] = sqs.receive_message(QueueUrl=outputs["queueUrl"])["Messages"]
    assert delivered["Body"] == body("O-2")
