"""What a million orders cost on AWS, with this handler and with others, reckoned from settings and list prices."""

import io
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from handler.log import Log
from handler.order import Order
from handler.outcome import STORED, Outcome
from handler.processor import Processor
from local.project import ROOT, stack_config
from local.samples import valid_orders
from ops import prices

DAYS_A_MONTH = 365 / 12
FULL_CORE_MEGABYTES = 1769
"""The memory with which a function has a whole core (AWS Lambda Developer Guide, memory)."""
POLLS_A_DAY = 5 * 24 * 60 * 60 / 20
"""What Lambda asks an empty queue: five pollers, each for 20 s at a time (AWS Lambda Developer Guide, Amazon SQS)."""
MESSAGES_A_DELETE = 10
"""The most messages of one request (SQS API Reference, DeleteMessageBatch)."""
LOG_EVENT_BYTES = 26
"""What CloudWatch Logs counts for each event besides its text (CloudWatch Logs API Reference, PutLogEvents)."""
PLATFORM_LINES = (155, 250)
"""About how long Lambda's own `platform.start` and `platform.report` are, in bytes; both come with every invocation."""
OURS = "this handler"
"""What it is called among those that are measured."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Those of a stack that cost depends on."""

    batch_size: int
    batching_window_seconds: int
    memory_megabytes: int
    architecture: str

    @classmethod
    def of(cls, stack: str) -> "Settings":
        """Raises FileNotFoundError where there is no such stack."""
        config = stack_config(stack)
        return cls(
            batch_size=int(config["orders:batchSize"]),
            batching_window_seconds=int(config["orders:batchingWindowSeconds"]),
            memory_megabytes=int(config["orders:processorMemoryMegabytes"]),
            architecture=config["orders:processorArchitecture"],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """Dollars per million orders by service, and how many orders a batch has."""

    batch: float
    services: Mapping[str, Mapping[str, float]]
    """By handler, then by service."""

    def total(self, handler: str) -> float:
        return sum(self.services[handler].values())


def steady(settings: Settings, orders_per_day: float) -> Cost:
    """What orders cost that come evenly over the day: few meet in a batch, unless a batching window waits for them."""
    arriving = orders_per_day / (24 * 60 * 60) * settings.batching_window_seconds
    return _cost(settings, orders_per_day, min(float(settings.batch_size), 1 + arriving))


def backlog(settings: Settings, orders_per_day: float) -> Cost:
    """What they cost when they wait in the queue, and all batches are full."""
    return _cost(settings, orders_per_day, settings.batch_size)


def _cost(settings: Settings, orders_per_day: float, batch: float) -> Cost:
    """Reckon with orders that are all new, under 1 KB, and published one by one."""
    measured = json.loads((ROOT / "docs/benchmarks.json").read_text())
    return Cost(
        batch=batch,
        services={name: _services(name, sizes, settings, orders_per_day, batch) for name, sizes in measured.items()},
    )


def _services(
    handler: str, measured: Mapping[str, Any], settings: Settings, orders_per_day: float, batch: float
) -> dict[str, float]:
    """Dollars per million orders."""
    batches_per_order = 1 / batch
    polls = batches_per_order + POLLS_A_DAY / orders_per_day
    deletes = math.ceil(batch / MESSAGES_A_DELETE) / batch
    seconds = _seconds_per_batch(measured, settings, batch)
    price = prices.LAMBDA_GIGABYTE_SECOND[settings.architecture] * settings.memory_megabytes / 1024
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


def _seconds_per_batch(measured: Mapping[str, Any], settings: Settings, batch: float) -> float:
    """As measured, between the sizes that were, and longer by what the function has less than a core."""
    sizes = sorted(int(size) for size in measured)
    upper = next((size for size in sizes if size >= batch), sizes[-1])
    lower = max((size for size in sizes if size <= batch), default=sizes[0])
    low, high = (float(measured[str(size)]["seconds_per_batch"]) for size in (lower, upper))
    seconds = low + (high - low) * (batch - lower) / (upper - lower) if upper > lower else high * batch / upper
    cpu: float = measured[str(upper)]["cpu_seconds_per_order"] * batch
    share = min(1.0, settings.memory_megabytes / FULL_CORE_MEGABYTES)
    return seconds + cpu * (1 / share - 1)


def _writes_per_order(measured: Mapping[str, Any]) -> float:
    """A request for one order writes once; ours carries several orders, each of which is a write of its own."""
    return max(1.0, *(float(figures["requests_per_order"]) for figures in measured.values()))


def _logged_per_batch(handler: str, orders: int) -> tuple[int, int]:
    """Bytes that go into the log for a batch, and how many custom metrics there are, from what the handler writes."""
    platform = sum(PLATFORM_LINES) + LOG_EVENT_BYTES * len(PLATFORM_LINES)
    if handler != OURS:
        return platform, 0
    stream = io.StringIO()
    log = Log(stream)
    log.context["requestId"] = str(uuid4())
    processor = Processor(_Stores(), log, max_receive_count=1, retry_at_once=lambda _records, _deadline: None)
    processor.process([_record(body) for body in valid_orders(orders)], seconds_left=60)
    lines = stream.getvalue().splitlines()
    metrics = {metric["Name"] for line in lines if "_aws" in line for metric in _metrics(json.loads(line))}
    return platform + sum(len(line.encode()) + LOG_EVENT_BYTES for line in lines), len(metrics)


class _Stores:
    def put(self, orders: Sequence[Order], deadline: float) -> Sequence[Outcome]:  # noqa: ARG002 - it is always in time
        return [STORED] * len(orders)


def _record(body: str) -> Mapping[str, Any]:
    # From a future in which its age is none, so that equal settings give an equal length.
    to_come = {**json.loads(body), "timestamp": "9999-01-01T00:00:00Z"}
    return {
        "messageId": to_come["orderId"],
        "body": json.dumps(to_come),
        "attributes": {"ApproximateReceiveCount": "1"},
    }


def _metrics(line: Mapping[str, Any]) -> Sequence[Mapping[str, str]]:
    found: Sequence[Mapping[str, str]] = line["_aws"]["CloudWatchMetrics"][0]["Metrics"]
    return found
