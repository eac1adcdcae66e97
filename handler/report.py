"""Logging what became of the messages of a batch."""

import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from handler.chunks import chunked
from handler.contract import BATCH_PROCESSED, ORDER_AGE, OutcomeMetric, RecordField
from handler.errors import InvalidOrder
from handler.log import MAX_VALUES, Log, Measurement
from handler.message import Message
from handler.order import Order
from handler.outcome import WRITTEN, Kind, Outcome

MAX_ID_CHARACTERS = 20_000
"""The maximum number of characters of order IDs in a record: JSON writes a character with up to 12 bytes."""
MAX_MESSAGE_IDS = 5000
"""The maximum number of message IDs in a record, each with 40 bytes."""


class Attempt(NamedTuple):
    """One attempt to process a message: its order, or the reason why it contains none, and the outcome.

    `content` is None if an exception that nobody expected prevented the reading of the message.
    """

    message: Message
    content: Order | InvalidOrder | None
    outcome: Outcome

    @property
    def order_id(self) -> str | None:
        return self.content.order_id if self.content else None


class Report:
    """Writes the records of a batch, so that the log explains each dead letter and contains the id of each order."""

    def __init__(self, log: Log, max_receive_count: int) -> None:
        self._log = log
        self._max_receive_count = max_receive_count

    def log_batch(self, attempts: Sequence[Attempt]) -> None:
        """Write one record for each MAX_VALUES messages, not for each message: logs cost as much as the writes."""
        now = datetime.now(UTC).replace(tzinfo=None)
        for part in _parts(attempts):
            self._log.info(BATCH_PROCESSED, _succeeded(part), [*_counts(part), *_ages(part, now)])

    def log_failures(self, failed: Sequence[Attempt], until: float) -> None:
        """Write one record for each failed attempt. It explains the dead letter later.

        At `until`, a time of `time.monotonic`, the remaining failures share records.
        """
        for position, attempt in enumerate(failed):
            if time.monotonic() >= until:
                self._log_together(failed[position:])
                return
            message, outcome = attempt.message, attempt.outcome
            fields: dict[str, object] = {
                RecordField.MESSAGE_ID: message.message_id,
                RecordField.ORDER_ID: attempt.order_id,
                RecordField.ATTEMPT: message.receive_count,
                RecordField.MAX_ATTEMPTS: self._max_receive_count,
                RecordField.ERROR_CLASS: outcome.kind,
                RecordField.REASON: outcome.reason,
                RecordField.SIGNATURE: outcome.signature,
            }
            if outcome.exception:
                fields[RecordField.EXCEPTION] = outcome.exception
            self._log.error("order failed", fields)

    def _log_together(self, failed: Sequence[Attempt]) -> None:
        """Write records that failures with the same signature share. They contain no order IDs and no full reasons."""
        groups: dict[tuple[Kind, str, int], list[str]] = {}
        for message, _, outcome in failed:
            group = outcome.kind, outcome.signature, message.receive_count
            groups.setdefault(group, []).append(message.message_id)
        for (kind, signature, attempt), ids in groups.items():
            for part in chunked(ids, MAX_MESSAGE_IDS):
                fields = {
                    RecordField.MESSAGE_IDS: part,
                    RecordField.ATTEMPT: attempt,
                    RecordField.MAX_ATTEMPTS: self._max_receive_count,
                    RecordField.ERROR_CLASS: kind,
                    RecordField.REASON: signature,
                    RecordField.SIGNATURE: signature,
                    RecordField.OMITTED: {RecordField.ORDER_ID: len(part), RecordField.REASON: len(part)},
                }
                self._log.error("orders failed, and no time was left for a record of each", fields)


def _parts(attempts: Sequence[Attempt]) -> Iterator[Sequence[Attempt]]:
    """Split a batch so that a record can contain the order IDs and the values of each part."""
    for part in chunked(attempts, MAX_VALUES):
        yield from _halved(part)


def _halved(part: Sequence[Attempt]) -> Iterator[Sequence[Attempt]]:
    characters = sum(len(order.order_id) for _, order, _ in part if isinstance(order, Order))
    if characters <= MAX_ID_CHARACTERS or len(part) == 1:
        yield part
        return
    half = len(part) // 2
    yield from _halved(part[:half])
    yield from _halved(part[half:])


def _counts(part: Sequence[Attempt]) -> list[Measurement]:
    """The number of messages with each outcome."""
    counts: dict[Kind, int] = {}
    for _, _, outcome in part:
        counts[outcome.kind] = counts.get(outcome.kind, 0) + 1
    return [Measurement(OutcomeMetric[kind.name], "Count", [count]) for kind, count in counts.items()]


def _ages(part: Sequence[Attempt], now: datetime) -> list[Measurement]:
    """The ages of the orders that were written, as one measurement or none."""
    ages = [
        _age_seconds(order, now) for _, order, outcome in part if outcome.kind in WRITTEN and isinstance(order, Order)
    ]
    return [Measurement(ORDER_AGE, "Seconds", ages)] if ages else []


def _succeeded(part: Sequence[Attempt]) -> dict[str, list[str]]:
    """The IDs of the orders that succeeded, by outcome."""
    succeeded: dict[str, list[str]] = {}
    for _, order, outcome in part:
        if outcome.succeeded and isinstance(order, Order):
            succeeded.setdefault(outcome.kind, []).append(order.order_id)
    return succeeded


def _age_seconds(order: Order, now: datetime) -> float:
    """Return the seconds from an order's timestamp to `now`, a time in UTC; 0 if the timestamp is in the future."""
    return max(0.0, round((now - datetime.fromisoformat(order.instant)).total_seconds(), 3))
