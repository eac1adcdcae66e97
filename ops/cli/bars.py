"""Numbers over time as a line of blocks."""

import math
from collections.abc import Sequence

BLOCKS = "▁▂▃▄▅▆▇█"


def bars(numbers: Sequence[float], highest: float) -> str:
    """One block for each number. Heights are rounded up, so that a 1 is visible next to a thousand."""
    return "".join(BLOCKS[math.ceil(number * len(BLOCKS) / highest) - 1] if number > 0 else " " for number in numbers)
