"""Orders in every place of a deployed system, and where they are after a change."""

import json
import re
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from botocore.exceptions import ClientError

from ops.clients import Clients, local_clients
from tests.support.orders import body
from tests.support.pipeline import Pipeline
from tests.support.waiting import eventually

LONG_SECONDS = 900
"""Longer than a test: a message that is delayed or hidden for so long stays where it is."""
PATIENCE_SECONDS = 10
DEAD = r"D-[0-9a-f]{8}"
"""The id of a dead letter."""
SUBSCRIBER = "Subscriber"
"""The name of the queue of another program that is subscribed to events. It holds events, and no orders."""
REGIONS = ("eu-west-1", "eu-central-1")
"""The Region of the stack, and the one to which a test moves it."""


@dataclass(frozen=True, kw_only=True)
class Orders:
    """The ids of the orders that exist before a change, and what publishers and consumers hold on to."""

    stored: str
    waiting: str
    """In OrderQueue. No consumer has received it."""
    in_flight: str
    """In OrderQueue. A consumer has received it."""
    dead: str
    """In OrderDLQ. The log contains the reason."""
    given_up: str | None
    """In OrderEventsDLQ. None if the system tells no events, as with `subscriber`."""
    subscriber: str | None
    """The name of the subscribed queue."""
    topic_arn: str
    queue_url: str
    log_group: str
    receipt: str
    """The receipt handle of the order in flight."""

    @property
    def ids(self) -> Sequence[str]:
        return [one for one in (self.stored, self.waiting, self.in_flight, self.dead, self.given_up) if one]


def seed(pipeline: Pipeline) -> Orders:
    """Bring an order to each place. Leaves every resource as it was."""
    stored, waiting, in_flight = (f"{place}-{uuid4().hex[:8]}" for place in ("S", "W", "F"))
    pipeline.publish([body(stored)])
    eventually(lambda: pipeline.order(stored), "the stored order")
    dead = _dead_letter(pipeline)
    sqs, queue_url = pipeline.clients.sqs, pipeline.outputs["queueUrl"]
    sqs.send_message(QueueUrl=queue_url, MessageBody=body(waiting), DelaySeconds=LONG_SECONDS)
    receipt = _receive_before_the_function_does(pipeline, body(in_flight))
    return Orders(
        stored=stored,
        waiting=waiting,
        in_flight=in_flight,
        dead=dead,
        given_up=_given_up(pipeline),
        subscriber=_subscriber(pipeline),
        topic_arn=pipeline.outputs["topicArn"],
        queue_url=queue_url,
        log_group=pipeline.outputs["logGroupName"],
        receipt=receipt,
    )


def _dead_letter(pipeline: Pipeline) -> str:
    """Return a dead letter whose reason is in the log: one that exists, or a new one."""
    for found in re.finditer(DEAD, _queued(pipeline.clients, "DLQ")):
        if list(pipeline.log_records_of(found[0])):
            return found[0]
    order = f"D-{uuid4().hex[:8]}"
    pipeline.publish([body(order, quantity=0)])
    eventually(lambda: order in _queued(pipeline.clients, "DLQ"), "the dead letter")
    eventually(lambda: list(pipeline.log_records_of(order)), "the reason of the dead letter")
    return order


def _given_up(pipeline: Pipeline) -> str | None:
    if not pipeline.outputs["eventTopicArn"]:
        return None
    order = f"G-{uuid4().hex[:8]}"
    pipeline.clients.sqs.send_message(QueueUrl=pipeline.outputs["givenUpQueueUrl"], MessageBody=order)
    return order


def _subscriber(pipeline: Pipeline) -> str | None:
    if not pipeline.outputs["eventTopicArn"]:
        return None
    sqs = pipeline.clients.sqs
    url = sqs.create_queue(QueueName=SUBSCRIBER)["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    pipeline.clients.sns.subscribe(
        TopicArn=pipeline.outputs["eventTopicArn"],
        Protocol="sqs",
        Endpoint=arn,
        Attributes={"RawMessageDelivery": "true"},
    )
    return SUBSCRIBER


def _receive_before_the_function_does(pipeline: Pipeline, order: str) -> str:
    clients, queue_url = pipeline.clients, pipeline.outputs["queueUrl"]
    with _queue_mappings_paused(clients):
        clients.sqs.send_message(QueueUrl=queue_url, MessageBody=order)
        received = eventually(
            lambda: clients.sqs.receive_message(QueueUrl=queue_url, VisibilityTimeout=LONG_SECONDS).get("Messages"),
            "the order in flight",
        )
    return received[0]["ReceiptHandle"]


@contextmanager
def _queue_mappings_paused(clients: Clients) -> Iterator[None]:
    """Pause the mappings of all queues that are on. The latest mapping is the first to start again."""
    found = clients.lambda_.list_event_source_mappings()["EventSourceMappings"]
    mappings = [one["UUID"] for one in found if ":sqs:" in one["EventSourceArn"] and one["State"] == "Enabled"]
    for mapping in mappings:
        clients.lambda_.update_event_source_mapping(UUID=mapping, Enabled=False)
    try:
        yield
    finally:
        for mapping in reversed(mappings):
            clients.lambda_.update_event_source_mapping(UUID=mapping, Enabled=True)


def lost(clients: Clients, orders: Orders) -> Iterator[str]:
    """Yield what existed before the change, and is nowhere now."""
    places = _everything(clients)
    yield from (order for order in orders.ids if order not in places)
    if orders.dead not in _logged(clients, orders.log_group):
        yield "the log of the dead letter"


def flow(clients: Clients, orders: Orders, number: int) -> tuple[list[str], list[str]]:
    """Publish a number of orders after the change: return those that are lost, and what does not flow.

    Publishers know the topic that they knew before. The orders wait until all of them are in the queue, so that each
    reader of the queue gets some of them.
    """
    valid, invalid = [f"N-{uuid4().hex[:8]}" for _ in range(number)], f"I-{uuid4().hex[:8]}"
    try:
        with _queue_mappings_paused(clients):
            for order in valid:
                clients.sns.publish(TopicArn=orders.topic_arn, Message=body(order))
            clients.sns.publish(TopicArn=orders.topic_arn, Message=body(invalid, quantity=0))
    except ClientError:
        return [], ["publishers are rejected"]
    with suppress(ClientError):
        clients.sqs.change_message_visibility(
            QueueUrl=orders.queue_url, ReceiptHandle=orders.receipt, VisibilityTimeout=0
        )
    deadline = time.monotonic() + PATIENCE_SECONDS
    expected = {*valid, orders.in_flight}
    to_tell = expected if orders.subscriber else set()
    while time.monotonic() < deadline:
        stored, dead, told = _stored(clients), _queued(clients, "DLQ"), _told(clients)
        if all(one in stored for one in expected) and invalid in dead and all(one in told for one in to_tell):
            return [], []
        time.sleep(0.1)
    places = _everything(clients)
    return (
        [one for one in (*valid, invalid) if one not in places],
        [
            *(f"{one} is not stored" for one in sorted(expected) if one not in stored),
            *(f"{one} is not told" for one in sorted(to_tell) if one not in told),
        ],
    )


def _everything(clients: Clients) -> str:
    return _stored(clients) + _queued(clients)


def _queued(clients: Clients, name: str = "") -> str:
    """The bodies of all messages in the queues whose names contain a text, those in flight included.

    The queue of the subscriber is not among them.
    """
    queues = _messages(clients)
    return json.dumps([body for url, bodies in queues if name in url and SUBSCRIBER not in url for body in bodies])


def _told(clients: Clients) -> str:
    """The events that the subscriber has got."""
    return json.dumps([body for url, bodies in _messages(clients) if SUBSCRIBER in url for body in bodies])


def _messages(clients: Clients) -> list[tuple[str, list[str]]]:
    """The bodies in each queue, by its URL."""
    with urllib.request.urlopen(f"{clients.emulator_url}/_ministack/sqs/messages") as answer:  # noqa: S310 - on loopback
        found = json.load(answer)["messages"]
    queues = [queue for regions in found.values() for region in regions.values() for queue in region.items()]
    return [(url, [message["Body"] for message in messages]) for url, messages in queues]


def _stored(clients: Clients) -> str:
    """The orders in all tables."""
    items: list[Any] = []
    for region in REGIONS:
        dynamodb = local_clients(clients.emulator_url, region).dynamodb
        for table in dynamodb.list_tables()["TableNames"]:
            items += dynamodb.scan(TableName=table)["Items"]
    return json.dumps(items)


def _logged(clients: Clients, log_group: str) -> str:
    with suppress(clients.logs.exceptions.ResourceNotFoundException):
        return json.dumps(clients.logs.filter_log_events(logGroupName=log_group)["events"])
    return ""
