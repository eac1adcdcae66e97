"""Draws a run into a file."""

from collections.abc import Sequence
from functools import partial
from itertools import chain, islice, repeat
from pathlib import Path
from typing import TYPE_CHECKING

from ops.capacity.run import Run
from ops.picture import OKABE_ITO, draw

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MINUTE, HOUR = 60, 3600
MAX_POINTS = 500
"""More points would not be seen."""


def series(run: Run, grouped: Run | None = None) -> dict[str, Sequence[float]]:
    """Return what changes over time, by its name and unit. `grouped` is the same flow with message groups."""
    seen = run.timeline
    others = chain(grouped.timeline.others_oldest_seconds, repeat(0.0)) if grouped else ()
    return {
        "orders/s published": seen.published,
        "orders in the queue": seen.backlog,
        "oldest order, s": seen.oldest_seconds,
        **({"others with groups, s": list(islice(others, len(seen.oldest_seconds)))} if grouped else {}),
        "concurrent batches": seen.concurrency,
        "orders/s throttled": seen.throttled,
    }


def highest_in_parts(numbers: Sequence[float], parts: int) -> list[float]:
    """Split numbers into at most this many parts of equal length, and return the highest number of each."""
    step = -(-len(numbers) // parts)
    return [max(numbers[start : start + step]) for start in range(0, len(numbers), step)]


def picture(run: Run, path: Path, grouped: Run | None = None) -> None:
    """Draw a run as a PNG or SVG file. Raises InvalidInput if the file has another suffix or cannot be written."""
    draw(path, (10, 8), partial(_draw, run, grouped))


def _draw(run: Run, grouped: Run | None, sheet: "Figure") -> None:
    from matplotlib import ticker  # noqa: PLC0415 - see ops/picture.py

    seconds = len(run.timeline.published)
    unit, name = (HOUR, "hours") if seconds > 3 * HOUR else (MINUTE, "minutes") if seconds > 3 * MINUTE else (1, "s")
    rows = series(run, grouped)
    oldest = max(1, *(max(numbers) for label, numbers in rows.items() if label.endswith(", s")))
    all_axes = sheet.subplots(len(rows), sharex=True)
    for axes, (label, numbers), color in zip(all_axes, rows.items(), OKABE_ITO, strict=False):
        points = highest_in_parts(numbers, MAX_POINTS)
        times = [index * seconds / len(points) / unit for index in range(len(points))]
        axes.fill_between(times, points, step="post", color=color, alpha=0.85, linewidth=0)
        # Ages share a scale, so that they can be compared.
        highest = oldest if label.endswith(", s") else max(*points, 1)
        axes.set(ylim=(0, highest * 1.08), xlim=(0, seconds / unit))
        axes.yaxis.set_major_locator(ticker.MaxNLocator(nbins=4, integer=True))
        axes.yaxis.set_major_formatter(ticker.StrMethodFormatter("{x:,.0f}"))
        axes.set_title(label, loc="left", fontsize="small")
        axes.spines[["top", "right"]].set_visible(False)
        for second in list(run.reached.values())[:1]:
            axes.axvline(second / unit, color="black", linewidth=0.8, linestyle="--")
    first = next(iter(run.reached), None)
    title = f"First limit (dashed): {first}" if first else "No limit is reached"
    sheet.suptitle(title, x=0.01, ha="left", weight="bold")
    all_axes[-1].set_xlabel(name)
