"""Faults between the notifier and SNS delay events, but lose none."""

import json
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from threading import Event
from uuid import uuid4

import pytest

from local.deployer import deploy
from local.emulator import emulator
from ops.log.reading import EPOCH, read_log
from tests.support.gateway import reach_through
from tests.support.orders import body
from tests.support.pipeline import Pipeline
from tests.support.sns_gateway import Answer, SNSGateway, error, sns_gateway_to, undisturbed
from tests.support.subscriber import Subscriber
from tests.support.waiting import eventually


@pytest.fixture(scope="module")
def disturbed(worker_id: str) -> Iterator[tuple[Pipeline, SNSGateway]]:
    """A pipeline whose notifier reaches SNS through a gateway."""
    with emulator(f"event-faults-{worker_id}") as clients, sns_gateway_to(clients) as gateway:
        pipeline = Pipeline(clients, deploy(clients))
        reach_through(clients, pipeline.outputs["notifierName"], "AWS_ENDPOINT_URL_SNS", gateway.url)
        yield pipeline, gateway


def causes(pipeline: Pipeline, order_id: str) -> set[str]:
    """The signatures of the failures that delayed the events of an order."""
    group = pipeline.outputs["notifierLogGroupName"]
    records = read_log(pipeline.clients.logs, group, start=EPOCH, order_id=order_id)
    return {str(record["signature"]) for record in records if record["message"] == "events delayed"}


def are_stored(pipeline: Pipeline, versions: Sequence[str]) -> bool:
    stored = [pipeline.order(json.loads(version)["orderId"]) or {} for version in versions]
    return [one.get("status") for one in stored] == [json.loads(version)["status"] for version in versions]


def statuses_told(subscriber: Subscriber, order_id: str) -> list[str]:
    """The statuses of an order in the sequence in which they were first told."""
    return list(dict.fromkeys(event["data"]["order"]["status"] for event in subscriber.events_of(order_id)))


def knows_all(subscriber: Subscriber, order_id: str) -> bool:
    return len(statuses_told(subscriber, order_id)) == len(life(order_id))


def life(order_id: str) -> list[str]:
    statuses = enumerate(("new", "paid", "shipped"))
    return [body(order_id, status=status, timestamp=f"2026-01-01T00:00:0{at}Z") for at, status in statuses]


@pytest.mark.parametrize(
    ("answer", "signature"),
    [
        (error("Throttling"), "Throttling"),
        (error("AuthorizationError", 403), "AuthorizationError"),
        (error("InternalError", 500), "InternalError"),
    ],
    ids=["throttles", "refuses", "fails"],
)
def test_events_outlast_a_topic_that_answers_with_an_error(
    answer: Answer, signature: str, disturbed: tuple[Pipeline, SNSGateway]
) -> None:
    assert_that_events_outlast(disturbed, lambda: answer, signature)


def test_events_outlast_a_topic_that_hangs(disturbed: tuple[Pipeline, SNSGateway]) -> None:
    goes_on = Event()

    def hang() -> None:
        goes_on.wait(60)

    try:
        assert_that_events_outlast(disturbed, hang, "ReadTimeoutError", heal=goes_on.set)
    finally:
        goes_on.set()


def assert_that_events_outlast(
    disturbed: tuple[Pipeline, SNSGateway],
    disturb: Callable[[], Answer | None],
    signature: str,
    heal: Callable[[], None] = lambda: None,
) -> None:
    """Disturb the topic while two orders change, heal it, and check what a subscriber was told."""
    pipeline, gateway = disturbed
    subscriber = Subscriber(pipeline)
    first, second = f"F-{uuid4()}", f"F-{uuid4()}"
    gateway.disturb = disturb
    for versions in zip(life(first), life(second), strict=True):
        pipeline.publish(list(versions))
        eventually(partial(are_stored, pipeline, versions), "both versions in the table")
    eventually(lambda: signature in causes(pipeline, first), "a delayed event")
    assert subscriber.events_of(first) == []

    gateway.disturb = undisturbed
    heal()
    for order_id in (first, second):
        # A request that hung is published too, so an event can come twice.
        eventually(partial(knows_all, subscriber, order_id), f"events of {order_id}")
        assert statuses_told(subscriber, order_id) == ["new", "paid", "shipped"]
    assert pipeline.waiting("givenUpQueueUrl") == 0
