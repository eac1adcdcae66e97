"""Draws the cost by rate and delay into a file."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from ops.cost_table import DELAYS, RATES, Cell
from ops.picture import OKABE_ITO, draw

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def picture(cells: Sequence[Cell], path: Path) -> None:
    """Draw the cells as a PNG or SVG file. Raises InvalidInput if it has another suffix or cannot be written."""
    draw(path, (10, 6), partial(_draw, cells))


def _draw(cells: Sequence[Cell], sheet: "Figure") -> None:
    grid = sheet.subplots(2, len(DELAYS), sharex=True, sharey=True)
    for row, with_metrics in zip(grid, (True, False), strict=True):
        for axes, delay in zip(row, DELAYS, strict=True):
            found = [one for one in cells if (one.custom_metrics, one.delay_seconds) == (with_metrics, delay)]
            for place, (handler, color) in enumerate(zip(found[0].dollars, OKABE_ITO, strict=False)):
                dollars = [one.dollars[handler] for one in found]
                axes.plot(RATES, dollars, "o-", color=color, label=handler, zorder=-place)  # this handler on top
            metrics = "with" if with_metrics else "without"
            axes.set_title(f"delay {delay} s, {metrics} custom metrics", loc="left", fontsize="small")
            axes.set(xscale="log", ylim=(0, None))
            axes.set_xticks(RATES, [f"{rate:,}" for rate in RATES])
            axes.minorticks_off()
            axes.spines[["top", "right"]].set_visible(False)
    for axes in grid[-1]:
        axes.set_xlabel("orders a second")
    sheet.suptitle("Dollars per million orders", x=0.01, ha="left", weight="bold")
    sheet.legend(*grid[0][0].get_legend_handles_labels(), loc="outside lower center", ncols=4, frameon=False)
