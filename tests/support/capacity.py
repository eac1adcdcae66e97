"""A stack for the model of capacity, whose numbers a test can calculate by hand."""

from collections.abc import Mapping
from typing import Any

from infra.mapping_limits import NOT_RESERVED
from ops.capacity.inputs import CapacityInputs
from ops.capacity.limits import COLD_START_SECONDS
from ops.capacity.run import Run

BATCH = 10
BATCH_SECONDS = 0.5
COLD_SECONDS = COLD_START_SECONDS["arm64"].value
SMALL: Mapping[str, Any] = {
    "region": "us-east-1",
    "visibility_timeout_seconds": 30,
    "max_receive_count": 3,
    "message_retention_seconds": 345_600,
    "retry_invalid_orders_at_once": True,
    "processor_timeout_seconds": 5,
    "maximum_concurrency": 2,
    "minimum_pollers": 0,
    "maximum_pollers": 0,
    "reserved_concurrency": NOT_RESERVED,
    "batch_size": BATCH,
    "batching_window_seconds": 0,
    "architecture": "arm64",
    "batch_seconds": lambda _orders: BATCH_SECONDS,
}
"""Two concurrent batches of ten orders, each of half a second: 40 orders a second."""


def stack(**changes: Any) -> CapacityInputs:
    return CapacityInputs(**{**SMALL, **changes})


def per_second(inputs: CapacityInputs) -> float:
    """What the stack processes once all pollers run and all environments are warm."""
    return inputs.most_concurrent * inputs.batch_size / inputs.batch_seconds(inputs.batch_size)


def accounted(run: Run) -> float:
    return run.stored + run.dead + run.rejected + run.expired + run.refused + run.waiting + run.in_flight
