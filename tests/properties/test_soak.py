"""`make soak` in small: it finds no fault in the handler, and it finds one that is planted there."""

import pytest

from handler.order import Order
from handler.outcome import STALE, UPDATED, Outcome
from handler.store import DynamoDBStore
from tests.soak.__main__ import run


def test_a_short_soak_finds_no_order_lost_or_wrong() -> None:
    soak = run(3_000, seed=7)
    assert soak.deliveries >= 3_000
    assert soak.faults > 0
    assert (soak.lost, soak.wrong) == (0, 0)


@pytest.mark.parametrize("outcome", [UPDATED, STALE])
def test_a_soak_finds_a_store_that_does_not_write_what_it_reports(
    outcome: Outcome, monkeypatch: pytest.MonkeyPatch
) -> None:
    def pretend(_store: DynamoDBStore, _order: Order) -> Outcome:
        return outcome

    monkeypatch.setattr(DynamoDBStore, "_replace_older", pretend)
    soak = run(3_000, seed=7)
    assert soak.wrong > 0
