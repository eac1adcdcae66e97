"""Failures over time: as a picture in a file, and as a chart in a terminal."""

import warnings
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from io import BytesIO
from itertools import chain, count
from pathlib import Path
from typing import Any

from rich import box
from rich.table import Table
from rich.text import Text

from ops.dead_letters.failures import Failure, grouped
from ops.errors import Exit, UserError
from ops.terminal import printable

MOST_BUCKETS, NAMED, LONGEST_NAME = 48, 6, 100
WIDTHS = {f"{minutes} min": timedelta(minutes=minutes) for minutes in (1, 5, 15, 30)}
WIDTHS |= {f"{hours} h": timedelta(hours=hours) for hours in (1, 3, 6, 12)} | {"1 d": timedelta(days=1)}
BLOCKS = "▁▂▃▄▅▆▇█"
# Okabe and Ito's, which colour-blind people tell apart; the grey is that of the others.
COLOURS = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#b0b0b0")
_MONDAY = datetime.min.replace(tzinfo=UTC)  # every width counts from it, so that buckets begin on the round hour or day


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """How many attempts failed in each bucket of time: a row for each group, the largest first."""

    edges: Sequence[Any]  # one more than buckets; matplotlib takes moments, and its types do not say so
    step: str
    rows: Sequence[tuple[str, Sequence[int]]]

    def __str__(self) -> str:
        return f"{self.edges[0]:%Y-%m-%d %H:%M} to {self.edges[-1]:%Y-%m-%d %H:%M} UTC"


def timeline(failures: Iterable[Failure], most: int = MOST_BUCKETS) -> Timeline | None:
    """The failures in at most so many buckets, of the finest round width; None where none has a time."""
    # Sorted, because the log is found in no order of its own, and groups of one size would swap their colours.
    timed = sorted(((one, one.at) for one in failures if one.at), key=lambda pair: (pair[0].kind, pair[1]))
    if not timed:
        return None
    first, last = min(at for _, at in timed) - _MONDAY, max(at for _, at in timed) - _MONDAY
    widths = chain(WIDTHS.items(), ((f"{7 * 2**n} d", timedelta(weeks=2**n)) for n in count()))
    step, width = next((step, width) for step, width in widths if last // width - first // width < most)
    buckets = range(first // width, last // width + 1)
    tally = Counter((one.group_id, (at - _MONDAY) // width) for one, at in timed)
    rows = [
        (printable(f"{group.kind}: {group.signature}"), [tally[group.group_id, bucket] for bucket in buckets])
        for group in grouped((one, one.message_id, at) for one, at in timed)
    ]
    return Timeline(edges=[_MONDAY + edge * width for edge in (*buckets, buckets[-1] + 1)], step=step, rows=rows)


def chart(failures: Iterable[Failure], width: int) -> Table:
    """A row for each group, all to one scale, in so many columns of the terminal."""
    line = timeline(failures, max(1, min(MOST_BUCKETS, width // 3)))
    if line is None:
        return Table("nothing failed, says the log", box=None, pad_edge=False, header_style="")
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, width=width, title_justify="left", title_style="")
    top = max(max(counts) for _, counts in line.rows)
    table.title = Text(f"{line}, {line.step} a column, █ is {top:,}", no_wrap=True, overflow="ellipsis")
    table.add_column("failed", justify="right", no_wrap=True)
    table.add_column("over time", no_wrap=True)
    table.add_column("class: signature", ratio=1, no_wrap=True)
    for name, counts in line.rows:
        # Rounded up: a single failure is seen beside a thousand.
        spark = "".join(BLOCKS[-(-number * len(BLOCKS) // top) - 1] if number else " " for number in counts)
        table.add_row(f"{sum(counts):,}", spark, Text(name))
    return table


def picture(failures: Iterable[Failure], path: Path) -> None:
    """Write stacked bars as a PNG or an SVG. UserError for another suffix, for no data, and for no place to write."""
    if (kind := path.suffix.lower()) not in {".png", ".svg"}:
        raise UserError(f"{path} is neither a PNG nor an SVG: let its name end in .png or .svg", Exit.USAGE)
    if (line := timeline(failures)) is None:
        raise UserError(f"{path} is not written: the log has no failed attempt", Exit.NOT_ALL)
    try:
        path.write_bytes(_drawn(line, kind.removeprefix(".")))
    except OSError as error:
        raise UserError(f"{path} cannot be written ({error.strerror}): name a file that can be", Exit.USAGE) from error


def _drawn(line: Timeline, kind: str) -> bytes:
    from matplotlib import figure, rc_context, rcdefaults, rcParams, ticker  # noqa: PLC0415 - no other command has to wait

    rows, rest = line.rows[:NAMED], [counts for _, counts in line.rows[NAMED:]]
    if rest:
        rows = [*rows, ("others", [sum(numbers) for numbers in zip(*rest, strict=True)])]
    edges, width, below = line.edges, line.edges[1] - line.edges[0], [0] * (len(line.edges) - 1)
    with rc_context(), warnings.catch_warnings():
        rcdefaults()  # not the user's matplotlibrc: the same failures are the same picture, in UTC
        # A signature is text, not mathematics; in an SVG it stays text.
        rcParams.update({"text.parse_math": False, "svg.fonttype": "none", "svg.hashsalt": "orders"})
        rcParams["date.converter"] = "concise"
        warnings.filterwarnings("ignore", message="Glyph")  # what the font lacks is drawn as a box
        sheet = figure.Figure(figsize=(10, 4.4 + 0.22 * len(rows)), layout="constrained")
        axes = sheet.subplots()
        for (name, counts), colour in zip(rows, COLOURS, strict=False):
            label = f"{name if len(name) <= LONGEST_NAME else name[:LONGEST_NAME] + '…'} ({sum(counts):,})"
            axes.bar(edges[:-1], counts, width * 0.92, bottom=below, align="edge", color=colour, label=label)
            below = [low + number for low, number in zip(below, counts, strict=True)]
        around = max(0, 12 - len(below)) / 2 * width  # a single bar would be as wide as the page
        axes.set(xlim=(edges[0] - around, edges[-1] + around), ylim=(0, max(below) * 1.06), axisbelow=True)
        axes.set(xlabel="time (UTC)", ylabel=f"failed attempts in {line.step}")
        axes.set_title(f"Failed attempts, {line}", loc="left", weight="bold")
        axes.yaxis.set_major_locator(ticker.MaxNLocator(integer=True))
        axes.grid(axis="y", color="#e4e4e4")
        axes.spines[["top", "right"]].set_visible(False)
        sheet.legend(loc="outside lower left", frameon=False, fontsize="small")
        # Without the date of its making, which an SVG would tell.
        sheet.savefig(out := BytesIO(), format=kind, dpi=150, metadata={"Date": None} if kind == "svg" else None)
    return out.getvalue()
