"""The path of orders from the topic to the table or to the dead letters."""

import json
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest

from handler.contract import INSTANT
from ops.samples import EXAMPLE_ORDER
from ops.table import StoredOrder
from tests.support.mappings import mapping_of
from tests.support.pipeline import Pipeline
from tests.support.waiting import eventually


def order(**changes: object) -> dict[str, object]:
    """Return the example order with an ID that no other test uses."""
    return {**EXAMPLE_ORDER, "orderId": f"O-{uuid4()}", **changes}


def as_stored(order: dict[str, object]) -> dict[str, object]:
    """Return an order of this module as the table contains it, with the instant that they all have."""
    return {**order, INSTANT: "2025-05-03T12:00:00"}


def failures_of(pipeline: Pipeline, order_id: object) -> list[dict[str, Any]]:
    """Return the failure records of an order, sorted by attempt. The log has another order."""
    found = [record for record in pipeline.log_records_of(str(order_id)) if record["level"] == "ERROR"]
    return sorted(found, key=lambda record: int(record["attempt"]))


def stored(pipeline: Pipeline, order_id: object) -> StoredOrder:
    return eventually(lambda: pipeline.order(str(order_id)), f"order {order_id} in the table")


@pytest.fixture
def held_back(pipeline: Pipeline) -> Iterator[Any]:
    """Stop the event source mapping, and return a function that starts it again. The orders then share a batch."""
    lambda_ = pipeline.clients.lambda_
    mapping = mapping_of(pipeline.clients, pipeline.outputs["processorName"])

    def let_go() -> None:
        lambda_.update_event_source_mapping(UUID=mapping["UUID"], Enabled=True)

    lambda_.update_event_source_mapping(UUID=mapping["UUID"], Enabled=False)
    eventually(
        lambda: lambda_.get_event_source_mapping(UUID=mapping["UUID"])["State"] == "Disabled", "the end of the polling"
    )
    yield let_go
    let_go()


def test_the_example_order_goes_from_publish_to_a_row_and_is_logged(pipeline: Pipeline) -> None:
    assert pipeline.publish([json.dumps(EXAMPLE_ORDER)]) == []
    assert stored(pipeline, "O1234") == as_stored(EXAMPLE_ORDER)
    [record] = eventually(lambda: list(pipeline.log_records_of("O1234")), "the log record of the order's batch")
    assert (record["level"], record["message"], record["stored"]) == ("INFO", "batch processed", ["O1234"])


def test_a_poison_order_gets_to_the_dead_letters_after_exactly_3_receives_and_its_neighbours_are_stored(
    pipeline: Pipeline, held_back: Any
) -> None:
    poison = order(quantity=0)
    neighbours = [order() for _ in range(9)]
    bodies = [json.dumps(body) for body in (*neighbours[:4], poison, *neighbours[4:])]
    assert pipeline.publish(bodies) == []
    eventually(lambda: pipeline.waiting("queueUrl") == len(bodies), "all orders in the queue")
    held_back()

    [letter] = eventually(
        lambda: [letter for letter in pipeline.dead_letters() if json.loads(letter.body) == poison], "the dead letter"
    )
    # On a busy machine, SQS can move the order before the emulator has written the log of the last attempt.
    eventually(lambda: len(failures_of(pipeline, poison["orderId"])) >= 3, "the log of the attempts")
    attempts = failures_of(pipeline, poison["orderId"])
    assert [record["attempt"] for record in attempts] == [1, 2, 3]
    assert {record["messageId"] for record in attempts} == {letter.message_id}
    assert {record["reason"] for record in attempts} == {"quantity must be at least 1"}

    first_batch = attempts[0]["requestId"]
    for neighbour in neighbours:
        assert stored(pipeline, neighbour["orderId"]) == as_stored(neighbour)
        [record] = pipeline.log_records_of(str(neighbour["orderId"]))
        assert record["requestId"] == first_batch
    assert pipeline.order(str(poison["orderId"])) is None
    assert pipeline.waiting("undeliveredQueueUrl") == 0


def test_an_order_in_an_sns_envelope_is_stored_without_it(pipeline: Pipeline) -> None:
    inner = order()
    envelope = {"Type": "Notification", "TopicArn": pipeline.outputs["topicArn"], "Message": json.dumps(inner)}
    pipeline.clients.sqs.send_message(QueueUrl=pipeline.outputs["queueUrl"], MessageBody=json.dumps(envelope))
    assert stored(pipeline, inner["orderId"]) == as_stored(inner)


def test_unknown_fields_get_into_the_table(pipeline: Pipeline) -> None:
    body = order(gift=True, notes=["ring twice", {"floor": 3}], discount=None)
    pipeline.publish([json.dumps(body)])
    assert stored(pipeline, body["orderId"]) == as_stored(body)


def test_an_older_update_that_comes_late_changes_nothing(pipeline: Pipeline) -> None:
    newer = order(status="paid")
    older = {**newer, "status": "new", "timestamp": "2025-05-03T11:59:59Z"}
    pipeline.publish([json.dumps(newer)])
    assert stored(pipeline, newer["orderId"]) == as_stored(newer)
    pipeline.publish([json.dumps(older)])
    stale = eventually(
        lambda: [r for r in pipeline.log_records_of(str(newer["orderId"])) if "stale" in r], "its log record"
    )
    assert len(stale) == 1
    assert stored(pipeline, newer["orderId"]) == as_stored(newer)


def test_an_event_that_is_no_batch_is_an_error_of_the_function(pipeline: Pipeline) -> None:
    answer = pipeline.clients.lambda_.invoke(FunctionName=pipeline.outputs["processorName"], Payload=b'"text"')
    assert (answer["StatusCode"], answer["FunctionError"]) == (200, "Unhandled")
