"""Draws the orders that wait, in the emulator and in the model of `orders capacity`."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from ops.picture import OKABE_ITO, draw

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def picture(emulator: Sequence[float], model: Sequence[float], path: Path) -> None:
    """Draw the numbers at the end of each second."""
    draw(path, (8, 3.5), partial(_draw, emulator, model))


def _draw(emulator: Sequence[float], model: Sequence[float], sheet: "Figure") -> None:
    axes = sheet.subplots()
    model_color, emulator_color, *_ = OKABE_ITO
    axes.plot(range(1, len(model) + 1), model, "-", color=model_color, label="model")
    axes.plot(range(1, len(emulator) + 1), emulator, "o", color=emulator_color, label="emulator")
    axes.set(xlabel="seconds", ylabel="orders that wait", xlim=(0, None), ylim=(0, None))
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False)
