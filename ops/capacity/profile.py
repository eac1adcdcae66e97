"""How many orders are published in each second."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from infra.project import stack_settings
from ops.errors import InvalidInput, check_stack
from ops.text_file import read_text_or_input

MAX_SECONDS = 15 * 24 * 60 * 60
"""As long as CloudWatch keeps the orders of each minute."""
MAX_RATE = 1e6
"""A mistake above this: more than thirty times the largest publish quota."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """The orders of each second."""

    rates: Sequence[float]
    before: float = 0.0
    """Orders a second for which the mapping has grown before."""
    after: float
    """Orders a second that follow, until all orders are processed."""
    waiting: float = 0.0
    """Orders that wait in the queue at the beginning."""
    invalid: float = 0.0
    """The share of the orders that are not valid, so that they end in OrderDLQ."""
    hottest: float = 0.0
    """The share of the orders that are versions of one order."""
    noisiest: float = 0.0
    """The share of the orders that are of one customer. It is below 1."""


def steady(rate: float, seconds: int) -> Profile:
    return Profile(rates=[rate] * seconds, after=0)


def peak(base: float, top: float, *, ramp: int, seconds: int) -> Profile:
    """Rise from a lasting base to the top in `ramp` seconds, stay there for `seconds`, and fall back to the base."""
    rise = [base + (top - base) * (second + 0.5) / ramp for second in range(ramp)]
    return Profile(rates=rise + [top] * seconds, before=base, after=base)


def planned(stack: str) -> float:
    """Return the orders a second that a stack is planned for, or 0. Raises InvalidInput."""
    check_stack(stack)
    text = stack_settings(stack)["plannedOrdersPerSecond"]
    if not text.isdecimal():
        raise InvalidInput(f"plannedOrdersPerSecond is {text}, but must be a whole number")
    return float(text)


def from_csv(file: str) -> Profile:
    """Read a file, or standard input for `-`. Each line contains the orders of one second. Raises InvalidInput.

    The first line can be a heading. After the last line, no order follows.
    """
    rates = list(_rates(file, read_text_or_input(file).splitlines()))
    if not 0 < len(rates) <= MAX_SECONDS:
        raise InvalidInput(f"{file} has {len(rates):,} seconds: give 1 to {MAX_SECONDS:,}, each on a line of its own")
    return Profile(rates=rates, after=0)


def _rates(file: str, lines: Sequence[str]) -> Iterator[float]:
    for number, line in enumerate(lines, 1):
        try:
            rate = float(line)
        except ValueError:
            if number == 1 and line.strip() and not any(map(str.isdecimal, line)):
                continue  # a heading
            rate = math.nan
        if not 0 <= rate <= MAX_RATE:
            rule = f"a line contains the orders of one second, from 0 to {MAX_RATE:,.0f}"
            raise InvalidInput(f"{file} line {number} is `{line.strip()[:40]}`, but {rule}")
        yield rate
