"""Failures over time, in a terminal."""

import io
from collections.abc import Sequence

import pytest
from rich.cells import cell_len
from rich.console import Console

from ops.cli.dlq.chart import chart
from ops.dead_letters.failures import Failure, never_executed
from tests.support.failures import failed_attempts


def _printed(failures: Sequence[Failure], width: int = 80) -> list[str]:
    out = io.StringIO()
    Console(file=out, width=width, highlight=False).print(chart(failures, width))
    return [line.rstrip() for line in out.getvalue().splitlines() if line.strip()]


def test_the_chart_has_a_row_for_each_group_the_largest_first() -> None:
    lines = _printed(
        failed_attempts(times=8) + failed_attempts("slow", 1, kind="transient") + failed_attempts(minutes=2, times=4)
    )
    assert lines[0] == "2026-03-29 00:30 to 2026-03-29 00:33 UTC, 1 min a column, █ is 8"
    assert lines[3:] == ["     12   █ ▄         invalid: not JSON", "      1    ▁          transient: slow"]


def test_a_single_failure_is_seen_beside_a_thousand() -> None:
    lines = _printed(failed_attempts(times=1000) + failed_attempts(minutes=1))
    assert "1,001   █▁" in lines[-1]


@pytest.mark.parametrize("width", [40, 80, 120, 300])
def test_the_chart_never_wraps(width: int) -> None:
    many = [
        one for index in range(200) for one in failed_attempts(f"{index % 20:02} {'quantity 中文 ' * 40}", 30 * index)
    ]
    lines = _printed(many, width)
    assert len(lines) == 20 + 3  # the title, the header and the line below it
    assert max(cell_len(line) for line in lines) <= width


def test_the_chart_says_whole_times_in_80_columns() -> None:
    [title, *_] = _printed(failed_attempts(times=12_345) + failed_attempts(minutes=300))
    assert title == "2026-03-29 00:30 to 2026-03-29 05:45 UTC, 15 min a column, █ is 12,345"


@pytest.mark.parametrize("failures", [[], [never_executed("m")]])
def test_the_chart_says_that_nothing_failed(failures: list[Failure]) -> None:
    assert _printed(failures) == ["the log contains no failed attempt"]


def test_a_signature_neither_moves_the_cursor_nor_is_markup() -> None:
    text = "\n".join(_printed(failed_attempts("[red]x[/red] \x1b[2J\r\n[/]")))
    assert r"invalid: [red]x[/red] \x1b[2J\r\n[/]" in text
