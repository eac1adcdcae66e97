"""Events on the emulator, through the real deployment."""

import json
from uuid import uuid4

from tests.support.orders import body
from tests.support.pipeline import Pipeline
from tests.support.subscriber import Subscriber
from tests.support.waiting import eventually


def test_a_subscriber_is_told_the_whole_life_of_an_order(pipeline: Pipeline) -> None:
    subscriber = Subscriber(pipeline)
    order_id = f"T-{uuid4()}"
    first = body(order_id, status="new", timestamp="2026-01-01T00:00:00Z")
    pipeline.publish([first])
    subscriber.wait_for(order_id)
    pipeline.publish([body(order_id, status="paid", timestamp="2026-01-01T00:00:01.50Z", gift=True)])
    stored, updated = subscriber.wait_for(order_id, 2)
    assert (stored["type"], stored["id"], stored["time"]) == (
        "order.stored",
        f"{order_id}@2026-01-01T00:00:00Z",
        "2026-01-01T00:00:00Z",
    )
    assert stored["data"]["order"] == json.loads(first)
    assert (updated["type"], updated["id"]) == ("order.updated", f"{order_id}@2026-01-01T00:00:01.5Z")
    assert updated["data"]["changed"] == ["gift", "status", "timestamp"]
    assert updated["data"]["previousStatus"] == "new"


def test_a_filter_policy_chooses_statuses(pipeline: Pipeline) -> None:
    paid, everything = Subscriber(pipeline, status=["paid"]), Subscriber(pipeline)
    order_id = f"T-{uuid4()}"
    for second, status in enumerate(("new", "paid", "shipped")):
        pipeline.publish([body(order_id, status=status, timestamp=f"2026-01-01T00:00:0{second}Z")])
        everything.wait_for(order_id, second + 1)
    assert [event["data"]["order"]["status"] for event in paid.wait_for(order_id)] == ["paid"]


def test_an_item_that_is_no_order_is_given_up_and_delays_no_other(pipeline: Pipeline) -> None:
    subscriber = Subscriber(pipeline)
    before = pipeline.waiting("givenUpQueueUrl")
    foreign, order_id = f"T-{uuid4()}", f"T-{uuid4()}"
    pipeline.clients.dynamodb.put_item(TableName=pipeline.outputs["tableName"], Item={"orderId": {"S": foreign}})
    pipeline.publish([body(order_id)])
    subscriber.wait_for(order_id)
    eventually(lambda: pipeline.waiting("givenUpQueueUrl") == before + 1, "the event that was given up")
    assert subscriber.events_of(foreign) == []
