"""A batch of messages: each is stored or reported as failed, on its own."""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any, TypedDict

from handler.batch import store_all
from handler.chunks import chunked
from handler.contract import BATCH_SIZE, ORDER_AGE, OutcomeMetric
from handler.log import MAX_VALUES, Log, Metric
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
    sets them aside; and the deadline.
    """

    def __init__(
        self,
        store: OrderStore,
        log: Log,
        *,
        max_receive_count: int,
        retry_at_once: Callable[[Sequence[Record], float], None],
    ) -> None:
        self._store = store
        self._log = log
        self._max_receive_count = max_receive_count
        self._retry_at_once = retry_at_once

    def process(self, records: Sequence[Record], seconds_left: float) -> BatchResponse:
        """Process the records of an SQS event, and say which of its messages failed."""
        deadline = time.monotonic() + seconds_left - RESERVE_SECONDS
        orders, outcomes, order_ids = _parsed(records)
        outcomes |= self._stored(orders, deadline)
        self._tell_all(orders, outcomes)
        failed = [record for record in records if not outcomes[record["messageId"]].succeeded]
        for record in failed:
            self._tell_failed(record, order_ids.get(record["messageId"]), outcomes[record["messageId"]])
        hopeless = [record for record in failed if self._is_hopeless(record, outcomes[record["messageId"]])]
        self._retry_at_once(hopeless, deadline)
        ids = dict.fromkeys(record["messageId"] for record in failed)
        return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in ids]}

    def _stored(self, orders: Mapping[str, Order], deadline: float) -> Mapping[str, Outcome]:
        try:
            return store_all(orders.items(), partial(self._store.put, deadline=deadline))
        except Exception as bug:  # noqa: BLE001 - what is invalid is known by now, and has to be told all the same
            self._log.bug("batch failed")
            return dict.fromkeys(orders, transient(bug, type(bug).__name__))

    def _is_hopeless(self, record: Record, outcome: Outcome) -> bool:
        return outcome.can_never_succeed and _attempt(record) < self._max_receive_count

    def _tell_failed(self, record: Record, order_id: str | None, outcome: Outcome) -> None:
        """One record a failed attempt: what explains a dead letter later."""
        self._log.error(
            "order failed",
            messageId=record["messageId"],
            orderId=order_id,
            attempt=_attempt(record),
            maxAttempts=self._max_receive_count,
            errorClass=outcome.kind,
            reason=outcome.reason,
            signature=outcome.signature,
        )

    def _tell_all(self, orders: Mapping[str, Order], outcomes: Mapping[str, Outcome]) -> None:
        """One record for the batch, or for as many messages of it as one can hold: logs cost as much as the writes."""
        now = datetime.now(UTC).replace(tzinfo=None)
        for position, part in enumerate(chunked(list(outcomes.items()), MAX_VALUES)):
            succeeded: dict[str, list[str]] = {}
            ages = []
            for message_id, outcome in part:
                if outcome.succeeded:
                    succeeded.setdefault(outcome.kind, []).append(orders[message_id].order_id)
                if outcome.kind in WRITTEN:
                    ages.append(_age_seconds(orders[message_id], now))
            kinds = Counter(outcome.kind for _, outcome in part)
            metrics = [Metric(OutcomeMetric[kind.name], "Count", [count]) for kind, count in kinds.items()]
            metrics += [Metric(ORDER_AGE, "Seconds", ages)] if ages else []
            metrics += [Metric(BATCH_SIZE, "Count", [len(outcomes)])] if position == 0 else []
            self._log.info("batch processed", metrics, **succeeded)


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


def _age_seconds(order: Order, now: datetime) -> float:
    """How long before now, in UTC, the order's version was made; never less than nothing, whatever clock it had."""
    return max(0.0, round((now - datetime.fromisoformat(order.instant)).total_seconds(), 3))
