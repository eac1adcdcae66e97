"""Draws failed attempts over time into a file."""

from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from ops.dead_letters.failures import Failure
from ops.dead_letters.timeline import Timeline, timeline
from ops.errors import NothingDone
from ops.picture import OKABE_ITO, check_suffix, draw

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MAX_NAMED, MAX_NAME_LENGTH = 6, 100
COLORS = (*OKABE_ITO, "#b0b0b0")
"""The last one is for the groups that have no name in the picture."""


def picture(failures: Iterable[Failure], path: Path) -> None:
    """Draw stacked bars as a PNG or SVG file.

    Raises InvalidInput if the suffix is another one or the file cannot be written, and NothingDone if no failure has a
    time.
    """
    check_suffix(path)
    if (line := timeline(failures)) is None:
        raise NothingDone(f"{path} was not written: the log contains no failed attempt")
    rows = _named_rows(line)
    draw(path, (10, 4.4 + 0.22 * len(rows)), partial(_draw, line, rows))


def _draw(line: Timeline, rows: Sequence[tuple[str, Sequence[int]]], sheet: "Figure") -> None:
    axes = sheet.subplots()
    tops = _add_bars(axes, line, rows)
    _label(axes, line, tops)
    sheet.legend(loc="outside lower left", frameon=False, fontsize="small")


def _named_rows(line: Timeline) -> Sequence[tuple[str, Sequence[int]]]:
    """The largest groups, and the others together."""
    rows, rest = line.rows[:MAX_NAMED], [counts for _, counts in line.rows[MAX_NAMED:]]
    return [*rows, ("others", [sum(counts) for counts in zip(*rest, strict=True)])] if rest else rows


def _add_bars(axes: "Axes", line: Timeline, rows: Sequence[tuple[str, Sequence[int]]]) -> Sequence[int]:
    """Stack the bars of all groups. Returns the heights."""
    width = line.edges[1] - line.edges[0]
    tops = [0] * (len(line.edges) - 1)
    for (name, counts), color in zip(rows, COLORS, strict=False):
        label = f"{name if len(name) <= MAX_NAME_LENGTH else name[:MAX_NAME_LENGTH] + '…'} ({sum(counts):,})"
        axes.bar(line.edges[:-1], counts, width * 0.92, bottom=tops, align="edge", color=color, label=label)
        tops = [top + count for top, count in zip(tops, counts, strict=True)]
    return tops


def _label(axes: "Axes", line: Timeline, tops: Sequence[int]) -> None:
    from matplotlib import ticker  # noqa: PLC0415 - see ops/picture.py

    # Without margins, a single bar would be as wide as the picture.
    margin = max(0, 12 - len(tops)) / 2 * (line.edges[1] - line.edges[0])
    axes.set(xlim=(line.edges[0] - margin, line.edges[-1] + margin), ylim=(0, max(tops) * 1.06), axisbelow=True)
    axes.set(xlabel="time (UTC)", ylabel=f"failed attempts in {line.step}")
    axes.set_title(f"Failed attempts, {line}", loc="left", weight="bold")
    axes.yaxis.set_major_locator(ticker.MaxNLocator(integer=True))
    axes.grid(axis="y", color="#e4e4e4")
    axes.spines[["top", "right"]].set_visible(False)
