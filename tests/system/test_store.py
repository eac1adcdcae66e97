"""The store over DynamoDB: as the emulator has it, and where it is given, as AWS's own DynamoDB Local has it."""

import os
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import boto3
import pytest
from botocore.config import Config

from handler.contract import PARTITION_KEY
from handler.outcome import NO_TIME_LEFT, STORED, Kind
from handler.store import DynamoDBStore
from local.aws import Endpoint
from local.emulator import emulator
from tests.support.orders import order
from tests.support.store_suite import StoreSuite

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

DYNAMODB_LOCAL = "DYNAMODB_LOCAL_URL"


@pytest.fixture(scope="module", params=["emulator", "DynamoDB Local"])
def endpoint(request: pytest.FixtureRequest, worker_id: str) -> Iterator[Endpoint]:
    if request.param == "emulator":
        with emulator(f"test-store-{worker_id}") as started:
            yield started
    elif DYNAMODB_LOCAL in os.environ:
        yield Endpoint(os.environ[DYNAMODB_LOCAL])
    else:
        pytest.skip("needs DynamoDB Local, which `make test-dynamodb` brings where Java and Maven are")


@pytest.fixture(scope="module")
def table(endpoint: Endpoint) -> str:
    name = f"Orders-{uuid4()}"
    endpoint.dynamodb.create_table(
        TableName=name,
        KeySchema=[{"AttributeName": PARTITION_KEY, "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": PARTITION_KEY, "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    return name


@pytest.fixture
def dynamodb(endpoint: Endpoint) -> "DynamoDBClient":
    """A client of the test's own, so that what it registers there stays there."""
    return Endpoint(endpoint.url).dynamodb


class TestDynamoDB(StoreSuite):
    @pytest.fixture
    def store(self, dynamodb: "DynamoDBClient", table: str) -> DynamoDBStore:
        return DynamoDBStore(table, dynamodb)

    @pytest.fixture
    def item(self, endpoint: Endpoint, table: str) -> Callable[[str], Any]:
        return lambda order_id: endpoint.item(table, {PARTITION_KEY: order_id})


@pytest.fixture
def made(dynamodb: "DynamoDBClient") -> list[str]:
    """The calls that the client makes from now on."""
    calls: list[str] = []
    dynamodb.meta.events.register("before-call.dynamodb", lambda model, **_: calls.append(model.name))
    return calls


def soon() -> float:
    return time.monotonic() + 30


@pytest.mark.parametrize(("orders", "requests"), [(1, 1), (25, 1), (26, 2), (100, 4)])
def test_new_orders_take_one_request_for_25(
    dynamodb: "DynamoDBClient", table: str, made: list[str], orders: int, requests: int
) -> None:
    new = [order(f"{uuid4()}") for _ in range(orders)]
    assert set(DynamoDBStore(table, dynamodb).put(new, soon())) == {STORED}
    assert made == ["BatchExecuteStatement"] * requests


def test_an_order_that_is_there_takes_one_request_more(dynamodb: "DynamoDBClient", table: str, made: list[str]) -> None:
    store, there, new = DynamoDBStore(table, dynamodb), order(f"{uuid4()}"), order(f"{uuid4()}")
    store.put([there], soon())
    store.put([there, new], soon())
    assert made == ["BatchExecuteStatement", "BatchExecuteStatement", "PutItem"]


def test_what_is_not_done_at_the_deadline_is_transient(dynamodb: "DynamoDBClient", table: str) -> None:
    dynamodb.meta.events.register("before-call.dynamodb", lambda **_: time.sleep(0.3))
    assert DynamoDBStore(table, dynamodb).put([order("O1")], time.monotonic() + 0.05) == [NO_TIME_LEFT]


def test_a_table_that_is_not_there_is_transient(dynamodb: "DynamoDBClient") -> None:
    [outcome] = DynamoDBStore("Nowhere", dynamodb).put([order("O1")], soon())
    assert outcome.kind is Kind.TRANSIENT
    assert "ResourceNotFound" in outcome.signature


def test_an_order_that_is_too_large_for_an_item_is_invalid_and_its_neighbours_are_stored(
    dynamodb: "DynamoDBClient", table: str
) -> None:
    large = order(f"{uuid4()}", notes="x" * 410_000)
    outcomes = DynamoDBStore(table, dynamodb).put([order(f"{uuid4()}"), large, order(f"{uuid4()}")], soon())
    assert [outcome.kind for outcome in outcomes] == [Kind.STORED, Kind.INVALID, Kind.STORED]


def test_an_answer_that_never_comes_is_transient() -> None:
    client = boto3.client(
        "dynamodb",
        endpoint_url="http://127.0.0.1:9",
        region_name="eu-west-1",
        aws_access_key_id="nobody",
        aws_secret_access_key="nothing",  # noqa: S106 - opens nothing
        config=Config(retries={"total_max_attempts": 1}),
    )
    [outcome] = DynamoDBStore("Orders", client).put([order("O1")], soon())
    assert (outcome.kind, outcome.signature) == (Kind.TRANSIENT, "EndpointConnectionError")
