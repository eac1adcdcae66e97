"""The fake store passes the suite that the real one passes. Foreign items and unexpected exceptions have outcomes."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, cast

import pytest

from handler.contract import INSTANT, PARTITION_KEY
from handler.item import item_of
from handler.order import Order
from handler.outcome import CONFLICT, DUPLICATE, STORED, UPDATED, Kind, Outcome
from handler.store import DynamoDBStore, outcome_against
from tests.support.fake_dynamodb import FakeDynamoDB
from tests.support.foreign_items import FOREIGN
from tests.support.orders import FakeStore, order
from tests.support.store_suite import StoreSuite


class TestTheFake(StoreSuite):
    @pytest.fixture
    def store(self) -> FakeStore:
        return FakeStore()

    @pytest.fixture
    def item(self, store: FakeStore) -> Callable[[str], Any]:
        return lambda order_id: next((item for item in store.items if item[PARTITION_KEY] == order_id), None)


@pytest.fixture
def dynamodb() -> FakeDynamoDB:
    return FakeDynamoDB(lambda: None)


Put = Callable[[FakeDynamoDB, Sequence[Order]], list[Outcome]]


@pytest.fixture
def bugs() -> list[str]:
    return []


@pytest.fixture
def put(bugs: list[str]) -> Iterator[Put]:
    stores: list[DynamoDBStore] = []

    def put(dynamodb: FakeDynamoDB, orders: Sequence[Order]) -> list[Outcome]:
        stores.append(DynamoDBStore("Orders", cast("Any", dynamodb), bugs.append))
        return stores[-1].put(orders, time.monotonic() + 30)

    yield put
    for store in stores:
        store._threads.shutdown()


@pytest.mark.parametrize(("instant", "outcome"), FOREIGN.values(), ids=FOREIGN)
def test_an_item_that_is_not_an_order_has_an_outcome_which_the_forecast_knows(
    dynamodb: FakeDynamoDB, put: Put, instant: Mapping[str, Any] | None, outcome: Outcome
) -> None:
    item = {PARTITION_KEY: {"S": "O1"}, "tags": {"SS": ["a"]}, "data": {"B": b"a"}}
    dynamodb.items["O1"] = item | ({INSTANT: instant} if instant else {})
    assert outcome_against(order("O1"), dynamodb.items["O1"]) == outcome
    assert put(dynamodb, [order("O1"), order("O2")]) == [outcome, STORED]
    assert (dynamodb.items["O1"] == item_of(order("O1"))) == (outcome == UPDATED)


def test_sets_and_binary_values_are_content_that_no_order_has(dynamodb: FakeDynamoDB, put: Put) -> None:
    dynamodb.items["O1"] = item_of(order("O1", tags=["SS", ["a"]]))
    assert put(dynamodb, [order("O1", tags=["SS", ["a"]])]) == [DUPLICATE]
    dynamodb.items["O1"]["tags"] = {"SS": ["a"]}
    assert put(dynamodb, [order("O1", tags=["SS", ["a"]])]) == [CONFLICT]


def test_an_exception_for_one_order_fails_that_order_only(
    dynamodb: FakeDynamoDB, put: Put, bugs: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def convert(order: Order) -> dict[str, Any]:
        if order.order_id == "O3":
            raise TypeError("a bug")
        return item_of(order)

    monkeypatch.setattr("handler.store.item_of", convert)
    outcomes = put(dynamodb, [order(f"O{number}") for number in range(10)])
    assert [number for number, outcome in enumerate(outcomes) if outcome != STORED] == [3]
    assert (outcomes[3].kind, outcomes[3].signature) == (Kind.TRANSIENT, "TypeError")
    assert "a bug" in outcomes[3].exception
    assert bugs == ["orders could not be inserted together"]


def test_an_answer_with_too_few_responses_fails_no_order(
    dynamodb: FakeDynamoDB, put: Put, monkeypatch: pytest.MonkeyPatch
) -> None:
    insert = dynamodb.batch_execute_statement
    monkeypatch.setattr(
        dynamodb,
        "batch_execute_statement",
        lambda Statements: {"Responses": insert(Statements=Statements)["Responses"][1:]},  # noqa: N803 - boto3's
    )
    assert put(dynamodb, [order("O1"), order("O2")]) == [DUPLICATE, DUPLICATE]
