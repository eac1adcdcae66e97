"""The queue of the model, with orders of a noisy customer and of others."""

import pytest

from ops.capacity.queue import Cohort, Oldest, Queue


def queue(*, is_fair: bool) -> Queue:
    """Five orders of the noisy customer, and five later ones of others."""
    made = Queue(max_receive_count=3, retention_seconds=100, is_fair=is_fair)
    made.arrive(0, 5, noisy=True)
    made.arrive(1, 5)
    return made


def kinds(received: list[Cohort]) -> list[tuple[str, float]]:
    return [("noisy" if one.noisy else "others", one.orders) for one in received]


def test_a_queue_returns_the_oldest_orders_first() -> None:
    assert kinds(queue(is_fair=False).receive(7)) == [("noisy", 5), ("others", 2)]


def test_a_fair_queue_returns_the_orders_of_the_others_first() -> None:
    assert kinds(queue(is_fair=True).receive(7)) == [("others", 5), ("noisy", 2)]


def test_orders_that_return_are_still_those_of_their_customer() -> None:
    fair = queue(is_fair=True)
    fair.hide(fair.receive(7), 1, until=3)
    fair.tick(3)
    assert kinds(fair.receive(10)) == [("others", 5), ("noisy", 2), ("noisy", 3)]


@pytest.mark.parametrize("is_fair", [True, False])
def test_the_orders_of_the_others_have_an_age_of_their_own(is_fair: bool) -> None:
    waiting = queue(is_fair=is_fair)
    assert waiting.oldest(1) == Oldest(of_all=2, of_others=1)
    waiting.hide(waiting.receive(10), 1, until=4)
    assert waiting.oldest(2) == Oldest(0, 0)
    assert waiting.tick(4) == Oldest(of_all=4, of_others=3)
