"""Processing a batch of messages: each message is stored or reported as failed, independently of the others."""

import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any, NamedTuple, TypedDict

from handler.batch import store_all
from handler.chunks import chunked
from handler.contract import BATCH_SIZE, ORDER_AGE, OutcomeMetric
from handler.log import MAX_VALUES, Log, Measurement
from handler.message import Message
from handler.order import InvalidOrder, Order, parse_order
from handler.outcome import WRITTEN, Kind, Outcome, invalid, transient
from handler.store import OrderStore

RESERVE_SECONDS = 0.3
"""Seconds before the function's timeout at which the processor stops waiting for DynamoDB and SQS.

One log record for each failed message, the response, and Lambda's work to send both must fit into them. The handler's
part takes 1 ms of a full core for 100 failed messages, which is about 15 ms with 128 MB of memory. The rest is margin:
if the function times out, Lambda discards its response, and all messages of the batch count as failed.
"""


class BatchItemFailure(TypedDict):
    itemIdentifier: str


class BatchResponse(TypedDict):
    """The response to the event source mapping: the ids of the failed messages, which return to the queue."""

    batchItemFailures: list[BatchItemFailure]


class Attempt(NamedTuple):
    """One attempt to process a message: its order, or the reason why it contains none, and the outcome."""

    message: Message
    content: Order | InvalidOrder
    outcome: Outcome


class Processor:
    """Stores the orders of a batch. The failure of one order does not affect the others.

    `retry_at_once` gets the messages that failed permanently and that SQS will deliver again, and the deadline.
    """

    def __init__(
        self,
        store: OrderStore,
        log: Log,
        *,
        max_receive_count: int,
        retry_at_once: Callable[[Sequence[Message], float], None],
    ) -> None:
        self._store = store
        self._log = log
        self._max_receive_count = max_receive_count
        self._retry_at_once = retry_at_once

    def process(self, records: Sequence[Mapping[str, Any]], seconds_left: float) -> BatchResponse:
        """Process the records of an SQS event. Returns the ids of the messages that failed."""
        deadline = time.monotonic() + seconds_left - RESERVE_SECONDS
        attempts = self._attempts([Message.from_record(record) for record in records], deadline)
        self._log_batch(attempts)
        failed = [attempt for attempt in attempts if not attempt.outcome.succeeded]
        for attempt in failed:
            self._log_failure(attempt)
        self._retry_at_once([attempt.message for attempt in failed if self._is_retried(attempt)], deadline)
        ids = dict.fromkeys(attempt.message.message_id for attempt in failed)
        return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in ids]}

    def _attempts(self, messages: Sequence[Message], deadline: float) -> list[Attempt]:
        contents = [_parse(message.body) for message in messages]
        stored = iter(self._store_orders([order for order in contents if isinstance(order, Order)], deadline))
        return [
            Attempt(message, content, next(stored) if isinstance(content, Order) else _rejected(content))
            for message, content in zip(messages, contents, strict=True)
        ]

    def _store_orders(self, orders: Sequence[Order], deadline: float) -> Sequence[Outcome]:
        try:
            return store_all(orders, partial(self._store.put, deadline=deadline))
        except Exception as bug:  # noqa: BLE001 - the invalid messages of the batch must be reported in any case
            self._log.bug("batch failed")
            return [transient(bug, type(bug).__name__)] * len(orders)

    def _is_retried(self, attempt: Attempt) -> bool:
        """Whether SQS will deliver the message again although it failed permanently."""
        return attempt.outcome.is_permanent_failure and attempt.message.receive_count < self._max_receive_count

    def _log_failure(self, attempt: Attempt) -> None:
        """Write one record for each failed attempt. It explains the dead letter later."""
        self._log.error(
            "order failed",
            messageId=attempt.message.message_id,
            orderId=attempt.content.order_id,
            attempt=attempt.message.receive_count,
            maxAttempts=self._max_receive_count,
            errorClass=attempt.outcome.kind,
            reason=attempt.outcome.reason,
            signature=attempt.outcome.signature,
        )

    def _log_batch(self, attempts: Sequence[Attempt]) -> None:
        """Write one record for each MAX_VALUES messages, not for each message: logs cost as much as the writes."""
        now = datetime.now(UTC).replace(tzinfo=None)
        for position, part in enumerate(chunked(attempts, MAX_VALUES)):
            counts: dict[Kind, int] = {}
            succeeded: dict[str, list[str]] = {}
            ages = []
            for _, order, outcome in part:
                counts[outcome.kind] = counts.get(outcome.kind, 0) + 1
                if isinstance(order, Order) and outcome.succeeded:
                    succeeded.setdefault(outcome.kind, []).append(order.order_id)
                    if outcome.kind in WRITTEN:
                        ages.append(_age_seconds(order, now))
            measurements = [Measurement(OutcomeMetric[kind.name], "Count", [count]) for kind, count in counts.items()]
            measurements += [Measurement(ORDER_AGE, "Seconds", ages)] if ages else []
            measurements += [Measurement(BATCH_SIZE, "Count", [len(attempts)])] if position == 0 else []
            self._log.info("batch processed", measurements, **succeeded)


def _parse(body: str) -> Order | InvalidOrder:
    try:
        return parse_order(body)
    except InvalidOrder as flaw:
        return flaw


def _rejected(flaw: InvalidOrder) -> Outcome:
    return invalid(flaw.reason, flaw.signature)


def _age_seconds(order: Order, now: datetime) -> float:
    """Return the seconds from an order's timestamp to `now`, a time in UTC; 0 if the timestamp is in the future."""
    return max(0.0, round((now - datetime.fromisoformat(order.instant)).total_seconds(), 3))
