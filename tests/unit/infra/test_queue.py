"""The order queue, its dead-letter queue, and the queue for undelivered orders."""

from infra.resource_types import ALLOW_POLICY, QUEUE, REDRIVE_POLICY
from tests.support.arns import arn
from tests.support.recorder import Program


def test_the_queue_has_the_required_numbers(dev: Program) -> None:
    queue = dev.one(QUEUE, "OrderQueue")
    assert queue.inputs["visibilityTimeoutSeconds"] == 30
    assert queue.inputs["messageRetentionSeconds"] == 4 * 24 * 3600


def test_the_queue_names_its_dead_letter_queue_only_once_that_queue_allows_it(dev: Program) -> None:
    redrive = dev.one(REDRIVE_POLICY, "OrderQueue")
    assert redrive.inputs["queueUrl"] == "https://OrderQueue"
    assert redrive.document("redrivePolicy") == {"deadLetterTargetArn": arn(QUEUE, "OrderDLQ"), "maxReceiveCount": 3}
    assert dev.one(ALLOW_POLICY).urn in redrive.dependencies
    assert [queue.name for queue in dev.all(QUEUE) if "redrivePolicy" in queue.inputs] == []


def test_the_dead_letters_stay_14_days_and_come_from_the_queue_alone(dev: Program) -> None:
    assert dev.one(QUEUE, "OrderDLQ").inputs["messageRetentionSeconds"] == 14 * 24 * 3600
    allowed = dev.one(ALLOW_POLICY)
    assert allowed.inputs["queueUrl"] == "https://OrderDLQ"
    assert allowed.document("redriveAllowPolicy") == {
        "redrivePermission": "byQueue",
        "sourceQueueArns": [arn(QUEUE, "OrderQueue")],
    }


def test_every_queue_is_standard_encrypted_with_sqs_keys_and_takes_what_sns_has_taken(dev: Program) -> None:
    queues = dev.all(QUEUE)
    assert [queue.inputs["maxMessageSize"] for queue in queues] == [1_048_576] * 4
    assert [queue.inputs["sqsManagedSseEnabled"] for queue in queues] == [True] * 4
    assert not [queue for queue in queues if queue.inputs.get("fifoQueue")]
