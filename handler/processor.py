"""A batch of messages: each is stored or reported as failed, on its own."""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from logging import Logger
from typing import Any, TypedDict

from handler.batch import store_all
from handler.log import Metric, Metrics
from handler.order import InvalidOrder, Order, parse_order
from handler.outcome import WRITTEN, Outcome, invalid, transient
from handler.store import OrderStore

RESERVE_SECONDS = 0.3
"""What is left of the function's time to log and to answer, when it stops waiting for the store."""

Record = Mapping[str, Any]


class BatchItemFailure(TypedDict):
    itemIdentifier: str


class BatchResponse(TypedDict):
    """What the event source mapping reads: the ids of the messages that go back to the queue."""

    batchItemFailures: list[BatchItemFailure]


class Processor:
    """Stores the orders of a batch. One order's failure touches no other.

    `retry_at_once` is given the messages that can never succeed and are to be received again all the same, until SQS
    sets them aside.
    """

    def __init__(
        self,
        store: OrderStore,
        logger: Logger,
        metrics: Metrics,
        *,
        max_receive_count: int,
        retry_at_once: Callable[[Sequence[Record]], None],
    ) -> None:
        self._store = store
        self._logger = logger
        self._metrics = metrics
        self._max_receive_count = max_receive_count
        self._retry_at_once = retry_at_once

    def process(self, records: Sequence[Record], seconds_left: float) -> BatchResponse:
        """Process the records of an SQS event, and say which of its messages failed."""
        deadline = time.monotonic() + seconds_left - RESERVE_SECONDS
        orders, outcomes, order_ids = _parsed(records)
        outcomes |= self._stored(orders, deadline)
        self._measure(orders, outcomes)
        for record in records:
            self._log(record, order_ids.get(record["messageId"]), outcomes[record["messageId"]])
        failed = [record for record in records if not outcomes[record["messageId"]].succeeded]
        self._retry_at_once([record for record in failed if self._is_hopeless(record, outcomes[record["messageId"]])])
        ids = dict.fromkeys(record["messageId"] for record in failed)
        return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in ids]}

    def _stored(self, orders: Mapping[str, Order], deadline: float) -> Mapping[str, Outcome]:
        try:
            return store_all(orders.items(), partial(self._store.put, deadline=deadline))
        except Exception as bug:  # It must not look like a batch that nobody touched: what is invalid is known by now.
            self._logger.exception("batch failed")
            return dict.fromkeys(orders, transient(bug, type(bug).__name__))

    def _is_hopeless(self, record: Record, outcome: Outcome) -> bool:
        return outcome.can_never_succeed and _attempt(record) < self._max_receive_count

    def _log(self, record: Record, order_id: str | None, outcome: Outcome) -> None:
        """One record a message; that of a failure is what explains a dead letter later."""
        about = {"messageId": record["messageId"], "orderId": order_id, "attempt": _attempt(record)}
        if outcome.succeeded:
            self._logger.info("order %s", outcome.kind, extra=about)
        else:
            why = {"errorClass": outcome.kind, "reason": outcome.reason, "signature": outcome.signature}
            self._logger.error("order failed", extra={**about, "maxAttempts": self._max_receive_count, **why})

    def _measure(self, orders: Mapping[str, Order], outcomes: Mapping[str, Outcome]) -> None:
        kinds = Counter(outcome.kind for outcome in outcomes.values())
        written = [order for message_id, order in orders.items() if outcomes[message_id].kind in WRITTEN]
        self._metrics.write(
            [
                Metric("BatchSize", "Count", [len(outcomes)]),
                *(Metric(f"Orders{kind.capitalize()}", "Count", [count]) for kind, count in kinds.items()),
                *([Metric("OrderAge", "Seconds", [_age_seconds(order) for order in written])] if written else []),
            ]
        )


def _parsed(records: Iterable[Record]) -> tuple[dict[str, Order], dict[str, Outcome], dict[str, str | None]]:
    """By message id: the orders, what is the matter with the messages that are none, and the order ids of all."""
    orders: dict[str, Order] = {}
    outcomes: dict[str, Outcome] = {}
    order_ids: dict[str, str | None] = {}
    for record in records:
        message_id = record["messageId"]
        try:
            orders[message_id] = parse_order(record["body"])
            order_ids[message_id] = orders[message_id].order_id
        except InvalidOrder as flaw:
            outcomes[message_id] = invalid(flaw.reason, flaw.signature)
            order_ids[message_id] = flaw.order_id
    return orders, outcomes, order_ids


def _attempt(record: Record) -> int:
    return int(record["attributes"]["ApproximateReceiveCount"])


def _age_seconds(order: Order) -> float:
    """How long ago the order's version was made; never less than nothing, whatever the publisher's clock says."""
    made = datetime.fromisoformat(order.instant).replace(tzinfo=UTC)
    return max(0.0, (datetime.now(UTC) - made).total_seconds())
