"""The cost by the rate of orders, by the delay that they may have, and by whether the functions write metrics."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import product

from ops.cost import SECONDS_A_DAY, CostInputs, steady

RATES = (1, 10, 100, 1_000)
"""Orders a second."""
DELAYS = (0, 1, 10)
"""Seconds that an order may wait for its batch: the batching window."""
BATCH, BATCH_WITH_WINDOW = 10, 100
"""The largest batch that needs no window (Lambda API Reference, CreateEventSourceMapping), and one that is measured."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """The dollars of a million orders that arrive at this rate, by handler."""

    custom_metrics: bool
    rate: int
    delay_seconds: int
    batch: float
    dollars: Mapping[str, float]


def cells(inputs: CostInputs) -> Iterator[Cell]:
    """Yield the cost with and without custom metrics, for each delay and rate, with the batches that fit the delay.

    The other settings are those of a stack.
    """
    for with_metrics, delay, rate in product((True, False), DELAYS, RATES):
        allowed = replace(
            inputs,
            custom_metrics=with_metrics,
            batching_window_seconds=delay,
            batch_size=BATCH_WITH_WINDOW if delay else BATCH,
        )
        cost = steady(allowed, rate * SECONDS_A_DAY)
        dollars = {handler: cost.total(handler) for handler in cost.services}
        yield Cell(custom_metrics=with_metrics, rate=rate, delay_seconds=delay, batch=cost.batch, dollars=dollars)
