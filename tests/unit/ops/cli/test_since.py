"""The option --since."""

from datetime import UTC, datetime, timedelta

import pytest
import typer

from ops.cli.options import parse_since


def test_a_span_ends_now() -> None:
    before = datetime.now(UTC)
    since = parse_since("15m")
    assert before <= since + timedelta(minutes=15) <= datetime.now(UTC)


@pytest.mark.parametrize("text", ["30000d", "1969-12-31", "1969-12-31T23:59:59+00:00"])
def test_a_start_before_1970_is_refused(text: str) -> None:
    with pytest.raises(typer.BadParameter) as told:
        parse_since(text)
    assert str(told.value) == f"{text} is before 1970, and there was no log before then"


@pytest.mark.parametrize("text", ["", "yesterday", "15", "-15m", "9999999999d", "0001-01-01T00:00:00+14:00"])
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(typer.BadParameter) as told:
        parse_since(text)
    assert str(told.value).startswith("give 90s, 15m, 2h, 7d or an ISO 8601 time")
