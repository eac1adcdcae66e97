"""The buckets of failures over time."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from ops.dead_letters.failures import Failure
from ops.dead_letters.timeline import MAX_BUCKETS, timeline
from tests.support.failures import START, failed_attempts


@pytest.mark.parametrize(
    ("span", "step"),
    [
        (timedelta(0), "1 min"),
        (timedelta(minutes=47), "1 min"),
        (timedelta(minutes=48), "5 min"),
        (timedelta(hours=6), "15 min"),
        (timedelta(hours=23), "30 min"),
        (timedelta(days=1), "1 h"),
        (timedelta(days=5), "3 h"),
        (timedelta(days=14), "12 h"),
        (timedelta(days=40), "1 d"),
        (timedelta(days=200), "7 d"),
        (timedelta(days=3650), "112 d"),
    ],
)
def test_buckets_are_of_the_finest_round_width_that_makes_few_of_them(span: timedelta, step: str) -> None:
    line = timeline(failed_attempts() + failed_attempts(minutes=span / timedelta(minutes=1)))
    assert line is not None
    assert line.step == step
    assert len(line.rows[0][1]) == len(line.edges) - 1 <= MAX_BUCKETS
    assert line.edges[0] <= START
    assert START + span < line.edges[-1]


def test_buckets_begin_on_the_round_hour_or_day() -> None:
    hours, days = (timeline(failed_attempts() + failed_attempts(minutes=60 * hours)) for hours in (30, 40 * 24))
    assert hours is not None
    assert hours.edges[0] == datetime(2026, 3, 29, tzinfo=UTC)
    assert days is not None
    assert days.edges[0] == datetime(2026, 3, 29, tzinfo=UTC)


def test_every_failure_is_counted_in_its_bucket_whatever_its_time_zone() -> None:
    there = timezone(timedelta(hours=5, minutes=30))
    [late] = failed_attempts(minutes=2)
    moved = Failure(message_id="m", kind="invalid", reason="r", signature="not JSON", at=START.astimezone(there))
    line = timeline([late, moved, *failed_attempts("other", 1, times=3)])
    assert line is not None
    assert line.rows == [("invalid: other", [0, 3, 0]), ("invalid: not JSON", [1, 0, 1])]
