"""Events through LocalStack's topics. The notifier runs on the emulator, whose stream it reads."""

from collections.abc import Iterator
from uuid import uuid4

import pytest

from handler.item import item_of
from handler.order import parse_order
from ops.events.replay import replays
from ops.events.telling import Teller
from tests.judges.deployed.system import deployed_on
from tests.judges.judge import Judge
from tests.support.gateway import reach_through
from tests.support.orders import body
from tests.support.pipeline import Pipeline
from tests.support.subscriber import Subscriber

TIMES = [f"2026-01-01T00:00:0{second}Z" for second in range(5)]


@pytest.fixture(scope="module")
def telling(pipeline: Pipeline) -> Pipeline:
    return told_through(pipeline)


@pytest.fixture(scope="module")
def fifo(localstack: str, worker_id: str) -> Iterator[Pipeline]:
    with deployed_on(localstack, f"test-fifo-{worker_id}", orderEventsFifo="true") as pipeline:
        yield told_through(pipeline)


def told_through(pipeline: Pipeline) -> Pipeline:
    """Let the notifier publish to LocalStack's topic."""
    url = pipeline.clients.emulator_url
    reach_through(pipeline.clients, pipeline.outputs["notifierName"], "AWS_ENDPOINT_URL_SNS", url)
    return pipeline


def store(pipeline: Pipeline, order_id: str, **changes: object) -> None:
    """Store a version of an order as the processor does. Nothing polls LocalStack's queue."""
    item = item_of(parse_order(body(order_id, **changes)))
    pipeline.clients.dynamodb.put_item(TableName=pipeline.outputs["tableName"], Item=item)


def replay(pipeline: Pipeline, order_id: str) -> None:
    """Tell the stored version of an order again, as `orders events replay` does."""
    [event] = replays(pipeline.system, since=None, order_ids=[order_id])
    teller = Teller(pipeline.clients.sns, pipeline.outputs["eventTopicArn"])
    assert list(teller.tell([event])) == []  # type: ignore[list-item]  # the table contains the order


@pytest.mark.judged(Judge.LOCALSTACK, "filter-policy")
def test_a_filter_policy_chooses_statuses_and_kinds_of_events(telling: Pipeline) -> None:
    everything, chosen = Subscriber(telling), Subscriber(telling, status=["paid", "shipped"])
    changes = Subscriber(telling, status=["shipped"], eventType=["stored", "updated"])
    order_id = f"T-{uuid4()}"
    for time, status in zip(TIMES, ("new", "paid", "shipped"), strict=False):
        store(telling, order_id, status=status, timestamp=time)
    everything.wait_for(order_id, 3)
    replay(telling, order_id)
    assert len(everything.wait_for(order_id, 4)) == 4
    assert sorted((event["type"], event["time"]) for event in chosen.wait_for(order_id, 3)) == [
        ("order.replayed", TIMES[2]),
        ("order.updated", TIMES[1]),
        ("order.updated", TIMES[2]),
    ]
    assert [(event["type"], event["time"]) for event in changes.wait_for(order_id)] == [("order.updated", TIMES[2])]


@pytest.mark.judged(Judge.LOCALSTACK, "fifo-events")
def test_a_fifo_topic_tells_versions_in_order_and_a_repeated_replay_once(fifo: Pipeline) -> None:
    subscriber = Subscriber(fifo)
    order_id, other = f"T-{uuid4()}", f"T-{uuid4()}"
    for time in TIMES:
        store(fifo, order_id, timestamp=time)
    assert [event["time"] for event in subscriber.wait_for(order_id, len(TIMES))] == TIMES
    for _ in range(2):
        replay(fifo, order_id)
    store(fifo, other)
    subscriber.wait_for(other)
    types = [event["type"] for event in subscriber.events_of(order_id)]
    assert types.count("order.replayed") == 1
    assert len(types) == len(TIMES) + 1
