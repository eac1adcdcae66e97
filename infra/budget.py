"""The delivery budget: the delivery times and the throughput that follow from the settings.

`orders review` computes it for the settings before and after a change. So this module imports neither Pulumi nor
pydantic.
"""

import inspect
from collections.abc import Callable, Mapping
from typing import Any

from infra.mapping_limits import most_concurrent
from infra.notifier_limits import BATCH_SIZE, TIMEOUT_SECONDS
from infra.outputs import DeliveryBudget, export_name

SECONDS_PER_DAY = 86_400


def earliest_dead_letter_seconds(*, max_receive_count: int, visibility_timeout_seconds: int) -> int:
    return max_receive_count * visibility_timeout_seconds


def latest_dead_letter_seconds(*, message_retention_seconds: int) -> int:
    return message_retention_seconds


def least_dead_letter_days(*, dead_letter_retention_seconds: int, message_retention_seconds: int) -> float:
    return (dead_letter_retention_seconds - message_retention_seconds) / SECONDS_PER_DAY


def orders_per_second(
    *,
    maximum_concurrency: int,
    batch_size: int,
    processor_timeout_seconds: int,
    maximum_pollers: int = 0,
    maximum_table_writes: int = 0,
) -> float:
    most = most_concurrent(maximum_concurrency=maximum_concurrency, maximum_pollers=maximum_pollers)
    processed = most * batch_size / processor_timeout_seconds
    return min(processed, maximum_table_writes or processed)


def events_per_second(*, order_events: bool) -> float:
    return BATCH_SIZE / TIMEOUT_SECONDS if order_events else 0


FIGURES: Mapping[str, Callable[..., float]] = {
    figure.__name__: figure
    for figure in (
        earliest_dead_letter_seconds,
        latest_dead_letter_seconds,
        least_dead_letter_days,
        orders_per_second,
        events_per_second,
    )
}
"""The numbers of the budget, by their fields in DeliveryBudget. The parameters of each are the settings it needs.

A parameter with a default is a setting that the states of older programs do not contain.
"""


def figures(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return the numbers whose settings are all given, from the settings by key."""
    found = {}
    for name, figure in FIGURES.items():
        given = {field: settings[key] for field in _parameters(figure) if (key := export_name(field)) in settings}
        if given.keys() >= _parameters(figure, optional=False):
            found[name] = figure(**given)
    return found


def _parameters(figure: Callable[..., float], *, optional: bool = True) -> set[str]:
    parameters = inspect.signature(figure).parameters.values()
    return {one.name for one in parameters if optional or one.default is inspect.Parameter.empty}


def delivery_budget(settings: Mapping[str, Any]) -> DeliveryBudget:
    """Return the budget of the settings by key. Raises TypeError if a setting is missing."""
    return DeliveryBudget(**figures(settings))
