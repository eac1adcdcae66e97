"""How commands print a time span."""

from datetime import timedelta

import pytest

from ops.cli.dlq.times import duration_text


@pytest.mark.parametrize(
    ("length", "expected"),
    [
        (timedelta(days=13, hours=4, minutes=59), "13 d 4 h"),
        (timedelta(hours=2, seconds=1), "2 h 0 m"),
        (timedelta(seconds=61), "1 m 1 s"),
        (timedelta(seconds=9), "9 s"),
        (timedelta(seconds=-5), "0 s"),
    ],
)
def test_a_remaining_time_is_shown_in_its_two_largest_units(length: timedelta, expected: str) -> None:
    assert duration_text(length) == expected
