"""The topics, and the subscription of the order queue."""

from infra.resource_types import QUEUE, QUEUE_POLICY, SUBSCRIPTION, TOPIC
from tests.support.arns import arn
from tests.support.recorder import Program


def test_all_topics_are_standard(dev: Program) -> None:
    assert {topic.name: topic.inputs for topic in dev.all("aws:sns/topic:Topic")} == {
        "OrderTopic": {"tracingConfig": "PassThrough"},
        "OrderEvents": {"tracingConfig": "PassThrough"},
        "OrderAlerts": {},
    }


def test_the_queue_is_subscribed_raw_with_a_dead_letter_queue_of_its_own(dev: Program) -> None:
    subscription = dev.one(SUBSCRIPTION)
    assert subscription.inputs["topic"] == arn(TOPIC, "OrderTopic")
    assert subscription.inputs["protocol"] == "sqs"
    assert subscription.inputs["endpoint"] == arn(QUEUE, "OrderQueue")
    assert subscription.inputs["rawMessageDelivery"] is True
    assert subscription.document("redrivePolicy") == {"deadLetterTargetArn": arn(QUEUE, "OrderUndelivered")}


def test_the_queue_accepts_orders_before_it_is_subscribed(dev: Program) -> None:
    policies = {dev.one(QUEUE_POLICY, queue).urn for queue in ("OrderQueue", "OrderUndelivered")}
    assert policies <= dev.one(SUBSCRIPTION).dependencies
