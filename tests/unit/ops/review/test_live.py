"""Live facts, on moto: messages, items, and resources that cannot be read."""

from collections.abc import Iterator

import boto3
import pytest
from moto import mock_aws

from infra import resource_types as types
from ops.review.finding import Verdict
from ops.review.live import read_live
from ops.review.preview import read_preview
from ops.review.review import review
from tests.support.previews import preview, step

REGION = "eu-west-1"


@pytest.fixture(autouse=True)
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "moto")
    with mock_aws():
        yield


def test_messages_and_orders_are_counted() -> None:
    sqs, dynamodb = boto3.client("sqs", REGION), boto3.client("dynamodb", REGION)
    url = sqs.create_queue(QueueName="OrderQueue")["QueueUrl"]
    for _ in range(3):
        sqs.send_message(QueueUrl=url, MessageBody="x")
    sqs.receive_message(QueueUrl=url)
    dynamodb.create_table(
        TableName="Orders",
        KeySchema=[{"AttributeName": "orderId", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "orderId", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    dynamodb.put_item(TableName="Orders", Item={"orderId": {"S": "O1"}})
    found = preview(step("delete", types.QUEUE, "OrderQueue", {}), step("delete", types.TABLE, "Orders", {}))
    whats = {one.what for one in review(found, read_live(found.changes)).findings}
    assert whats == {
        "deletes the queue OrderQueue; 2 visible messages and 1 in flight",
        "deletes the table Orders; it contains about 1 orders",
    }


def test_what_cannot_be_read_is_named_and_judged_as_if_it_held_orders() -> None:
    found = preview(
        step("update", types.QUEUE, "Gone", {"messageRetentionSeconds": 90}, {"messageRetentionSeconds": 60})
    )
    live = read_live(found.changes)
    assert list(live.unread) == ["Gone"]
    assert review(found, live).verdict is Verdict.LOSES


def test_a_state_without_outputs_is_not_asked_for() -> None:
    text = '{"steps": [{"op": "create", "urn": "u::p::t::n", "newState": {"type": "aws:sqs/queue:Queue"}}]}'
    assert list(read_live(read_preview(text).changes).unread) == []
