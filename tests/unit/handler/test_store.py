"""The fake store passes the suite that the real one passes. Foreign items and unexpected exceptions have outcomes."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from threading import Event
from typing import Any, cast

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError

from handler.contract import INSTANT, PARTITION_KEY
from handler.item import item_of
from handler.order import Order
from handler.outcome import CONFLICT, DUPLICATE, NO_TIME_LEFT, STORED, UPDATED, Kind, Outcome
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


class FailingDynamoDB(FakeDynamoDB):
    """Answers the inserts with an exception or with one error for each order. Records the tables and the puts."""

    def __init__(self, failure: Exception | None = None, errors: Sequence[Mapping[str, str] | None] = ()) -> None:
        super().__init__(lambda: None)
        self.failure = failure
        self.errors = errors
        self.put_failure: Exception | None = None
        self.tables: set[str] = set()
        self.put_ids: set[str] = set()

    def batch_execute_statement(self, *, Statements: Sequence[Mapping[str, Any]]) -> dict[str, Any]:  # noqa: N803 - boto3's
        self.tables |= {statement["Statement"].split('"')[1] for statement in Statements}
        if self.failure:
            raise self.failure
        if self.errors:
            return {"Responses": [{"Error": error} if error is not None else {} for error in self.errors]}
        return super().batch_execute_statement(Statements=Statements)

    def put_item(self, *, Item: dict[str, Any], ExpressionAttributeValues: Any, **rest: object) -> dict[str, Any]:  # noqa: N803 - boto3's
        self.tables.add(str(rest["TableName"]))
        self.put_ids.add(Item[PARTITION_KEY]["S"])
        if self.put_failure:
            raise self.put_failure
        return super().put_item(Item=Item, ExpressionAttributeValues=ExpressionAttributeValues, **rest)


def client_error(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "slow down"}}, "BatchExecuteStatement")


def test_every_request_is_for_the_table_of_the_store(put: Put) -> None:
    dynamodb = FailingDynamoDB()
    assert put(dynamodb, [order("O1")]) == [STORED]
    assert put(dynamodb, [order("O1")]) == [DUPLICATE]
    assert (dynamodb.tables, dynamodb.put_ids) == ({"Orders"}, {"O1"})


def test_orders_of_a_throttled_request_fail_with_its_reason_and_are_not_put(put: Put) -> None:
    dynamodb = FailingDynamoDB(client_error("ThrottlingException"))
    reason = str(client_error("ThrottlingException"))
    outcomes = put(dynamodb, [order("O1"), order("O2")])
    assert outcomes == [Outcome(Kind.TRANSIENT, reason, "ThrottlingException")] * 2
    assert dynamodb.put_ids == set()


def test_orders_of_a_request_without_an_answer_fail_with_its_reason_and_are_not_put(put: Put) -> None:
    error = ReadTimeoutError(endpoint_url="https://dynamodb")
    dynamodb = FailingDynamoDB(error)
    outcomes = put(dynamodb, [order("O1"), order("O2")])
    assert outcomes == [Outcome(Kind.TRANSIENT, str(error), "ReadTimeoutError")] * 2
    assert dynamodb.put_ids == set()


def test_orders_of_a_request_that_dynamodb_never_accepts_are_put_one_by_one(put: Put) -> None:
    dynamodb = FailingDynamoDB(client_error("ValidationException"))
    assert put(dynamodb, [order("O1"), order("O2")]) == [STORED, STORED]
    assert dynamodb.put_ids == {"O1", "O2"}


@pytest.mark.parametrize(
    ("failure", "kind", "signature"),
    [
        (client_error("ThrottlingException"), Kind.TRANSIENT, "ThrottlingException"),
        (client_error("ValidationException"), Kind.INVALID, "ValidationException"),
        (ReadTimeoutError(endpoint_url="https://dynamodb"), Kind.TRANSIENT, "ReadTimeoutError"),
    ],
    ids=["throttled", "never accepted", "no answer"],
)
def test_an_order_that_exists_and_cannot_be_put_fails_with_the_reason(
    put: Put, failure: Exception, kind: Kind, signature: str
) -> None:
    dynamodb = FailingDynamoDB()
    put(dynamodb, [order("O1")])
    dynamodb.put_failure = failure
    assert put(dynamodb, [order("O1"), order("O2")]) == [Outcome(kind, str(failure), signature), STORED]


def test_an_error_code_that_is_missing_is_unknown(put: Put) -> None:
    for error in (ClientError({}, "BatchExecuteStatement"), ClientError({"Error": {}}, "BatchExecuteStatement")):
        assert put(FailingDynamoDB(error), [order("O1")]) == [Outcome(Kind.TRANSIENT, str(error), "Unknown")]


def test_each_order_of_a_request_fails_with_its_own_error(put: Put) -> None:
    throttled = {"Code": "ThrottlingError", "Message": "slow down"}
    dynamodb = FailingDynamoDB(errors=[throttled, None, {"Code": "ValidationError"}, {}])
    assert put(dynamodb, [order(f"O{number}") for number in range(4)]) == [
        Outcome(Kind.TRANSIENT, "slow down", "ThrottlingError"),
        STORED,
        STORED,
        Outcome(Kind.TRANSIENT, "", "Unknown"),
    ]
    assert dynamodb.put_ids == {"O2"}


def test_an_order_whose_request_is_not_answered_before_the_deadline_fails() -> None:
    may_answer = Event()

    class SilentDynamoDB(FakeDynamoDB):
        def batch_execute_statement(self, *, Statements: Sequence[Mapping[str, Any]]) -> dict[str, Any]:  # noqa: N803 - boto3's
            may_answer.wait(0.9)
            return super().batch_execute_statement(Statements=Statements)

    store = DynamoDBStore("Orders", cast("Any", SilentDynamoDB(lambda: None)))
    try:
        assert store.put([order("O1"), order("O2")], time.monotonic() + 0.05) == [NO_TIME_LEFT] * 2
    finally:
        may_answer.set()
        store._threads.shutdown()


def test_after_the_deadline_no_request_is_sent_and_every_order_fails(dynamodb: FakeDynamoDB) -> None:
    store = DynamoDBStore("Orders", cast("Any", dynamodb))
    assert store.put([order("O1"), order("O2")], time.monotonic() - 1) == [NO_TIME_LEFT] * 2
    assert dynamodb.items == {}
