"""Failed attempts over time, as a chart in the terminal."""

from collections.abc import Iterable

from rich import box
from rich.table import Table
from rich.text import Text

from ops.cli.bars import bars
from ops.cli.terminal import cell, console
from ops.dead_letters.failures import Failure
from ops.dead_letters.timeline import MAX_BUCKETS, Timeline, timeline


def chart(failures: Iterable[Failure], width: int) -> Table:
    """Draw a row for each group, all on the same scale. The width is in columns of the terminal."""
    line = timeline(failures, max(1, min(MAX_BUCKETS, width // 3)))
    if line is None:
        return Table("the log contains no failed attempt", box=None, pad_edge=False, header_style="")
    highest = max(max(counts) for _, counts in line.rows)
    table = _empty_table(line, highest, width)
    for name, counts in line.rows:
        table.add_row(f"{sum(counts):,}", bars(counts, highest), cell(name))
    return table


def print_chart(failures: Iterable[Failure]) -> None:
    """Draw the chart as wide as the terminal."""
    console.print(chart(failures, console.width))


def _empty_table(line: Timeline, highest: int, width: int) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, width=width, title_justify="left", title_style="")
    table.title = Text(f"{line}, {line.step} a column, █ is {highest:,}", no_wrap=True, overflow="ellipsis")
    table.add_column("failed", justify="right", no_wrap=True)
    table.add_column("over time", no_wrap=True)
    table.add_column("class: signature", ratio=1, no_wrap=True)
    return table
