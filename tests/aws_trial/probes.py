"""What the trials publish, and where they look for it."""

import json
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import uuid4

from infra.policies import policy, topic_may_send
from ops.samples import EXAMPLE_ORDER
from tests.support.deployment import Deployment
from tests.support.mappings import mapping_of
from tests.support.waiting import eventually

if TYPE_CHECKING:
    from mypy_boto3_sqs.literals import QueueAttributeNameType

PATIENCE_SECONDS = 600
"""How long AWS may take. New metrics and alarms take some minutes."""
PAUSE_SECONDS = 2
DAYS = [f"2026-01-0{day}T00:00:00Z" for day in (1, 2, 3)]
"""The timestamps of three versions of an order."""
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


def publish_until(system: Deployment, arrived: Callable[[list[str]], str | None], what: str) -> str:
    """Publish one new order after the other until one of them has arrived, and return its ID.

    AWS takes up to a minute to apply the attributes of a queue. Until then, orders go where they went before.
    """
    published: list[str] = []

    def has_arrived() -> str | None:
        one = order()
        publish(system, one)
        published.append(one["orderId"])
        return arrived(published)

    return wait(has_arrived, what)


def poison(system: Deployment) -> str:
    """Publish an order that can never be stored, and return its ID."""
    published = order(quantity=0)
    publish(system, published)
    return str(published["orderId"])


def dead_letter(system: Deployment, order_id: str) -> str:
    """Wait for the dead letter of an order, and return its message ID."""
    [message_id] = dead_letters(system, [order_id])
    return message_id


def dead_letters(system: Deployment, order_ids: Sequence[str]) -> set[str]:
    """Wait for the dead letters of orders, and return their message IDs. A look hides them for some seconds."""
    pipeline, found = system.pipeline(), dict[str, str]()

    def all_found() -> bool:
        letters = pipeline.dead_letters()
        found.update((order_id, one.message_id) for order_id in order_ids for one in letters if order_id in one.body)
        return len(found) == len(order_ids)

    wait(all_found, f"the dead letters of {', '.join(order_ids)}")
    return set(found.values())


def change_mapping(system: Deployment, function: str, state: str, **inputs: Any) -> None:
    """Change the event source mapping of a function, and wait until Lambda has done so and it has this state."""
    clients = system.clients
    clients.lambda_.update_event_source_mapping(UUID=mapping_of(clients, function)["UUID"], **inputs)
    wait(
        lambda: mapping_of(clients, function)["State"] == state, f"the event source mapping of {function} to be {state}"
    )


def messages_in(system: Deployment, url: str) -> list[str]:
    """Receive the bodies of up to ten messages of a queue. They are hidden for a moment."""
    received = system.clients.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=1)
    return [message["Body"] for message in received.get("Messages", ())]


def take(system: Deployment, url: str) -> list[str]:
    """Receive and delete up to ten messages of a queue, and return their bodies."""
    sqs = system.clients.sqs
    received = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", ())
    for message in received:
        sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    return [message["Body"] for message in received]


def subscribed_queue(system: Deployment, topic: str, **filter_policy: list[str]) -> str:
    """Create a queue that gets what a topic sends, and return its URL. The trial removes it at the end.

    A filter policy gives the values of message attributes. It can be empty. The queue has its policy from the start:
    AWS takes up to a minute to apply a later one, and SNS does not repeat a delivery that a queue refuses.
    """
    sqs, is_fifo = system.clients.sqs, topic.endswith(".fifo")
    _, partition, _, region, account, _ = topic.split(":")
    name = f"{system.stack.name}-{uuid4().hex[:8]}{'.fifo' if is_fifo else ''}"
    arn = f"arn:{partition}:sqs:{region}:{account}:{name}"
    attributes: dict[QueueAttributeNameType, str] = {
        "Policy": json.dumps(policy(topic_may_send(topic, arn))),
        "VisibilityTimeout": "1",
    }
    if is_fifo:
        attributes["FifoQueue"] = "true"
    url = sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]
    subscription = {"RawMessageDelivery": "true", "FilterPolicy": json.dumps(filter_policy)}
    system.clients.sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn, Attributes=subscription)
    return url


def events_until(system: Deployment, url: str, order_id: str) -> list[dict[str, Any]]:
    """Receive and delete events until that of an order, and return all of them."""
    events: list[dict[str, Any]] = []

    def has_come() -> bool:
        events.extend(map(json.loads, take(system, url)))
        return any(event["subject"] == order_id for event in events)

    wait(has_come, f"the event of {order_id}")
    return events


def wait_for_message(system: Deployment, url: str, part: str) -> str:
    """Wait for a message that contains a text, and return its body."""
    return wait(
        lambda: next((body for body in messages_in(system, url) if part in body), None), f"a message with {part}"
    )
