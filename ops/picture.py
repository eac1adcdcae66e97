"""Draws pictures into files."""

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from ops.errors import InvalidInput

if TYPE_CHECKING:
    from matplotlib.figure import Figure

OKABE_ITO = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00")
"""Colors that color-blind people can distinguish (Okabe and Ito, Color Universal Design)."""


def check_suffix(path: Path) -> None:
    """Raises InvalidInput if the file is to be neither a PNG nor an SVG."""
    if path.suffix.lower() not in {".png", ".svg"}:
        raise InvalidInput(f"{path} is neither a PNG nor an SVG: choose a name that ends in .png or .svg")


def draw(path: Path, inches: tuple[float, float], add: Callable[["Figure"], None]) -> None:
    """Draw on an empty sheet of this size, and write it as PNG or SVG. Raises InvalidInput if that is not possible."""
    from matplotlib import figure  # noqa: PLC0415 - it takes longer to import than everything else

    check_suffix(path)
    file_format = path.suffix.lower().removeprefix(".")
    with _own_style():
        sheet = figure.Figure(figsize=inches, layout="constrained")
        add(sheet)
        # An SVG would contain the time at which it was made.
        metadata = {"Date": None} if file_format == "svg" else None
        sheet.savefig(out := BytesIO(), format=file_format, dpi=150, metadata=metadata)
    try:
        path.write_bytes(out.getvalue())
    except OSError as error:
        raise InvalidInput(f"{path} cannot be written ({error.strerror}): choose another file") from error


@contextmanager
def _own_style() -> Iterator[None]:
    """Draw the same picture from the same data on every machine, in UTC, and leave the user's style as it was."""
    from matplotlib import rc_context, rcdefaults, rcParams  # noqa: PLC0415 - see above

    with rc_context(), warnings.catch_warnings():
        rcdefaults()
        # Data from outside is text and not mathematics. In an SVG it stays text.
        rcParams.update({"text.parse_math": False, "svg.fonttype": "none", "svg.hashsalt": "orders"})
        rcParams["date.converter"] = "concise"
        warnings.filterwarnings("ignore", message="Glyph")  # A character that the font lacks is drawn as a box.
        yield
