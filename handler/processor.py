"""Processing a batch of messages: each message is stored or reported as failed, independently of the others."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from handler.batch import store_all
from handler.log import Log
from handler.message import Message
from handler.order import InvalidOrder, Order, parse_order
from handler.outcome import Outcome, invalid, unexpected
from handler.report import Attempt, Report
from handler.response import BatchResponse, failed_response
from handler.store import OrderStore

RESERVE_SECONDS = 0.3
"""Seconds before the function's timeout at which the processor stops waiting for DynamoDB and SQS.

The log records, the response, and Lambda's work to send both must fit into them: if the function times out, Lambda
discards its response, and all messages of the batch count as failed.
"""
RESERVE_SECONDS_PER_MESSAGE = 0.0002
"""Seconds that each message of the batch adds to the reserve, up to half of the time.

One log record for a failed message takes 6 to 10 microseconds of a full core, which is up to 140 with 128 MB of memory.
"""
RESPONSE_SECONDS = 0.15
"""Seconds before the function's timeout at which the processor stops writing a record for each failed message."""


class Processor:
    """Processes batches of messages.

    `retry_at_once` receives the permanent failures and the deadline. It makes the messages visible again at once, so
    that SQS moves them to the dead-letter queue sooner. It is best effort.
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
        self._report = Report(log, max_receive_count)
        self._retry_at_once = retry_at_once

    def process(self, records: Sequence[Mapping[str, Any]], seconds_left: float) -> BatchResponse:
        """Process the records of an SQS event. Returns the ids of the messages that failed."""
        end = time.monotonic() + seconds_left
        deadline = end - _reserve_seconds(len(records), seconds_left)
        attempts = self._attempts([Message.from_record(record) for record in records], deadline)
        failed = [attempt for attempt in attempts if not attempt.outcome.succeeded]
        # SQS moves a message at the receive after its last attempt. So messages are made visible after their last
        # attempt, too.
        permanent = [attempt.message for attempt in failed if attempt.outcome.is_permanent_failure]
        self._best_effort(partial(self._report.log_batch, attempts), "the batch could not be logged")
        self._best_effort(
            partial(self._report.log_failures, failed, end - RESPONSE_SECONDS), "the failures could not be logged"
        )
        self._best_effort(
            partial(self._retry_at_once, permanent, deadline), "messages could not be made visible at once"
        )
        return failed_response(dict.fromkeys(attempt.message.message_id for attempt in failed))

    def _attempts(self, messages: Sequence[Message], deadline: float) -> list[Attempt]:
        contents = [_parse(message.body) for message in messages]
        stored = iter(self._store_orders([order for order in contents if isinstance(order, Order)], deadline))
        return [_attempt(message, content, stored) for message, content in zip(messages, contents, strict=True)]

    def _store_orders(self, orders: Sequence[Order], deadline: float) -> Sequence[Outcome]:
        """Store orders. After an exception, each of them is stored alone, so that it fails only the order with it."""
        try:
            return store_all(orders, partial(self._store.put, deadline=deadline))
        except Exception as bug:  # noqa: BLE001 - it must not affect the other orders of the batch
            if len(orders) == 1:
                return [unexpected(bug)]
            self._log.bug("orders could not be stored together")
            return [outcome for order in orders for outcome in self._store_orders([order], deadline)]

    def _best_effort(self, step: Callable[[], None], failure: str) -> None:
        """Do something that must not change the response."""
        try:
            step()
        except Exception:  # noqa: BLE001 - the response decides about the messages, and is due in any case
            self._log.bug(failure)


def _reserve_seconds(messages: int, seconds_left: float) -> float:
    scaled = RESERVE_SECONDS + RESERVE_SECONDS_PER_MESSAGE * messages
    return min(scaled, max(RESERVE_SECONDS, seconds_left / 2))


def _parse(body: str) -> Order | InvalidOrder | Outcome:
    """Read an order. Returns why that is impossible: a flaw, or the outcome of an exception that nobody expected."""
    try:
        return parse_order(body)
    except InvalidOrder as flaws:
        return flaws
    except Exception as bug:  # noqa: BLE001 - it must not affect the other messages of the batch
        return unexpected(bug)


def _attempt(message: Message, content: Order | InvalidOrder | Outcome, stored: Iterator[Outcome]) -> Attempt:
    match content:
        case Order():
            return Attempt(message, content, next(stored))
        case InvalidOrder():
            return Attempt(message, content, invalid(content.reason, content.signature))
        case _:
            return Attempt(message, None, content)
