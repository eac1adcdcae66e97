"""What the trials publish, and where they look for it."""

import json
from collections.abc import Callable
from typing import Any, TypeVar
from uuid import uuid4

from infra.policies import policy, topic_may_send
from ops.samples import EXAMPLE_ORDER
from tests.support.deployment import Deployment
from tests.support.waiting import eventually

PATIENCE_SECONDS = 600
"""How long AWS may take. New metrics and alarms take some minutes."""
PAUSE_SECONDS = 2
Found = TypeVar("Found")


def wait(look: Callable[[], Found | None], what: str, seconds: float = PATIENCE_SECONDS) -> Found:
    return eventually(look, what, seconds, PAUSE_SECONDS)


def order(**changes: object) -> dict[str, Any]:
    """A valid order with an ID of its own, or with changes."""
    return {**EXAMPLE_ORDER, "orderId": f"T-{uuid4().hex[:8]}", **changes}


def publish(system: Deployment, *bodies: object) -> None:
    rejected = system.pipeline().publish([json.dumps(body) for body in bodies])
    assert rejected == [], f"SNS rejected {rejected}"


def store(system: Deployment, **changes: object) -> str:
    """Publish a version of an order, wait until the table has it, and return its ID."""
    published = order(**changes)
    publish(system, published)
    order_id, pipeline = str(published["orderId"]), system.pipeline()

    def is_stored() -> bool:
        stored = pipeline.order(order_id)
        return stored is not None and stored["timestamp"] == published["timestamp"]

    wait(is_stored, f"the order {order_id} in the table")
    return order_id


def poison(system: Deployment) -> str:
    """Publish an order that can never be stored, and return its ID."""
    published = order(quantity=0)
    publish(system, published)
    return str(published["orderId"])


def dead_letter(system: Deployment, order_id: str) -> str:
    """Wait for the dead letter of an order, and return its message ID."""
    pipeline = system.pipeline()

    def found() -> str | None:
        return next((one.message_id for one in pipeline.dead_letters() if order_id in one.body), None)

    return wait(found, f"the dead letter of {order_id}")


def messages_in(system: Deployment, url: str) -> list[str]:
    """Receive the bodies of up to ten messages of a queue. They are hidden for a moment."""
    received = system.clients.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=1)
    return [message["Body"] for message in received.get("Messages", ())]


def subscribed_queue(system: Deployment, topic: str, **filter_policy: list[str]) -> str:
    """Create a queue that gets what a topic sends, and return its URL. The trial removes it at the end.

    A filter policy gives the values of message attributes. It can be empty.
    """
    sqs = system.clients.sqs
    name = f"{system.stack.name}-{uuid4().hex[:8]}"
    if topic.endswith(".fifo"):
        url = sqs.create_queue(QueueName=f"{name}.fifo", Attributes={"FifoQueue": "true"})["QueueUrl"]
    else:
        url = sqs.create_queue(QueueName=name)["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    allowed = json.dumps(policy(topic_may_send(topic, arn)))
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": allowed, "VisibilityTimeout": "1"})
    attributes = {"RawMessageDelivery": "true", "FilterPolicy": json.dumps(filter_policy)}
    system.clients.sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn, Attributes=attributes)
    return url


def events_until(system: Deployment, url: str, order_id: str) -> list[dict[str, Any]]:
    """Receive and delete events until that of an order, and return all of them."""
    sqs, events = system.clients.sqs, list[dict[str, Any]]()

    def has_come() -> bool:
        for message in sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", ()):
            events.append(json.loads(message["Body"]))
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return any(event["subject"] == order_id for event in events)

    wait(has_come, f"the event of {order_id}")
    return events


def wait_for_message(system: Deployment, url: str, part: str) -> str:
    """Wait for a message that contains a text, and return its body."""
    return wait(
        lambda: next((body for body in messages_in(system, url) if part in body), None), f"a message with {part}"
    )
