"""`orders events` on the emulator."""

import json
import time
from typing import Any
from uuid import uuid4

from handler.notifier.change import read_change
from handler.notifier.event import Event, event_of
from handler.notifier.failure import Failure
from handler.notifier.given_up import message_of
from handler.notifier.telling import Telling
from ops.cli.exit_codes import Exit
from ops.dead_letters.look import Look
from tests.support.command import Orders, stored_order
from tests.support.orders import body
from tests.support.pipeline import Pipeline
from tests.support.subscriber import Subscriber
from tests.support.waiting import eventually


def test_a_replay_tells_the_stored_version_again_with_the_same_id(here: Orders, pipeline: Pipeline) -> None:
    subscriber = Subscriber(pipeline)
    order_id = stored_order(here, pipeline)
    [first] = subscriber.wait_for(order_id)
    dry = here("events", "replay", "--order", order_id)
    assert (dry.code, dry.out) == (Exit.DONE, "would tell 1 order again: add --confirm to do it\n")
    ran = here("events", "replay", "--order", order_id, "--confirm")
    assert (ran.code, ran.out) == (Exit.DONE, "told 1 of 1 order again\n")
    _, again = subscriber.wait_for(order_id, 2)
    assert again["type"] == "order.replayed"
    assert {**again, "type": first["type"]} == first


def test_a_replay_is_of_the_versions_since_a_time(here: Orders, pipeline: Pipeline) -> None:
    order_id = stored_order(here, pipeline, timestamp="2026-03-01T12:00:00.5Z")
    chosen = "events", "replay", "--order", order_id, "--json", "--since"
    assert here(*chosen, "2026-03-01T12:00:00.5Z").json == [{"orders": 1, "told": 0, "notTold": []}]
    late = here(*chosen, "2026-03-01T12:00:00.51Z")
    assert (late.code, late.json) == (Exit.INCOMPLETE, [{"orders": 0, "told": 0, "notTold": [order_id]}])
    every = here("events", "replay", "--since", "2026-03-01T12:00:00.5Z", "--json").json[0]["orders"]
    assert 1 <= every <= here("events", "replay", "--all", "--json").json[0]["orders"]


def test_a_replay_needs_a_choice(here: Orders) -> None:
    ran = here("events", "replay", "--confirm")
    assert (ran.code, ran.err) == (Exit.USAGE, "name the orders with --since, --order or --all\n")
    ran = here("events", "replay", "--all", "--order", "O1")
    assert ran.code == Exit.USAGE


def test_an_item_that_is_no_order_is_not_replayed(here: Orders, pipeline: Pipeline) -> None:
    foreign = f"T-{uuid4()}"
    item: Any = {"orderId": {"S": foreign}, "photo": {"B": b"\x00"}}
    pipeline.clients.dynamodb.put_item(TableName=pipeline.outputs["tableName"], Item=item)
    ran = here("events", "replay", "--order", foreign, "--confirm")
    assert ran.code == Exit.INCOMPLETE
    assert f"not told: {foreign}: the item is not a valid order: timestamp is missing" in ran.err


def given_up(pipeline: Pipeline, record: dict[str, Any], event: Event | None = None) -> None:
    """Put a record into OrderEventsDLQ as the notifier does."""
    telling = Telling(record)
    telling.failure = Failure("Throttled", "Throttled")
    telling.event = event
    pipeline.clients.sqs.send_message(QueueUrl=pipeline.outputs["givenUpQueueUrl"], MessageBody=message_of(telling))


def record_of(pipeline: Pipeline, order_id: str) -> dict[str, Any]:
    table = pipeline.clients.dynamodb.describe_table(TableName=pipeline.outputs["tableName"])["Table"]
    key = {"orderId": {"S": order_id}}
    item = pipeline.clients.dynamodb.get_item(TableName=table["TableName"], Key=key)["Item"]
    change = {"Keys": key, "NewImage": item, "SequenceNumber": "1", "ApproximateCreationDateTime": 0}
    return {"eventName": "INSERT", "eventSourceARN": table["LatestStreamArn"], "dynamodb": change}


def test_events_that_were_given_up_are_listed_and_told_again(here: Orders, pipeline: Pipeline) -> None:
    subscriber = Subscriber(pipeline)
    order_id = stored_order(here, pipeline)
    [first] = subscriber.wait_for(order_id)
    given_up(pipeline, record_of(pipeline, order_id))
    [listed] = [event for event in here("events", "failed", "--json").json if event["orderId"] == order_id]
    assert listed["reason"] == "Throttled"
    assert f"{order_id}" in here("events", "failed").out
    told = [event for event in here("events", "failed", "--retry", "--json").json if event["orderId"] == order_id]
    assert [(one["told"], one["problem"]) for one in told] == [(1, None)]
    assert subscriber.wait_for(order_id, 2) == [first, first]
    assert all(event["orderId"] != order_id for event in here("events", "failed", "--json").json)


def test_without_its_image_the_stored_version_is_told(here: Orders, pipeline: Pipeline) -> None:
    subscriber = Subscriber(pipeline)
    order_id = stored_order(here, pipeline)
    record = record_of(pipeline, order_id)
    del record["dynamodb"]["NewImage"]
    given_up(pipeline, record)
    here("events", "failed", "--retry")
    assert [event["type"] for event in subscriber.wait_for(order_id, 2)] == ["order.stored", "order.replayed"]


def test_a_change_whose_images_were_too_large_is_told_as_what_it_is(here: Orders, pipeline: Pipeline) -> None:
    subscriber = Subscriber(pipeline)
    order_id = stored_order(here, pipeline)
    record = record_of(pipeline, order_id) | {"eventName": "MODIFY"}
    record["dynamodb"]["OldImage"] = record["dynamodb"]["NewImage"] | {"notes": {"S": "\ufffe" * 190_000}}
    change = read_change(record)
    assert change
    given_up(pipeline, record, event_of(change))
    here("events", "failed", "--retry")
    _, told = subscriber.wait_for(order_id, 2)
    assert (told["type"], told["data"]["changed"]) == ("order.updated", ["notes"])


def test_a_record_that_cannot_be_read_stops_no_other_and_the_same_order_waits(here: Orders, pipeline: Pipeline) -> None:
    subscriber = Subscriber(pipeline)
    order_id, other = stored_order(here, pipeline), stored_order(here, pipeline)
    odd = record_of(pipeline, order_id)
    del odd["eventName"]
    for record in (odd, record_of(pipeline, order_id), record_of(pipeline, other)):
        given_up(pipeline, record)
        time.sleep(0.01)  # SQS counts milliseconds.
    ran = here("events", "failed", "--retry")
    assert f"not told: {order_id}" in ran.err
    assert "the record cannot be read: KeyError('eventName')" in ran.err
    assert "it waits for an earlier event of the order" in ran.err
    assert len(subscriber.wait_for(other, 2)) == 2
    left = [event for event in here("events", "failed", "--json").json if event["orderId"] == order_id]
    assert len(left) == 2
    for event in left:
        here("events", "failed", "--discard", event["messageId"])


def test_what_somebody_else_looks_at_is_not_said_to_be_nothing(here: Orders, pipeline: Pipeline) -> None:
    order_id = stored_order(here, pipeline)
    given_up(pipeline, record_of(pipeline, order_id))
    with Look(pipeline.clients.sqs, pipeline.outputs["givenUpQueueUrl"]):
        ran = here("events", "failed")
    assert ran.code == Exit.INCOMPLETE
    assert "more: somebody else holds them" in ran.err
    assert any(event["orderId"] == order_id for event in here("events", "failed", "--retry", "--json").json)


def test_an_order_that_is_not_there_is_not_told_again(here: Orders, pipeline: Pipeline) -> None:
    order_id = stored_order(here, pipeline, timestamp="2026-01-01T00:00:00Z")
    ran = here("events", "replay", "--order", order_id, "--order", "T-unknown", "--json")
    assert (ran.code, ran.json) == (Exit.INCOMPLETE, [{"orders": 1, "told": 0, "notTold": ["T-unknown"]}])
    assert "not told: T-unknown: the table does not contain it" in ran.err
    late = here("events", "replay", "--order", order_id, "--since", "2026-01-02T00:00:00Z")
    assert f"not told: {order_id}: its version is older than that" in late.err


def test_changes_that_lambda_skipped_are_read_from_the_stream(here: Orders, pipeline: Pipeline) -> None:
    subscriber = Subscriber(pipeline)
    order_id = stored_order(here, pipeline)
    [first] = subscriber.wait_for(order_id)
    streams, arn = pipeline.clients.dynamodbstreams, record_of(pipeline, order_id)["eventSourceARN"]
    [shard] = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]
    iterator = streams.get_shard_iterator(StreamArn=arn, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON")[
        "ShardIterator"
    ]
    records = streams.get_records(ShardIterator=iterator)["Records"]
    [number] = [
        one["dynamodb"]["SequenceNumber"] for one in records if one["dynamodb"]["Keys"]["orderId"]["S"] == order_id
    ]
    place = {
        "shardId": shard["ShardId"],
        "startSequenceNumber": number,
        "endSequenceNumber": number,
        "batchSize": 1,
        "streamArn": arn,
    }
    message = {"requestContext": {"condition": "MaxRecordAgeExceeded"}, "DDBStreamBatchInfo": place}
    pipeline.clients.sqs.send_message(QueueUrl=pipeline.outputs["givenUpQueueUrl"], MessageBody=json.dumps(message))
    here("events", "failed", "--retry")
    assert subscriber.wait_for(order_id, 2) == [first, first]


def test_a_message_that_cannot_be_told_stays_until_it_is_discarded(here: Orders, pipeline: Pipeline) -> None:
    sent = pipeline.clients.sqs.send_message(
        QueueUrl=pipeline.outputs["givenUpQueueUrl"], MessageBody=body(f"T-{uuid4()}")
    )["MessageId"]
    ran = here("events", "failed", "--retry")
    assert ran.code == Exit.INCOMPLETE
    assert f"(message {sent}): the message is not from the notifier" in ran.err
    assert here("events", "failed", "--discard", sent).out == f"deleted message {sent}\n"
    assert here("events", "failed", "--discard", sent).code == Exit.INCOMPLETE
    eventually(lambda: sent not in here("events", "failed").out, "the message is gone")


def test_the_log_of_the_notifier_says_which_events_were_told_and_given_up(here: Orders, pipeline: Pipeline) -> None:
    order_id, foreign = stored_order(here, pipeline), f"T-{uuid4()}"
    pipeline.clients.dynamodb.put_item(TableName=pipeline.outputs["tableName"], Item={"orderId": {"S": foreign}})
    eventually(lambda: here("logs", "--notifier", "--order", foreign).out, "the record of the event")
    assert f"{foreign}: event given up: the item is not a valid order" in here("logs", "--notifier").out
    assert f"told {order_id}" in here("logs", "--notifier", "--order", order_id).out
