"""A batch of messages: what is stored, what is reported, what is logged."""

import io
import json
from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import boto3
import pytest
from aws_lambda_powertools import Logger
from botocore.exceptions import ClientError, EndpointConnectionError
from moto import mock_aws

from handler.contract import PARTITION_KEY
from handler.order import Order, parse_order
from handler.processor import Processor
from handler.store import DynamoDBStore, OrderStore
from local.samples import EXAMPLE_ORDER


class FakeStore:
    """Keeps orders in memory, and refuses those it was told to."""

    def __init__(self, refuses: dict[str, Exception] | None = None) -> None:
        self.orders: dict[str, Order] = {}
        self._refuses = refuses or {}

    def put(self, order: Order) -> None:
        if order.order_id in self._refuses:
            raise self._refuses[order.order_id]
        self.orders[order.order_id] = order


THROTTLED = ClientError({"Error": {"Code": "ThrottlingException", "Message": "slow down"}}, "PutItem")
TOO_LARGE = ClientError({"Error": {"Code": "ValidationException", "Message": "Item size has exceeded"}}, "PutItem")


def body(order_id: str, **changes: object) -> str:
    return json.dumps({**EXAMPLE_ORDER, "orderId": order_id, **changes})


def record(message_id: str, body: str, *, attempt: int = 1) -> dict[str, Any]:
    return {"messageId": message_id, "body": body, "attributes": {"ApproximateReceiveCount": str(attempt)}}


class Log(io.StringIO):
    """A log in memory."""

    @property
    def records(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.getvalue().splitlines()]


def process(store: OrderStore, *records: dict[str, Any], log: Log | None = None) -> list[str]:
    """The ids of the messages that failed."""
    # Loggers of the same name share their stream, so each gets a name of its own.
    logger = Logger(service=str(uuid4()), stream=log or Log())
    response = Processor(store, logger).process({"Records": list(records)})
    return [failure["itemIdentifier"] for failure in response["batchItemFailures"]]


def test_orders_are_stored_and_nothing_is_reported() -> None:
    store = FakeStore()
    assert process(store, record("m1", body("O1")), record("m2", body("O2"))) == []
    assert set(store.orders) == {"O1", "O2"}


def test_a_bad_order_fails_alone() -> None:
    store = FakeStore()
    assert process(store, record("m1", body("O1")), record("m2", "{"), record("m3", body("O3"))) == ["m2"]
    assert set(store.orders) == {"O1", "O3"}


@pytest.mark.parametrize("error", [THROTTLED, RuntimeError("a bug")])
def test_an_order_that_could_not_be_stored_fails_alone(error: Exception) -> None:
    store = FakeStore(refuses={"O2": error})
    assert process(store, record("m1", body("O1")), record("m2", body("O2")), record("m3", body("O3"))) == ["m2"]
    assert set(store.orders) == {"O1", "O3"}


def test_when_all_fail_all_are_reported() -> None:
    assert process(FakeStore(), record("m1", ""), record("m2", "")) == ["m1", "m2"]


def test_a_bad_order_is_logged_once_with_why_and_which_attempt() -> None:
    log = Log()
    process(FakeStore(), record("m1", body("O1", quantity=0), attempt=2), log=log)
    [entry] = log.records
    assert entry["level"] == "ERROR"
    assert entry["message"] == "order failed"
    assert {key: entry[key] for key in ("messageId", "orderId", "attempt", "errorClass", "reason")} == {
        "messageId": "m1",
        "orderId": "O1",
        "attempt": 2,
        "errorClass": "invalid",
        "reason": "quantity must be at least 1",
    }


@pytest.mark.parametrize(
    ("error", "error_class"),
    [
        (THROTTLED, "transient"),
        (EndpointConnectionError(endpoint_url="http://nowhere"), "transient"),
        (TOO_LARGE, "invalid"),
        (RuntimeError("a bug"), "unexpected"),
    ],
)
def test_what_the_store_raises_is_logged_with_its_class(error: Exception, error_class: str) -> None:
    log = Log()
    process(FakeStore(refuses={"O1": error}), record("m1", body("O1")), log=log)
    [entry] = log.records
    assert (entry["errorClass"], entry["reason"], entry["orderId"]) == (error_class, str(error), "O1")


def test_only_a_bug_is_logged_with_its_traceback() -> None:
    log = Log()
    process(
        FakeStore(refuses={"O1": RuntimeError("a bug"), "O2": THROTTLED}),
        record("m1", body("O1")),
        record("m2", body("O2")),
        log=log,
    )
    bug, throttled = log.records
    assert "RuntimeError: a bug" in bug["exception"]
    assert "exception" not in throttled


def test_a_stored_order_is_logged_by_its_id_and_nothing_else_of_it() -> None:
    log = Log()
    process(FakeStore(), record("m1", body("O1")), log=log)
    [entry] = log.records
    assert (entry["level"], entry["message"], entry["orderId"], entry["messageId"]) == (
        "INFO",
        "order stored",
        "O1",
        "m1",
    )
    assert "U123" not in json.dumps(entry)


Kept = tuple[OrderStore, Callable[[], list[dict[str, Any]]]]


@pytest.fixture
def table(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The table on moto."""
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    with mock_aws():
        client = boto3.client("dynamodb")
        client.create_table(
            TableName="Orders",
            KeySchema=[{"AttributeName": PARTITION_KEY, "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": PARTITION_KEY, "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
        yield boto3.resource("dynamodb").Table("Orders")


@pytest.fixture(params=["fake", "moto"])
def store(request: pytest.FixtureRequest) -> Kept:
    """A store, and a way to see what it keeps: the fake has to pass what the real one passes."""
    if request.param == "fake":
        fake = FakeStore()
        return fake, lambda: [dict(order.attributes) for order in fake.orders.values()]
    table = request.getfixturevalue("table")
    return DynamoDBStore("Orders"), lambda: table.scan()["Items"]


def test_a_store_keeps_all_that_the_order_said(store: Kept) -> None:
    orders, kept = store
    order = {**EXAMPLE_ORDER, "gift": True, "notes": ["a", {"b": None}], "weights": {"net": 2, "tags": []}}
    orders.put(parse_order(json.dumps(order)))
    assert kept() == [order]


def test_a_store_keeps_one_order_under_each_id(store: Kept) -> None:
    orders, kept = store
    for status in ("new", "new", "paid"):
        orders.put(parse_order(json.dumps({**EXAMPLE_ORDER, "status": status})))
    orders.put(parse_order(json.dumps({**EXAMPLE_ORDER, "orderId": "O2"})))
    assert sorted((order["orderId"], order["status"]) for order in kept()) == [("O1234", "paid"), ("O2", "new")]


def test_a_table_that_is_not_there_fails_the_message_and_not_the_batch(table: Any) -> None:
    assert process(DynamoDBStore("Nowhere"), record("m1", body("O1"))) == ["m1"]
    assert table.scan()["Items"] == []
