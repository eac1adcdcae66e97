"""Estimates the cost of events: the notifier, its publishes and the mails."""

import math
from collections.abc import Mapping

from handler.contract import PARTITION_KEY
from handler.log import Log
from handler.notifier.report import EventReport
from handler.notifier.telling import State, Telling
from infra.notifier_limits import BATCH_SIZE, MEMORY_MEGABYTES
from ops import prices
from ops.invocation import logged, measured, requests_per_batch, seconds_per_batch

NOTIFIER = "this notifier"
"""The name of this notifier among the measured ones."""
SHARDS = 4
"""The shards of the stream of a new table: one for each partition. A new table takes 4,000 writes a second, and a
partition 1,000 (Amazon DynamoDB Developer Guide, on-demand capacity and partitions)."""
POLLS_A_SECOND = 4
"""How often Lambda reads a shard in which it found no record (AWS Lambda Developer Guide, DynamoDB)."""


def steady_batch(orders_per_second: float, stored_together: float) -> float:
    """Return the events in a batch if orders arrive evenly: those of one poll, or of one batch of the processor."""
    together = max(stored_together, orders_per_second / POLLS_A_SECOND)
    return min(BATCH_SIZE, max(1.0, together / SHARDS))


def event_services(
    architecture: str, addresses: int, orders_per_day: float, batch: float, *, with_metrics: bool
) -> Mapping[str, float]:
    """Dollars per event, by service."""
    figures = measured("notifiers")[NOTIFIER]
    seconds = seconds_per_batch(figures, batch, MEMORY_MEGABYTES)
    price = prices.LAMBDA_GIGABYTE_SECOND[architecture] * MEMORY_MEGABYTES / 1024
    bytes_per_batch, metrics = logged(
        "OrderNotifier", lambda log: _log_batch(log, round(batch)), with_metrics=with_metrics
    )
    return {
        "event publishes": requests_per_batch(figures, batch) / batch * prices.SNS_PUBLISH,
        "event deliveries": addresses * prices.SNS_MAIL,
        "notifier requests": prices.LAMBDA_REQUEST / batch,
        "notifier duration": math.ceil(seconds * 1000) / 1000 * price / batch,
        "notifier logs": bytes_per_batch * prices.LOG_BYTE / batch,
        "notifier metrics": metrics * prices.metric_per_order(orders_per_day),
    }


def _log_batch(log: Log, events: int) -> None:
    tellings = [Telling(_record(number)) for number in range(events)]
    for telling in tellings:
        telling.state = State.TOLD
    EventReport(log).log_batch(tellings)


def _record(number: int) -> Mapping[str, Mapping[str, object]]:
    return {"dynamodb": {"Keys": {PARTITION_KEY: {"S": f"O{2001 + number}"}}, "SequenceNumber": str(number)}}
