"""Telling the changes in a batch of stream records: each at least once, those of one order in their sequence."""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from handler.errors import InvalidOrder
from handler.log import Log
from handler.notifier.change import read_change
from handler.notifier.event import event_of
from handler.notifier.failure import Failure
from handler.notifier.given_up import GivenUpQueue
from handler.notifier.memory import LONE_FAILURE_SECONDS, Memory
from handler.notifier.report import EventReport
from handler.notifier.telling import State, Telling
from handler.notifier.topic import EventTopic
from handler.notifier.tries import LoneTries
from handler.response import BatchResponse, failed_response

RESERVE_SECONDS = 1.0
"""Seconds before the function's timeout at which the notifier stops waiting for SNS and SQS.

The log records, the response, and Lambda's work to send both must fit into them: if the function times out, Lambda
discards its response, and all records of the batch come again.
"""
GIVE_UP_SECONDS = 5.0
"""Seconds before that in which the notifier no longer waits for SNS, so that it can give up events if SNS hangs.

The two tries of a request to SNS take four fifths of the function's timeout (Variable.REQUEST_TIMEOUT_SECONDS), which
is all the time before.
"""
_STOPS = Failure(
    "the function stopped without an answer each time that it told this event", "Stopped", is_permanent=True
)


class Notifier:
    """Tells changes of orders to the topic.

    An event that cannot be told is delayed, and the later events of its order wait for it. It is given up if SNS can
    never accept it, once its change is older than `retry_seconds`, if its order fails alone (LONE_FAILURE_SECONDS), or
    if the record stops the function each time, even when it is alone in its batch. Then the queue of events that were
    given up has it, and the later events of its order are told. If that queue refuses it too, it stays delayed.

    Other orders in the batch do not wait for a delayed event. Those behind the batch do, because Lambda sends the
    delayed record and all later ones of the batch again before it reads on. An order that is alone in its batch, or
    that fails together with others, does not count as failing alone. Then the shard waits for up to `retry_seconds`.
    """

    def __init__(
        self,
        topic: EventTopic,
        given_up: GivenUpQueue,
        log: Log,
        tries: LoneTries,
        *,
        retry_seconds: float,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._topic = topic
        self._given_up = given_up
        self._memory = Memory(now)
        self._tries = tries
        self._log = log
        self._report = EventReport(log)
        self._retry_seconds = retry_seconds
        self._now = now

    def tell(self, records: Sequence[Mapping[str, Any]], seconds_left: float) -> BatchResponse:
        """Tell the changes in the records of a stream event. Returns the sequence numbers of those that are delayed."""
        deadline = time.monotonic() + seconds_left - RESERVE_SECONDS
        tellings = self._memory.unsettled([Telling(record) for record in records])
        lone = tellings[0] if len(tellings) == 1 else None
        stops = lone is not None and self._tries.begin(lone.record) >= LONE_FAILURE_SECONDS
        for telling in tellings:
            if stops:
                telling.failure = _STOPS
            else:
                _read(telling)
        lanes = _by_order(tellings)
        while lanes:
            heads = [lane.pop(0) for lane in lanes]
            self._tell_each(heads, deadline)
            lanes = [lane for lane, head in zip(lanes, heads, strict=True) if lane and head.state != State.DELAYED]
        self._memory.keep(tellings)
        if lone and not (stops and lone.state == State.DELAYED):
            self._tries.end(lone.record)
        try:
            self._report.log_batch(tellings)
        except Exception:  # noqa: BLE001 - the response decides about the records, and is due in any case
            self._log.bug("the batch could not be logged")
        return failed_response(telling.sequence_number for telling in tellings if telling.state == State.DELAYED)

    def _tell_each(self, tellings: Sequence[Telling], deadline: float) -> None:
        """Publish the events, each of another order, and give up those that must not be tried again."""
        events = {telling: telling.event for telling in tellings if telling.event}
        failures = self._topic.publish(list(events.values()), deadline - GIVE_UP_SECONDS)
        for telling, failure in zip(events, failures, strict=True):
            telling.failure = failure
            if failure is None:
                telling.state = State.TOLD
        hopeless = [telling for telling in tellings if telling.failure and self._is_hopeless(telling, telling.failure)]
        for telling in self._given_up.keep(hopeless, deadline):
            telling.state = State.GIVEN_UP

    def _is_hopeless(self, telling: Telling, failure: Failure) -> bool:
        is_old = self._now() - telling.changed_at >= self._retry_seconds
        return failure.is_permanent or is_old or self._memory.fails_alone(telling)


def _read(telling: Telling) -> None:
    """Read a record. A record that cannot be read is a permanent failure, so that it does not delay others."""
    try:
        change = read_change(telling.record)
        if change is None:
            telling.state = State.NOTHING_TO_TELL
        else:
            telling.event = event_of(change)
    except InvalidOrder as invalid:
        reason = f"the item is not a valid order: {invalid.reason}"
        telling.failure = Failure(reason, invalid.signature, is_permanent=True)
    except Exception as bug:  # noqa: BLE001 - it must not affect other orders
        telling.failure = Failure.of_bug(bug, is_permanent=True)


def _by_order(tellings: Iterable[Telling]) -> list[list[Telling]]:
    """Group what there is to tell by order, in the sequence of the stream."""
    lanes: dict[str, list[Telling]] = {}
    for telling in tellings:
        if telling.state != State.NOTHING_TO_TELL:
            lanes.setdefault(telling.order_id, []).append(telling)
    return list(lanes.values())
