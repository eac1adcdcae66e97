"""The tests that every store of orders must pass: the fake, and DynamoDBStore on the emulator and on DynamoDB Local."""

import time
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from handler.document import MAX_DEPTH
from handler.order import parse_order
from handler.outcome import CONFLICT, DUPLICATE, STALE, STORED, UPDATED, Kind, Outcome
from handler.store import OrderStore
from tests.support.orders import body, order

MORNING, NOON, EVENING = (f"2025-05-03T{hour}:00:00Z" for hour in ("06", "12", "18"))


class StoreSuite:
    """Subclasses define the fixtures `store` and `item`."""

    @pytest.fixture
    def order_id(self) -> str:
        return f"O-{uuid4()}"

    @staticmethod
    def put(store: OrderStore, order_id: str, **changes: object) -> Outcome:
        [outcome] = store.put([order(order_id, **changes)], time.monotonic() + 30)
        return outcome

    def test_a_new_order_is_stored_with_all_its_fields(
        self, store: OrderStore, item: Callable[[str], Any], order_id: str
    ) -> None:
        extra: dict[str, object] = {"gift": True, "it's": ["a", {"b": None}], 'a "name"': {"net": 2, "tags": []}}
        assert self.put(store, order_id, **extra) == STORED
        assert item(order_id) == {**order(order_id, **extra).attributes, "timestampUtc": "2025-05-03T12:00:00"}

    def test_the_same_order_again_is_a_duplicate(
        self, store: OrderStore, item: Callable[[str], Any], order_id: str
    ) -> None:
        self.put(store, order_id, price=1.5)
        before = item(order_id)
        assert self.put(store, order_id, price=1.50) == DUPLICATE
        assert item(order_id) == before

    def test_a_later_version_replaces_an_earlier_one_completely(
        self, store: OrderStore, item: Callable[[str], Any], order_id: str
    ) -> None:
        self.put(store, order_id, timestamp=MORNING, note="ring twice")
        assert self.put(store, order_id, timestamp=NOON, status="paid") == UPDATED
        assert (item(order_id)["status"], item(order_id).get("note")) == ("paid", None)

    def test_an_older_update_never_overwrites_a_newer_one(
        self, store: OrderStore, item: Callable[[str], Any], order_id: str
    ) -> None:
        self.put(store, order_id, timestamp=EVENING, status="paid")
        assert self.put(store, order_id, timestamp=MORNING) == STALE
        assert item(order_id)["status"] == "paid"

    def test_different_content_for_the_same_instant_is_a_conflict_in_any_zone(
        self, store: OrderStore, item: Callable[[str], Any], order_id: str
    ) -> None:
        self.put(store, order_id, timestamp=NOON)
        same_instant = "2025-05-03T14:00:00.000+02:00"
        assert self.put(store, order_id, timestamp=same_instant) == DUPLICATE
        assert self.put(store, order_id, timestamp=same_instant, status="paid") == CONFLICT
        assert item(order_id)["status"] == "new"

    def test_a_boolean_is_not_a_number(self, store: OrderStore, item: Callable[[str], Any], order_id: str) -> None:
        self.put(store, order_id, gift=True, notes=[1])
        assert self.put(store, order_id, gift=1, notes=[1]) == CONFLICT
        assert self.put(store, order_id, gift=True, notes=[True]) == CONFLICT
        assert item(order_id)["gift"] is True

    def test_the_last_digit_of_a_fraction_decides(
        self, store: OrderStore, item: Callable[[str], Any], order_id: str
    ) -> None:
        self.put(store, order_id, timestamp="2025-05-03T12:00:00.123456788Z", status="first")
        assert self.put(store, order_id, timestamp="2025-05-03T12:00:00.123456789Z", status="second") == UPDATED
        assert self.put(store, order_id, timestamp="2025-05-03T12:00:00.12345678Z", status="third") == STALE
        assert item(order_id)["status"] == "second"

    def test_many_orders_at_once_each_have_their_own_outcome(
        self, store: OrderStore, item: Callable[[str], Any], order_id: str
    ) -> None:
        self.put(store, f"{order_id}-3", timestamp=MORNING)
        self.put(store, f"{order_id}-30", timestamp=EVENING)
        orders = [order(f"{order_id}-{number}", timestamp=NOON) for number in range(60)]
        outcomes = store.put(orders, time.monotonic() + 30)
        kinds = {number: outcome.kind for number, outcome in enumerate(outcomes) if outcome != STORED}
        assert kinds == {3: Kind.UPDATED, 30: Kind.STALE}
        assert item(f"{order_id}-59") is not None

    def test_an_order_with_very_many_fields_is_stored_too(
        self, store: OrderStore, item: Callable[[str], Any], order_id: str
    ) -> None:
        extra = {f"a field with quite a long name, number {number}": number for number in range(300)}
        assert self.put(store, order_id, **extra) == STORED
        assert self.put(store, order_id, **extra) == DUPLICATE
        assert parse_order(body(order_id, **extra)).attributes.keys() < item(order_id).keys()

    def test_the_deepest_order_can_be_stored_repeated_and_updated(
        self, store: OrderStore, item: Callable[[str], Any], order_id: str
    ) -> None:
        deepest: list[Any] = []
        for _ in range(MAX_DEPTH - 1):
            deepest = [deepest]
        assert self.put(store, order_id, timestamp=MORNING, extra=deepest) == STORED
        assert self.put(store, order_id, timestamp=MORNING, extra=deepest) == DUPLICATE
        assert self.put(store, order_id, timestamp=NOON, extra=deepest) == UPDATED
        assert item(order_id)["extra"] == deepest

    def test_a_number_with_many_zeros_is_stored_unchanged(
        self, store: OrderStore, item: Callable[[str], Any], order_id: str
    ) -> None:
        numbers = {"large": 10**38, "largest": -(10**125), "zero": 0.0}
        assert self.put(store, order_id, **numbers) == STORED
        assert self.put(store, order_id, **numbers) == DUPLICATE
        assert self.put(store, order_id, timestamp=EVENING, **numbers) == UPDATED
        assert {name: item(order_id)[name] for name in numbers} == numbers
