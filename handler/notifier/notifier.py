"""Telling the changes in a batch of stream records: each at least once, those of one order in their sequence."""

import time
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from handler.errors import InvalidOrder
from handler.log import Log
from handler.notifier.change import read_change
from handler.notifier.event import event_of
from handler.notifier.failure import Failure
from handler.notifier.given_up import GivenUpQueue
from handler.notifier.report import EventReport
from handler.notifier.telling import State, Telling
from handler.notifier.topic import EventTopic
from handler.response import BatchResponse, failed_response

RESERVE_SECONDS = 1.0
"""Seconds before the function's timeout at which the notifier stops waiting for SNS and SQS.

The log records, the response, and Lambda's work to send both must fit into them: if the function times out, Lambda
discards its response, and all records of the batch come again.
"""


class Notifier:
    """Tells changes of orders to the topic.

    An event that cannot be told is delayed: it comes again, with all later records of its shard. It is given up if SNS
    can never accept it, or once its change is older than `retry_seconds`. Then the queue of events that were given up
    has it, and the later events of its order are told.
    """

    def __init__(self, topic: EventTopic, given_up: GivenUpQueue, log: Log, *, retry_seconds: float) -> None:
        self._topic = topic
        self._given_up = given_up
        self._log = log
        self._report = EventReport(log)
        self._retry_seconds = retry_seconds

    def tell(self, records: Sequence[Mapping[str, Any]], seconds_left: float) -> BatchResponse:
        """Tell the changes in the records of a stream event. Returns the sequence numbers of those that are delayed."""
        deadline = time.monotonic() + seconds_left - RESERVE_SECONDS
        tellings = [_read(record) for record in records]
        lanes = _by_order(tellings)
        while lanes:
            heads = [lane.pop(0) for lane in lanes]
            self._tell_each(heads, deadline)
            lanes = [lane for lane, head in zip(lanes, heads, strict=True) if lane and head.state != State.DELAYED]
        try:
            self._report.log_batch(tellings)
        except Exception:  # noqa: BLE001 - the response decides about the records, and is due in any case
            self._log.bug("the batch could not be logged")
        return failed_response(telling.sequence_number for telling in tellings if telling.state == State.DELAYED)

    def _tell_each(self, tellings: Sequence[Telling], deadline: float) -> None:
        """Publish the events, each of another order, and give up those that must not be tried again."""
        events = {telling: telling.event for telling in tellings if telling.event}
        for telling, failure in zip(events, self._topic.publish(list(events.values()), deadline), strict=True):
            telling.failure = failure
            if failure is None:
                telling.state = State.TOLD
        hopeless = [telling for telling in tellings if telling.failure and self._is_hopeless(telling, telling.failure)]
        for telling in self._given_up.keep(hopeless, deadline):
            telling.state = State.GIVEN_UP

    def _is_hopeless(self, telling: Telling, failure: Failure) -> bool:
        return failure.is_permanent or time.time() - telling.changed_at >= self._retry_seconds


def _read(record: Mapping[str, Any]) -> Telling:
    """Read a record. A record that cannot be read is a permanent failure, so that it does not delay others."""
    telling = Telling(record)
    try:
        change = read_change(record)
        if change is None:
            telling.state = State.NOTHING_TO_TELL
        else:
            telling.event = event_of(change)
    except InvalidOrder as invalid:
        telling.failure = Failure(
            f"the item is not a valid order: {invalid.reason}", invalid.signature, is_permanent=True
        )
    except Exception as bug:  # noqa: BLE001 - it must not affect other orders
        telling.failure = Failure.of_bug(bug, is_permanent=True)
    return telling


def _by_order(tellings: Iterable[Telling]) -> list[list[Telling]]:
    """Group what there is to tell by order, in the sequence of the stream."""
    lanes: dict[str, list[Telling]] = {}
    for telling in tellings:
        if telling.state != State.NOTHING_TO_TELL:
            lanes.setdefault(telling.order_id, []).append(telling)
    return list(lanes.values())
