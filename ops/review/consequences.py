"""What follows from changed settings: delivery budget, capacity and cost, before and after."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from infra.budget import figures
from ops.cost import ORDERS_PER_DAY, OURS, Cost, CostInputs, backlog, steady
from ops.prices import LAMBDA_GIGABYTE_SECOND
from ops.review.preview import number
from ops.review.settings import System

BUDGET: Mapping[str, tuple[str, str]] = {
    "earliest_dead_letter_seconds": (
        "delivery budget: an order that fails is in the dead-letter queue after {} s at the earliest",
        ",.0f",
    ),
    "latest_dead_letter_seconds": ("delivery budget: SQS deletes an order that is not processed within {} s", ",.0f"),
    "least_dead_letter_days": ("delivery budget: dead letters are kept for at least {} days", ",.1f"),
    "orders_per_second": ("capacity: {} orders a second if every batch is slow", ",.1f"),
}
"""What a number of the budget means, and its format, by its field in DeliveryBudget."""
COSTS: Mapping[str, Callable[[CostInputs, float], Cost]] = {"arrive evenly": steady, "wait in full batches": backlog}
LARGEST_BATCH, LARGEST_MEMORY_MEGABYTES, LONGEST_WINDOW_SECONDS = 10_000, 10_240, 300
"""Limits of Lambda (infra/settings.py). The estimate runs the handler on a batch, so its size must be plausible."""


def consequences(system: System) -> Sequence[str]:
    """A sentence for each number that changes, and for what the state does not contain yet."""
    return [*_unrecorded(system), *_budget(system), *_costs(system)]


def _unrecorded(system: System) -> Iterator[str]:
    """An older program deployed the stack, and did not record all of its settings."""
    if missing := system.unrecorded:
        which = ", ".join(missing) if system.before else "any setting"
        yield f"the state does not contain {which} yet: the first review after this deployment can compare them"


def _budget(system: System) -> Iterator[str]:
    before, after = _figures(system.before), _figures(system.after)
    for name, (sentence, format_) in BUDGET.items():
        if name in before and name in after and before[name] != after[name]:
            yield sentence.format(f"{before[name]:{format_}} → {after[name]:{format_}}")


def _figures(settings: Mapping[str, Any]) -> Mapping[str, float]:
    """The numbers that follow from the settings. No valid settings divide by zero, but a preview can contain any."""
    try:
        return figures({key: value for key, value in settings.items() if _is_plausible(value)})
    except ZeroDivisionError:
        return {}


def _is_plausible(value: object) -> bool:
    found = number(value)
    return found is not None and 0 <= found < 1e9


def _costs(system: System) -> Iterator[str]:
    before, after = _cost_inputs(system.before), _cost_inputs(system.after)
    if before is None or after is None or before == after:
        return
    for orders, estimate in COSTS.items():
        dollars = [f"{estimate(inputs, ORDERS_PER_DAY).total(OURS):.2f}" for inputs in (before, after)]
        if dollars[0] != dollars[1]:
            change = " → ".join(dollars)
            yield f"cost: a million orders that {orders} cost {change} dollars, at {ORDERS_PER_DAY:,} orders a day"


def _cost_inputs(settings: Mapping[str, Any]) -> CostInputs | None:
    try:
        found = CostInputs.of_settings(settings)
    except (KeyError, TypeError, ValueError, OverflowError):
        return None
    plausible = (
        1 <= found.batch_size <= LARGEST_BATCH
        and 0 <= found.batching_window_seconds <= LONGEST_WINDOW_SECONDS
        and 1 <= found.memory_megabytes <= LARGEST_MEMORY_MEGABYTES
        and found.architecture in LAMBDA_GIGABYTE_SECOND
    )
    return found if plausible else None
