"""Estimates the cost of a million orders on AWS, with this handler and with others, from settings and list prices."""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from handler.log import Log
from handler.order import Order
from handler.outcome import STORED, Outcome
from handler.processor import Processor
from infra.notifier_limits import BATCH_SIZE
from infra.project import stack_settings
from ops import prices
from ops.errors import check_stack
from ops.event_cost import event_services, steady_batch
from ops.invocation import DEFAULT_LINES_BYTES, Measured, logged, measured, seconds_per_batch, traces_per_invocation
from ops.samples import valid_orders
from ops.settings_text import architecture, whole_number

SECONDS_A_DAY = 24 * 60 * 60
ORDERS_PER_DAY = 100_000
"""The number of orders a day for which a cost is estimated, unless the user gives another one."""
POLLS_A_DAY = SECONDS_A_DAY / 20
"""Requests of a poller to an empty queue: long polls of 20 s (AWS Lambda Developer Guide, Amazon SQS)."""
IDLE_POLLERS, IDLE_POLLERS_WITHOUT_MAXIMUM = 5, 2
"""Pollers of an idle mapping with a maximum concurrency, and with none (the same, "Scaling behavior")."""
OLDER_MAXIMUM_CONCURRENCY = 10
"""The default of older programs, whose states do not contain it. They always have a maximum."""
WHOLE_NUMBERS = {
    "batchSize": 1,
    "batchingWindowSeconds": 0,
    "processorMemoryMegabytes": 128,
    "maximumConcurrency": 0,
    "minimumPollers": 0,
}
"""The least value of each number that the cost depends on."""
MESSAGES_A_DELETE = 10
"""The maximum number of messages in one request (SQS API Reference, DeleteMessageBatch)."""
BEFORE_THE_TABLE = frozenset({"SNS", "SQS", "Lambda requests", "Lambda duration", "logs", "metrics", "traces"})
"""The services that cost the same for an order that is not stored."""
OURS = "this handler"
"""The name of this handler among the measured ones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CostInputs:
    """The settings of a stack that its cost depends on."""

    batch_size: int
    batching_window_seconds: int
    memory_megabytes: int
    architecture: str
    idle_pollers: int = IDLE_POLLERS
    tells_events: bool = False
    is_traced: bool = False
    mail_addresses: int = 0
    """The number of addresses that events are mailed to."""
    custom_metrics: bool = True

    @classmethod
    def of_stack(cls, stack: str) -> "CostInputs":
        """Read them from the stack's configuration. Raises InvalidInput if there is no such stack."""
        check_stack(stack)
        settings = stack_settings(stack)
        for key, least in WHOLE_NUMBERS.items():
            whole_number(settings, key, least)
        architecture(settings)
        return cls.of_settings(settings)

    @classmethod
    def of_settings(cls, settings: Mapping[str, Any]) -> "CostInputs":
        """Read them from the settings by key, as values or as text. Raises KeyError if one is missing.

        An older program does not know the settings of events, and tells none. It always has a maximum concurrency, and
        custom metrics.
        """
        addresses = settings.get("notifyAddresses", ())
        mails = addresses.split(",") if isinstance(addresses, str) else addresses
        return cls(
            batch_size=int(settings["batchSize"]),
            batching_window_seconds=int(settings["batchingWindowSeconds"]),
            memory_megabytes=int(settings["processorMemoryMegabytes"]),
            architecture=str(settings["processorArchitecture"]),
            idle_pollers=idle_pollers(
                int(settings.get("maximumConcurrency", OLDER_MAXIMUM_CONCURRENCY)),
                int(settings.get("minimumPollers", 0)),
            ),
            tells_events=str(settings.get("orderEvents")).lower() == "true",
            is_traced=str(settings.get("activeTracing")).lower() == "true",
            mail_addresses=sum(bool(str(address).strip()) for address in mails),
            custom_metrics=str(settings.get("customMetrics", True)).lower() == "true",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """The cost in dollars per million orders by service, for a number of orders in a batch."""

    batch: float
    services: Mapping[str, Mapping[str, float]]
    """By handler, then by service."""

    def total(self, handler: str, stored_share: float = 1.0) -> float:
        """The sum over the services, if only this share of the orders is written and told."""
        services = self.services[handler]
        return sum(one if name in BEFORE_THE_TABLE else one * stored_share for name, one in services.items())


def idle_pollers(maximum_concurrency: int, minimum_pollers: int) -> int:
    """Return the pollers of an idle mapping. AWS publishes no number for provisioned ones: each may poll as others."""
    return minimum_pollers or (IDLE_POLLERS if maximum_concurrency else IDLE_POLLERS_WITHOUT_MAXIMUM)


def steady(inputs: CostInputs, orders_per_day: float) -> Cost:
    """The cost of orders that arrive evenly over the day. Batches are small unless a batching window lets them fill."""
    per_second = orders_per_day / SECONDS_A_DAY
    batch = min(float(inputs.batch_size), 1 + per_second * inputs.batching_window_seconds)
    return in_batches(inputs, orders_per_day, batch)


def in_batches(inputs: CostInputs, orders_per_day: float, batch: float) -> Cost:
    """The cost of orders of which this many share a batch, on average."""
    return _cost(inputs, orders_per_day, batch, steady_batch(orders_per_day / SECONDS_A_DAY, batch))


def backlog(inputs: CostInputs, orders_per_day: float) -> Cost:
    """The cost of orders that wait in the queue, so that every batch of the processor and the notifier is full."""
    return _cost(inputs, orders_per_day, inputs.batch_size, BATCH_SIZE)


def _cost(inputs: CostInputs, orders_per_day: float, batch: float, event_batch: float) -> Cost:
    """Assume that all orders are new, smaller than 1 KB, and published one by one. Each becomes one event.

    The notifier reads the table's stream, so it costs the same with every handler.
    """
    events: Mapping[str, float] = {}
    if inputs.tells_events:
        events = {
            **event_services(
                inputs.architecture,
                inputs.mail_addresses,
                orders_per_day,
                event_batch,
                with_metrics=inputs.custom_metrics,
            ),
            **_traces("notifier traces", inputs, orders_per_day, event_batch),
        }
    per_order = {
        name: {**_services(name, figures, inputs, orders_per_day, batch), **events}
        for name, figures in measured("handlers").items()
    }
    return Cost(batch=batch, services={name: _per_million(services) for name, services in per_order.items()})


def _per_million(services: Mapping[str, float]) -> Mapping[str, float]:
    return {service: dollars * 1e6 for service, dollars in services.items()}


def _services(
    handler: str, figures: Measured, inputs: CostInputs, orders_per_day: float, batch: float
) -> Mapping[str, float]:
    """Dollars per order, by service."""
    batches_per_order = 1 / batch
    polls = batches_per_order + inputs.idle_pollers * POLLS_A_DAY / orders_per_day
    deletes = math.ceil(batch / MESSAGES_A_DELETE) / batch
    seconds = seconds_per_batch(figures, batch, inputs.memory_megabytes)
    price = prices.LAMBDA_GIGABYTE_SECOND[inputs.architecture] * inputs.memory_megabytes / 1024
    bytes_per_batch, metrics = _logged_per_batch(handler, round(batch), inputs)
    return {
        "SNS": prices.SNS_PUBLISH,
        "SQS": (1 + polls + deletes) * prices.SQS_REQUEST,
        "Lambda requests": batches_per_order * prices.LAMBDA_REQUEST,
        "Lambda duration": batches_per_order * math.ceil(seconds * 1000) / 1000 * price,
        "DynamoDB writes": _writes_per_order(figures) * prices.DYNAMODB_WRITE,
        "logs": batches_per_order * bytes_per_batch * prices.LOG_BYTE,
        "metrics": metrics * prices.metric_per_order(orders_per_day),
        **_traces("traces", inputs, orders_per_day, batch),
    }


def _traces(name: str, inputs: CostInputs, orders_per_day: float, batch: float) -> Mapping[str, float]:
    """Dollars per order for the traces of a function, with their name, if it has any. Publishers ask for no others."""
    if not inputs.is_traced:
        return {}
    traces = traces_per_invocation(orders_per_day / SECONDS_A_DAY / batch) / batch
    return {name: traces * prices.TRACE}


def _writes_per_order(figures: Measured) -> float:
    """Write request units per order: one, or more if a handler sends several requests per order."""
    return max(1.0, *(one["requests_per_order"] for one in figures.values()))


def _logged_per_batch(handler: str, orders: int, inputs: CostInputs) -> tuple[int, int]:
    """Return the bytes that the log gets for a batch, and the number of the stack's custom metrics.

    The other handlers log nothing. Their functions have Lambda's default logging, as in the examples they come from.
    """
    if handler != OURS:
        return DEFAULT_LINES_BYTES, 0
    return logged("OrderProcessor", partial(_process, orders), with_metrics=inputs.custom_metrics)


def _process(orders: int, log: Log) -> None:
    processor = Processor(_Stores(), log, max_receive_count=1, retry_at_once=lambda _records, _deadline: None)
    processor.process([_record(body) for body in valid_orders(orders)], seconds_left=60)


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
