"""Live facts, on moto: messages, items, and resources that cannot be read."""

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws

from infra import resource_types as types
from ops.review.finding import Verdict
from ops.review.live import read_live
from ops.review.preview import read_preview
from ops.review.review import review
from tests.support.arns import ACCOUNT, REGION
from tests.support.no_credentials import remove_credentials
from tests.support.previews import preview, step

OTHER_ACCOUNT = "999999999999"
LOWERED = {"messageRetentionSeconds": 90}, {"messageRetentionSeconds": 60}


@pytest.fixture(autouse=True)
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "moto")
    with mock_aws():
        yield


def queue(name: str, account: str = ACCOUNT) -> dict[str, Any]:
    """A lower retention. moto finds a queue by its name, whatever account its URL names."""
    url = f"https://sqs.{REGION}.amazonaws.com/{account}/{name}"
    outputs = {"name": name, "arn": f"arn:aws:sqs:{REGION}:{account}:{name}", "url": url}
    return step("update", types.QUEUE, name, *LOWERED, outputs=outputs)


def table(name: str, account: str = ACCOUNT) -> dict[str, Any]:
    outputs = {"name": name, "arn": f"arn:aws:dynamodb:{REGION}:{account}:table/{name}"}
    return step("delete", types.TABLE, name, {}, outputs=outputs)


@pytest.fixture
def orders() -> None:
    """The table `Orders`, with one order."""
    dynamodb = boto3.client("dynamodb", REGION)
    dynamodb.create_table(
        TableName="Orders",
        KeySchema=[{"AttributeName": "orderId", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "orderId", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    dynamodb.put_item(TableName="Orders", Item={"orderId": {"S": "O1"}})


@pytest.mark.usefixtures("orders")
def test_messages_and_orders_are_counted() -> None:
    sqs = boto3.client("sqs", REGION)
    url = sqs.create_queue(QueueName="OrderQueue")["QueueUrl"]
    for _ in range(3):
        sqs.send_message(QueueUrl=url, MessageBody="x")
    sqs.receive_message(QueueUrl=url)
    found = preview(queue("OrderQueue"), table("Orders"))
    live = read_live(found.changes)
    assert live.unread == {}
    assert {one.what for one in review(found, live).findings} == {
        "lowers the retention of OrderQueue from 90 s to 60 s; 2 visible messages and 1 in flight",
        "deletes the table Orders; it contains about 1 orders",
    }


@pytest.mark.usefixtures("orders")
def test_resources_of_the_same_names_in_another_account_are_not_counted() -> None:
    boto3.client("sqs", REGION).create_queue(QueueName="OrderQueue")
    found = preview(queue("OrderQueue", OTHER_ACCOUNT), table("Orders", OTHER_ACCOUNT))
    live = read_live(found.changes)
    assert (live.queues, live.items) == ({}, {})
    assert live.unread == {
        f"the account {ACCOUNT} answered, but the state is of the account {OTHER_ACCOUNT}: name its profile in "
        "AWS_PROFILE, or the emulator in AWS_ENDPOINT_URL": ["OrderQueue", "Orders"]
    }
    assert review(found, live).findings[0].verdict is Verdict.LOSES


@pytest.mark.parametrize(("account", "end"), [(ACCOUNT, ""), (ACCOUNT, ":*"), (OTHER_ACCOUNT, "")])
def test_the_age_of_a_log_group_is_that_of_the_one_in_the_state(account: str, end: str) -> None:
    boto3.client("logs", REGION).create_log_group(logGroupName="L")
    outputs = {"name": "L", "arn": f"arn:aws:logs:{REGION}:{account}:log-group:L{end}"}
    inputs = {"retentionInDays": 90}, {"retentionInDays": 14}
    log = step("update", types.LOG_GROUP, "L", *inputs, outputs=outputs)
    live = read_live(preview(log).changes)
    assert (len(live.log_ages), len(live.unread)) == ((1, 0) if account == ACCOUNT else (0, 1))


def test_what_does_not_exist_is_named_and_judged_as_if_it_held_orders() -> None:
    found = preview(queue("Gone"))
    live = read_live(found.changes)
    [(reason, names)] = live.unread.items()
    assert names == ["Gone"]
    assert reason.startswith("GetQueueAttributes found nothing")
    assert review(found, live).verdict is Verdict.LOSES


def test_without_credentials_the_reason_is_given_once_and_no_name_contains_an_address(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    remove_credentials(monkeypatch)
    live = read_live(preview(queue("OrderQueue"), queue("of-ann@example.com"), table("Orders")).changes)
    [(reason, names)] = live.unread.items()
    assert reason.startswith("there are no AWS credentials: ")
    assert names == ["OrderQueue", "Orders", "[address]"]


def test_a_state_without_an_arn_is_named() -> None:
    found = preview(step("delete", types.TABLE, "Orders", {}, outputs={"name": "Orders"}))
    assert read_live(found.changes).unread == {"the state does not contain the ARN": ["Orders"]}


def test_a_state_without_outputs_is_not_asked_for() -> None:
    text = '{"steps": [{"op": "create", "urn": "u::p::t::n", "newState": {"type": "aws:sqs/queue:Queue"}}]}'
    assert read_live(read_preview(text).changes).unread == {}
