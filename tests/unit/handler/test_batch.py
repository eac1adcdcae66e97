"""Batches with several versions of one order, in comparison with storing the versions one by one."""

import itertools
from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from handler.batch import store_all
from handler.order import Order
from handler.outcome import CONFLICT, DUPLICATE, STALE, STORED, Kind, Outcome, transient
from tests.support.orders import FakeStore, order

MORNING, NOON, EVENING = (f"2025-05-03T{hour}:00:00Z" for hour in ("06", "12", "18"))


def decide(store: FakeStore, **messages: Order) -> dict[str, Outcome]:
    outcomes = store_all(list(messages.values()), lambda orders: store.put(orders, 0))
    return dict(zip(messages, outcomes, strict=True))


def test_each_order_of_a_batch_has_its_own_outcome() -> None:
    store = FakeStore()
    assert decide(store, m1=order("O1"), m2=order("O2")) == {"m1": STORED, "m2": STORED}


def test_the_latest_version_is_stored_whatever_the_order_of_the_messages() -> None:
    versions = {"morning": MORNING, "noon": NOON, "evening": EVENING}
    for names in itertools.permutations(versions):
        store = FakeStore()
        outcomes = decide(store, **{name: order("O1", timestamp=versions[name]) for name in names})
        assert outcomes == {"evening": STORED, "noon": STALE, "morning": STALE}
        assert store.orders["O1"] == order("O1", timestamp=EVENING)


def test_the_same_content_again_is_a_duplicate() -> None:
    assert decide(FakeStore(), m1=order("O1"), m2=order("O1")) == {"m1": STORED, "m2": DUPLICATE}


def test_of_two_contents_for_one_instant_one_is_stored_and_the_other_is_a_conflict() -> None:
    assert decide(FakeStore(), m1=order("O1"), m2=order("O1", status="paid")) == {"m1": STORED, "m2": CONFLICT}


def test_the_same_instant_in_another_zone_is_the_same_version() -> None:
    elsewhere = order("O1", timestamp="2025-05-03T14:00:00+02:00")
    assert decide(FakeStore(), m1=order("O1"), m2=elsewhere) == {"m1": STORED, "m2": DUPLICATE}


def test_a_truth_value_and_a_number_are_two_contents() -> None:
    assert decide(FakeStore(), m1=order("O1", gift=True), m2=order("O1", gift=1)) == {"m1": STORED, "m2": CONFLICT}


def test_a_content_that_is_stored_already_is_a_duplicate_beside_its_rival() -> None:
    store = FakeStore()
    decide(store, m0=order("O1", status="paid"))
    assert decide(store, m1=order("O1"), m2=order("O1", status="paid")) == {"m1": CONFLICT, "m2": DUPLICATE}


def test_a_batch_that_is_older_than_what_is_stored_is_stale() -> None:
    store = FakeStore()
    decide(store, m0=order("O1", timestamp=EVENING))
    assert decide(store, m1=order("O1"), m2=order("O1", status="paid")) == {"m1": STALE, "m2": STALE}


def test_every_occurrence_of_a_version_that_could_not_be_stored_fails() -> None:
    throttled = transient("slow down", "Throttling")

    class ThrottledStore(FakeStore):
        def _put(self, order: Order) -> Outcome:  # noqa: ARG002 - it stores none
            return throttled

    assert decide(ThrottledStore(), m1=order("O1"), m2=order("O1")) == {"m1": throttled, "m2": throttled}


def test_every_occurrence_of_a_version_in_conflict_fails() -> None:
    store = FakeStore()
    decide(store, m0=order("O1", status="paid"))
    assert decide(store, m1=order("O1"), m2=order("O1")) == {"m1": CONFLICT, "m2": CONFLICT}


def test_a_version_that_could_not_be_stored_leaves_the_next_one_to_be_stored() -> None:
    class ThrottledStore(FakeStore):
        def _put(self, order: Order) -> Outcome:
            return transient("slow down", "Throttling") if order.instant.endswith("18:00:00") else super()._put(order)

    store = ThrottledStore()
    outcomes = decide(store, late=order("O1", timestamp=EVENING), early=order("O1", timestamp=MORNING))
    assert (outcomes["late"].kind, outcomes["early"]) == (Kind.TRANSIENT, STORED)


def test_no_two_versions_of_an_order_are_put_together() -> None:
    put: list[Sequence[Order]] = []

    class RecordingStore(FakeStore):
        def put(self, orders: Sequence[Order], deadline: float) -> list[Outcome]:
            put.append(orders)
            return super().put(orders, deadline)

    store = RecordingStore()
    store.put([order("O1", status="stored")], 0)
    decide(store, m1=order("O1"), m2=order("O1", status="paid"), m3=order("O2"))
    assert all(len({order.order_id for order in orders}) == len(orders) for orders in put)
    assert len(put) == 3


_ORDERS = st.builds(
    lambda number, hour, status: order(f"O{number}", timestamp=f"2025-05-03T{hour:02}:00:00Z", status=status),
    st.integers(1, 2),
    st.integers(0, 2),
    st.sampled_from(["new", "paid"]),
)


@given(st.lists(_ORDERS, max_size=4), st.lists(_ORDERS, max_size=5))
def test_a_batch_ends_as_if_its_messages_had_come_one_by_one_in_some_order(
    before: list[Order], batch: list[Order]
) -> None:
    def one_by_one(orders: Sequence[tuple[str, Order]]) -> tuple[dict[str, Order], frozenset[str]]:
        store = FakeStore()
        store.put(before, 0)
        failed = frozenset(name for name, order in orders if not store.put([order], 0)[0].succeeded)
        return store.orders, failed

    messages = [(f"m{number}", order) for number, order in enumerate(batch)]
    together = FakeStore()
    together.put(before, 0)
    outcomes = store_all(batch, lambda orders: together.put(orders, 0))
    assert len(outcomes) == len(batch)
    failed = frozenset(name for (name, _), outcome in zip(messages, outcomes, strict=True) if not outcome.succeeded)
    assert (together.orders, failed) in [one_by_one(orders) for orders in itertools.permutations(messages)]
