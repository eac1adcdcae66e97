"""Failures over time, in a file and in a terminal."""

import io
import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from rich.cells import cell_len
from rich.console import Console

from ops.dead_letters.failures import Failure, never_executed
from ops.dead_letters.plot import COLOURS, MOST_BUCKETS, chart, picture, timeline
from ops.errors import Exit, UserError

START = datetime(2026, 3, 29, 0, 30, tzinfo=UTC)
GREY = COLOURS[-1]


def _failed(signature: str = "not JSON", minutes: float = 0, *, kind: str = "invalid", times: int = 1) -> list[Failure]:
    at = START + timedelta(minutes=minutes)
    return [Failure(message_id="m", kind=kind, reason="r", signature=signature, at=at) for _ in range(times)]


def _groups(number: int) -> list[Failure]:
    """So many groups, each smaller than the one before it, and failing later."""
    return [one for index in range(number) for one in _failed(f"cause {index}", 10 * index, times=number - index)]


def _printed(failures: Sequence[Failure], width: int = 80) -> list[str]:
    out = io.StringIO()
    Console(file=out, width=width, highlight=False).print(chart(failures, width))
    return [line.rstrip() for line in out.getvalue().splitlines() if line.strip()]


def _svg(failures: Sequence[Failure], folder: Path) -> ET.Element:
    picture(failures, folder / "failures.svg")
    return ET.parse(folder / "failures.svg").getroot()  # noqa: S314 - our own


def _texts(svg: ET.Element) -> list[str]:
    return ["".join(text.itertext()).strip() for text in svg.iter("{http://www.w3.org/2000/svg}text")]


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
    line = timeline(_failed() + _failed(minutes=span / timedelta(minutes=1)))
    assert line is not None
    assert line.step == step
    assert len(line.rows[0][1]) == len(line.edges) - 1 <= MOST_BUCKETS
    assert line.edges[0] <= START
    assert START + span < line.edges[-1]


def test_buckets_begin_on_the_round_hour_or_day() -> None:
    hours, days = (timeline(_failed() + _failed(minutes=60 * hours)) for hours in (30, 40 * 24))
    assert hours is not None
    assert hours.edges[0] == datetime(2026, 3, 29, tzinfo=UTC)
    assert days is not None
    assert days.edges[0] == datetime(2026, 3, 29, tzinfo=UTC)


def test_every_failure_is_counted_in_its_bucket_whatever_its_time_zone() -> None:
    there = timezone(timedelta(hours=5, minutes=30))
    [late] = _failed(minutes=2)
    moved = Failure(message_id="m", kind="invalid", reason="r", signature="not JSON", at=START.astimezone(there))
    line = timeline([late, moved, *_failed("other", 1, times=3)])
    assert line is not None
    assert line.rows == [("invalid: other", [0, 3, 0]), ("invalid: not JSON", [1, 0, 1])]


def test_the_chart_has_a_row_for_each_group_the_largest_first() -> None:
    lines = _printed(_failed(times=8) + _failed("slow", 1, kind="transient") + _failed(minutes=2, times=4))
    assert lines[0] == "2026-03-29 00:30 to 2026-03-29 00:33 UTC, 1 min a column, █ is 8"
    assert lines[3:] == ["     12   █ ▄         invalid: not JSON", "      1    ▁          transient: slow"]


def test_a_single_failure_is_seen_beside_a_thousand() -> None:
    lines = _printed(_failed(times=1000) + _failed(minutes=1))
    assert "1,001   █▁" in lines[-1]


@pytest.mark.parametrize("width", [40, 80, 120, 300])
def test_the_chart_never_wraps(width: int) -> None:
    many = [one for index in range(200) for one in _failed(f"{index % 20:02} {'quantity 中文 ' * 40}", 30 * index)]
    lines = _printed(many, width)
    assert len(lines) == 20 + 3  # its title, its header and the line below it
    assert max(cell_len(line) for line in lines) <= width


def test_the_chart_says_whole_times_in_80_columns() -> None:
    [title, *_] = _printed(_failed(times=12_345) + _failed(minutes=300))
    assert title == "2026-03-29 00:30 to 2026-03-29 05:45 UTC, 15 min a column, █ is 12,345"


@pytest.mark.parametrize("failures", [[], [never_executed("m")]])
def test_the_chart_says_that_nothing_failed(failures: list[Failure]) -> None:
    assert _printed(failures) == ["nothing failed, says the log"]


def test_a_signature_neither_moves_the_cursor_nor_is_markup() -> None:
    text = "\n".join(_printed(_failed("[red]x[/red] \x1b[2J\r\n[/]")))
    assert r"invalid: [red]x[/red] \x1b[2J\r\n[/]" in text


def test_a_png_is_one(tmp_path: Path) -> None:
    picture(_groups(3), tmp_path / "failures.PNG")
    assert (tmp_path / "failures.PNG").read_bytes().startswith(b"\x89PNG\r\n\x1a\n")


def test_an_svg_names_the_groups_their_counts_and_the_time_in_utc(tmp_path: Path) -> None:
    texts = _texts(_svg(_failed(times=3) + _failed("slow", 9, kind="transient"), tmp_path))
    assert texts[-2:] == ["invalid: not JSON (3)", "transient: slow (1)"]
    assert "Failed attempts, 2026-03-29 00:30 to 2026-03-29 00:40 UTC" in texts
    assert {"time (UTC)", "failed attempts in 1 min", "00:35"} <= set(texts)


def test_a_picture_names_six_groups_and_calls_the_rest_others(tmp_path: Path) -> None:
    texts = _texts(_svg(_groups(8), tmp_path))
    assert texts[-7:] == [*(f"invalid: cause {index} ({8 - index})" for index in range(6)), "others (3)"]


def test_six_groups_have_no_others(tmp_path: Path) -> None:
    svg = _svg(_groups(6), tmp_path)
    assert not any(text.startswith("others") for text in _texts(svg))
    assert GREY not in ET.tostring(svg, "unicode")


def test_a_signature_in_a_picture_is_neither_mathematics_nor_markup(tmp_path: Path) -> None:
    odd = "$\\frac{$ <b>&amp; 中文 \ufffe\x1b\n"
    assert r"invalid: $\frac{$ <b>&amp; 中文 \ufffe\x1b\n (1)" in _texts(_svg(_failed(odd), tmp_path))


def test_a_long_signature_is_cut_but_its_count_is_not(tmp_path: Path) -> None:
    picture(_failed("W" * 5000), tmp_path / "failures.png")
    assert _texts(_svg(_failed("W" * 5000), tmp_path))[-1] == f"invalid: {'W' * 91}… (1)"


@pytest.mark.parametrize("suffix", ["png", "svg"])
def test_the_same_failures_are_the_same_picture_in_whatever_order_they_are_found(suffix: str, tmp_path: Path) -> None:
    failures = [*_groups(9), *_failed("same", kind="b"), *_failed("same", kind="a")]
    picture(failures, tmp_path / f"one.{suffix}")
    picture(random.Random(1).sample(failures, len(failures)), tmp_path / f"two.{suffix}")  # noqa: S311 - only an order
    assert (tmp_path / f"one.{suffix}").read_bytes() == (tmp_path / f"two.{suffix}").read_bytes()


def test_a_picture_leaves_matplotlib_as_it_was(tmp_path: Path) -> None:
    import matplotlib as mpl  # noqa: PLC0415 - the same as in what is tested

    with mpl.rc_context({"svg.fonttype": "path", "timezone": "Asia/Tokyo", "font.size": 30}):
        before = dict(mpl.rcParams)
        theirs = _texts(_svg(_groups(2), tmp_path))
        assert dict(mpl.rcParams) == before
    assert theirs == _texts(_svg(_groups(2), tmp_path)) != []


@pytest.mark.parametrize("name", ["failures.pdf", "failures"])
def test_another_suffix_is_refused_before_the_log_is_read(name: str, tmp_path: Path) -> None:
    unread = iter(_groups(2))
    with pytest.raises(UserError, match=rf"{name} is neither .* \.png or \.svg$") as refused:
        picture(unread, tmp_path / name)
    assert refused.value.exit_code == Exit.USAGE
    assert len(list(unread)) == 3
    assert not (tmp_path / name).exists()


@pytest.mark.parametrize("name", ["missing/failures.png", "folder.svg"])
def test_a_path_that_cannot_be_written_is_named(name: str, tmp_path: Path) -> None:
    (tmp_path / "folder.svg").mkdir()
    with pytest.raises(UserError, match=rf"{name} cannot be written \(.+\): ") as refused:
        picture(_groups(2), tmp_path / name)
    assert refused.value.exit_code == Exit.USAGE
    assert "\n" not in str(refused.value)


def test_no_picture_is_made_of_nothing(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no failed attempt") as refused:
        picture([never_executed("m")], tmp_path / "failures.png")
    assert refused.value.exit_code == Exit.NOT_ALL
    assert list(tmp_path.iterdir()) == []
