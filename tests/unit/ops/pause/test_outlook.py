"""How long waiting orders are safe, and how long the queue takes to empty."""

from dataclasses import replace
from datetime import timedelta

import pytest

from ops.capacity.profile import Profile
from ops.capacity.simulation import simulate
from ops.cli.outlook import outlook_rows, pause_rows
from ops.pause.outlook import Outlook, first_expiry
from ops.pause.record import Pause
from tests.support.capacity import per_second, stack
from tests.support.fake_system import NOON

DAY = timedelta(days=1).total_seconds()
OUTLOOK = Outlook(waiting=12_000, first_expiry_seconds=3 * DAY + 3_600, arriving=2.25, drain_seconds=80, dead=0)
PAUSE = Pause(since=NOON, who="ann", why="a restore")


@pytest.mark.parametrize(
    ("oldest", "waiting", "left"),
    [(None, 0, 4 * DAY), (DAY, 5, 3 * DAY), (5 * DAY, 5, 0), (None, 5, None), (300.0, 0, 4 * DAY)],
)
def test_the_first_order_expires_when_its_retention_is_over(
    oldest: float | None, waiting: int, left: float | None
) -> None:
    assert first_expiry(4 * DAY, oldest, waiting) == left


def drain(waiting: float, arriving: float = 0) -> int | None:
    return simulate(stack(), Profile(rates=[], after=arriving, waiting=waiting)).drained_after


def test_an_empty_queue_is_empty_at_once() -> None:
    assert drain(0) == 0


def test_more_waiting_or_arriving_orders_take_longer_to_process() -> None:
    few, many, with_new = drain(10_000), drain(20_000), drain(20_000, arriving=per_second(stack()) / 2)
    assert few is not None
    assert many is not None
    assert with_new is not None
    assert 0 < few < many < with_new


def test_a_queue_to_which_more_arrive_than_are_processed_is_never_empty() -> None:
    assert drain(1, arriving=1e5) is None


def test_all_waiting_orders_are_stored() -> None:
    run = simulate(stack(), Profile(rates=[], after=0, waiting=12_345))
    assert (round(run.stored), run.published, run.expired) == (12_345, 0, 0)


def test_the_outlook_is_shown_in_words() -> None:
    assert dict(outlook_rows(OUTLOOK)) == {
        "orders that wait": "12,000",
        "first order expires": "in 3 d 1 h",
        "queue is empty": "1 m 20 s after a resume, with 2.2 new orders a second",
    }
    unknown = dict(outlook_rows(replace(OUTLOOK, first_expiry_seconds=None, drain_seconds=None)))
    assert unknown["first order expires"] == "not known yet: CloudWatch reports no age"
    assert unknown["queue is empty"].startswith("not within a day after a resume")
    *_, last = outlook_rows(replace(OUTLOOK, dead=1))
    assert last == ("", "but 1 order would come to OrderDLQ: see `orders capacity`")


def test_orders_that_a_slow_table_sends_back_too_often_are_not_taken_for_processed() -> None:
    run = simulate(stack(maximum_table_writes=2), Profile(rates=[], after=0, waiting=172))
    assert run.drained_after is not None
    assert run.dead > 100
    assert run.dead + run.stored == pytest.approx(172)


def test_a_pause_is_shown_with_who_made_it_and_with_the_resume_that_was_killed() -> None:
    assert list(pause_rows(PAUSE)) == [
        ("paused", "since 2025-05-03 12:00:00Z"),
        ("", "by ann"),
        ("", "because a restore"),
    ]
    [*_, (_, resumed)] = pause_rows(replace(PAUSE, resumed_by="bob"))
    assert resumed == "bob began to resume it, and was stopped: run `orders resume` again"
    [(_, nobody)] = pause_rows(None)
    assert nobody.startswith("not with `orders pause`")
