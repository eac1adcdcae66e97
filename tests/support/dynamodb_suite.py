"""The tests of DynamoDBStore on any implementation of DynamoDB: the emulator and AWS's DynamoDB Local."""

import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from handler.contract import INSTANT, PARTITION_KEY
from handler.outcome import NO_TIME_LEFT, STORED, Kind, Outcome
from handler.store import DynamoDBStore, outcome_against
from ops.clients import Clients, local_clients
from ops.table import get_order
from tests.support.foreign_items import FOREIGN
from tests.support.orders import order
from tests.support.store_suite import StoreSuite

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


def soon() -> float:
    return time.monotonic() + 30


class DynamoDBSuite(StoreSuite):
    """Subclasses are in modules that define the fixture `clients`."""

    @pytest.fixture
    def table(self, clients: Clients) -> str:
        name = f"Orders-{uuid4()}"
        clients.dynamodb.create_table(
            TableName=name,
            KeySchema=[{"AttributeName": PARTITION_KEY, "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": PARTITION_KEY, "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
        return name

    @pytest.fixture
    def dynamodb(self, clients: Clients) -> "DynamoDBClient":
        """A client for one test, so that event handlers do not affect other tests."""
        return local_clients(clients.emulator_url).dynamodb

    @pytest.fixture
    def store(self, dynamodb: "DynamoDBClient", table: str) -> DynamoDBStore:
        return DynamoDBStore(table, dynamodb)

    @pytest.fixture
    def item(self, clients: Clients, table: str) -> Callable[[str], Any]:
        return lambda order_id: get_order(clients.dynamodb, table, order_id)

    @pytest.fixture
    def made(self, dynamodb: "DynamoDBClient") -> list[str]:
        """The names of the calls that the client makes from now on."""
        calls: list[str] = []
        dynamodb.meta.events.register("before-call.dynamodb", lambda model, **_: calls.append(model.name))
        return calls

    @pytest.mark.parametrize(("orders", "requests"), [(1, 1), (25, 1), (26, 2), (100, 4)])
    def test_new_orders_take_one_request_for_25(
        self, dynamodb: "DynamoDBClient", table: str, made: list[str], orders: int, requests: int
    ) -> None:
        new = [order(f"{uuid4()}") for _ in range(orders)]
        assert set(DynamoDBStore(table, dynamodb).put(new, soon())) == {STORED}
        assert made == ["BatchExecuteStatement"] * requests

    def test_an_existing_order_takes_one_more_request(
        self, dynamodb: "DynamoDBClient", table: str, made: list[str]
    ) -> None:
        store, existing, new = DynamoDBStore(table, dynamodb), order(f"{uuid4()}"), order(f"{uuid4()}")
        store.put([existing], soon())
        store.put([existing, new], soon())
        assert made == ["BatchExecuteStatement", "BatchExecuteStatement", "PutItem"]

    def test_an_order_that_is_not_stored_by_the_deadline_is_transient(
        self, dynamodb: "DynamoDBClient", table: str
    ) -> None:
        dynamodb.meta.events.register("before-call.dynamodb", lambda **_: time.sleep(0.3))
        store = DynamoDBStore(table, dynamodb)
        assert store.put([order("O1")], time.monotonic() + 0.05) == [NO_TIME_LEFT]
        # The late request must end while DynamoDB runs. Its retries would disturb other tests.
        store._threads.shutdown()

    def test_a_missing_table_is_transient(self, dynamodb: "DynamoDBClient") -> None:
        [outcome] = DynamoDBStore("Nowhere", dynamodb).put([order("O1")], soon())
        assert outcome.kind is Kind.TRANSIENT
        assert "ResourceNotFound" in outcome.signature

    def test_an_order_that_is_too_large_for_an_item_is_invalid_and_its_neighbours_are_stored(
        self, dynamodb: "DynamoDBClient", table: str
    ) -> None:
        large = order(f"{uuid4()}", notes="x" * 410_000)
        outcomes = DynamoDBStore(table, dynamodb).put([order(f"{uuid4()}"), large, order(f"{uuid4()}")], soon())
        assert [outcome.kind for outcome in outcomes] == [Kind.STORED, Kind.INVALID, Kind.STORED]

    @pytest.mark.parametrize(("instant", "outcome"), FOREIGN.values(), ids=FOREIGN)
    def test_an_item_that_another_program_wrote_has_an_outcome_which_the_forecast_knows(
        self, dynamodb: "DynamoDBClient", table: str, instant: Mapping[str, Any] | None, outcome: Outcome
    ) -> None:
        new, neighbour = order(f"{uuid4()}"), order(f"{uuid4()}")
        item: dict[str, Any] = {PARTITION_KEY: {"S": new.order_id}, "tags": {"SS": ["a"]}, "data": {"B": b"a"}}
        item |= {INSTANT: instant} if instant else {}
        dynamodb.put_item(TableName=table, Item=item)
        assert outcome_against(new, item) == outcome
        assert DynamoDBStore(table, dynamodb).put([new, neighbour], soon()) == [outcome, STORED]
