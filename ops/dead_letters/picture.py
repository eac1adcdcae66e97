"""Draws failed attempts over time into a file."""

import warnings
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from ops.dead_letters.failures import Failure
from ops.dead_letters.timeline import Timeline, timeline
from ops.errors import InvalidInput, NothingDone

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MAX_NAMED, MAX_NAME_LENGTH = 6, 100
OKABE_ITO = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00")
"""Colors that color-blind people can distinguish (Okabe and Ito, Color Universal Design)."""
COLORS = (*OKABE_ITO, "#b0b0b0")
"""The last one is for the groups that have no name in the picture."""


def picture(failures: Iterable[Failure], path: Path) -> None:
    """Draw stacked bars as a PNG or SVG file.

    Raises InvalidInput if the suffix is another one or the file cannot be written, and NothingDone if no failure has a
    time.
    """
    if (suffix := path.suffix.lower()) not in {".png", ".svg"}:
        raise InvalidInput(f"{path} is neither a PNG nor an SVG: choose a name that ends in .png or .svg")
    if (line := timeline(failures)) is None:
        raise NothingDone(f"{path} was not written: the log contains no failed attempt")
    try:
        path.write_bytes(_draw(line, suffix.removeprefix(".")))
    except OSError as error:
        raise InvalidInput(f"{path} cannot be written ({error.strerror}): choose another file") from error


def _draw(line: Timeline, file_format: str) -> bytes:
    from matplotlib import figure  # noqa: PLC0415 - it takes longer to import than everything else

    rows = _named_rows(line)
    with _own_style():
        sheet = figure.Figure(figsize=(10, 4.4 + 0.22 * len(rows)), layout="constrained")
        axes = sheet.subplots()
        tops = _add_bars(axes, line, rows)
        _label(axes, line, tops)
        sheet.legend(loc="outside lower left", frameon=False, fontsize="small")
        # An SVG would contain the time at which it was made.
        metadata = {"Date": None} if file_format == "svg" else None
        sheet.savefig(out := BytesIO(), format=file_format, dpi=150, metadata=metadata)
    return out.getvalue()


@contextmanager
def _own_style() -> Iterator[None]:
    """Draw the same picture from the same failures on every machine, in UTC, and leave the user's style as it was."""
    from matplotlib import rc_context, rcdefaults, rcParams  # noqa: PLC0415 - see above

    with rc_context(), warnings.catch_warnings():
        rcdefaults()
        # A signature is text and not mathematics. In an SVG it stays text.
        rcParams.update({"text.parse_math": False, "svg.fonttype": "none", "svg.hashsalt": "orders"})
        rcParams["date.converter"] = "concise"
        warnings.filterwarnings("ignore", message="Glyph")  # A character that the font lacks is drawn as a box.
        yield


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
    from matplotlib import ticker  # noqa: PLC0415 - see above

    # Without margins, a single bar would be as wide as the picture.
    margin = max(0, 12 - len(tops)) / 2 * (line.edges[1] - line.edges[0])
    axes.set(xlim=(line.edges[0] - margin, line.edges[-1] + margin), ylim=(0, max(tops) * 1.06), axisbelow=True)
    axes.set(xlabel="time (UTC)", ylabel=f"failed attempts in {line.step}")
    axes.set_title(f"Failed attempts, {line}", loc="left", weight="bold")
    axes.yaxis.set_major_locator(ticker.MaxNLocator(integer=True))
    axes.grid(axis="y", color="#e4e4e4")
    axes.spines[["top", "right"]].set_visible(False)
