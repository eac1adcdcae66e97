"""Estimates the cost of a million orders on AWS, with this handler and with others, from settings and list prices."""

import io
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from handler.contract import FUNCTION_DIMENSION
from handler.log import Log
from handler.order import Order
from handler.outcome import STORED, Outcome
from handler.processor import Processor
from infra.project import ROOT, stack_settings
from ops import prices
from ops.errors import check_stack
from ops.samples import valid_orders

DAYS_A_MONTH = 365 / 12
ORDERS_PER_DAY = 100_000
"""The number of orders a day for which a cost is estimated, unless the user gives another one."""
FULL_CORE_MEGABYTES = 1769
"""The memory at which a function gets one whole vCPU (AWS Lambda Developer Guide, memory)."""
POLLS_A_DAY = 5 * 24 * 60 * 60 / 20
"""Requests to an empty queue: five pollers, each with long polls of 20 s (AWS Lambda Developer Guide, Amazon SQS)."""
MESSAGES_A_DELETE = 10
"""The maximum number of messages in one request (SQS API Reference, DeleteMessageBatch)."""
LOG_EVENT_BYTES = 26
"""The bytes that CloudWatch Logs adds to the text of each event (CloudWatch Logs API Reference, PutLogEvents)."""
PLATFORM_LINES = (155, 250)
"""The approximate bytes of `platform.start` and `platform.report`, which Lambda logs for every invocation."""
OURS = "this handler"
"""The name of this handler among the measured ones."""
NOTIFIER = "this notifier"
"""The name of this notifier among the measured ones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CostInputs:
    """The settings of a stack that its cost depends on."""

    batch_size: int
    batching_window_seconds: int
    memory_megabytes: int
    architecture: str

    @classmethod
    def of_stack(cls, stack: str) -> "CostInputs":
        """Read them from the stack's configuration. Raises InvalidInput if there is no such stack."""
        check_stack(stack)
        return cls.of_settings(stack_settings(stack))

    @classmethod
    def of_settings(cls, settings: Mapping[str, Any]) -> "CostInputs":
        """Read them from the settings by key. Raises KeyError if one is missing."""
        return cls(
            batch_size=int(settings["batchSize"]),
            batching_window_seconds=int(settings["batchingWindowSeconds"]),
            memory_megabytes=int(settings["processorMemoryMegabytes"]),
            architecture=str(settings["processorArchitecture"]),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """The cost in dollars per million orders by service, for a number of orders in a batch."""

    batch: float
    services: Mapping[str, Mapping[str, float]]
    """By handler, then by service."""

    def total(self, handler: str) -> float:
        return sum(self.services[handler].values())


def steady(inputs: CostInputs, orders_per_day: float) -> Cost:
    """The cost of orders that arrive evenly over the day. Batches are small unless a batching window lets them fill."""
    arriving = orders_per_day / (24 * 60 * 60) * inputs.batching_window_seconds
    return _cost(inputs, orders_per_day, min(float(inputs.batch_size), 1 + arriving))


def backlog(inputs: CostInputs, orders_per_day: float) -> Cost:
    """The cost of orders that wait in the queue, so that every batch is full."""
    return _cost(inputs, orders_per_day, inputs.batch_size)


def _cost(inputs: CostInputs, orders_per_day: float, batch: float) -> Cost:
    """Assume that all orders are new, smaller than 1 KB, and published one by one."""
    measured = json.loads((ROOT / "docs/benchmarks.json").read_text())["handlers"]
    return Cost(
        batch=batch,
        services={name: _services(name, sizes, inputs, orders_per_day, batch) for name, sizes in measured.items()},
    )


def _services(
    handler: str, measured: Mapping[str, Any], inputs: CostInputs, orders_per_day: float, batch: float
) -> dict[str, float]:
    """Dollars per million orders."""
    batches_per_order = 1 / batch
    polls = batches_per_order + POLLS_A_DAY / orders_per_day
    deletes = math.ceil(batch / MESSAGES_A_DELETE) / batch
    seconds = _seconds_per_batch(measured, inputs, batch)
    price = prices.LAMBDA_GIGABYTE_SECOND[inputs.architecture] * inputs.memory_megabytes / 1024
    logged, metrics = _logged_per_batch(handler, round(batch))
    per_order = {
        "SNS": prices.SNS_PUBLISH,
        "SQS": (1 + polls + deletes) * prices.SQS_REQUEST,
        "Lambda requests": batches_per_order * prices.LAMBDA_REQUEST,
        "Lambda duration": batches_per_order * math.ceil(seconds * 1000) / 1000 * price,
        "DynamoDB writes": _writes_per_order(measured) * prices.DYNAMODB_WRITE,
        "logs": batches_per_order * logged * prices.LOG_BYTE,
        "metrics": metrics * prices.METRIC_MONTH / (orders_per_day * DAYS_A_MONTH),
    }
    return {service: dollars * 1e6 for service, dollars in per_order.items()}


def _seconds_per_batch(measured: Mapping[str, Any], inputs: CostInputs, batch: float) -> float:
    """Interpolate the measured time per batch, and scale its CPU part to the function's share of a vCPU."""
    sizes = sorted(int(size) for size in measured)
    upper = next((size for size in sizes if size >= batch), sizes[-1])
    lower = max((size for size in sizes if size <= batch), default=sizes[0])
    low, high = (float(measured[str(size)]["seconds_per_batch"]) for size in (lower, upper))
    seconds = low + (high - low) * (batch - lower) / (upper - lower) if upper > lower else high * batch / upper
    cpu: float = measured[str(upper)]["cpu_seconds_per_order"] * batch
    share = min(1.0, inputs.memory_megabytes / FULL_CORE_MEGABYTES)
    return seconds + cpu * (1 / share - 1)


def _writes_per_order(measured: Mapping[str, Any]) -> float:
    """Write request units per order: one, or more if a handler sends several requests per order."""
    return max(1.0, *(float(figures["requests_per_order"]) for figures in measured.values()))


def _logged_per_batch(handler: str, orders: int) -> tuple[int, int]:
    """Run the handler on a batch, and return the bytes that it logs and the number of the stack's custom metrics."""
    platform = sum(PLATFORM_LINES) + LOG_EVENT_BYTES * len(PLATFORM_LINES)
    if handler != OURS:
        return platform, 0
    stream = io.StringIO()
    log = Log(stream)
    log.context.update({FUNCTION_DIMENSION: "OrderProcessor", "requestId": str(uuid4())})
    processor = Processor(_Stores(), log, max_receive_count=1, retry_at_once=lambda _records, _deadline: None)
    processor.process([_record(body) for body in valid_orders(orders)], seconds_left=60)
    lines = stream.getvalue().splitlines()
    metrics = {metric["Name"] for line in lines if "_aws" in line for metric in _metrics(json.loads(line))}
    return platform + sum(len(line.encode()) + LOG_EVENT_BYTES for line in lines), len(metrics)


class _Stores:
    def put(self, orders: Sequence[Order], deadline: float) -> Sequence[Outcome]:  # noqa: ARG002 - it never waits
        return [STORED] * len(orders)


def _record(body: str) -> Mapping[str, Any]:
    # A timestamp in the future gives an age of 0, so equal settings give log records of equal length.
    in_future = {**json.loads(body), "timestamp": "9999-01-01T00:00:00Z"}
    return {
        "messageId": in_future["orderId"],
        "receiptHandle": "",
        "body": json.dumps(in_future),
        "attributes": {"ApproximateReceiveCount": "1"},
    }


def _metrics(line: Mapping[str, Any]) -> Sequence[Mapping[str, str]]:
    found: Sequence[Mapping[str, str]] = line["_aws"]["CloudWatchMetrics"][0]["Metrics"]
    return found
