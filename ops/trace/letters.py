"""The messages about an order in a queue that nobody reads but people: dead letters and the like."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from handler.order import InvalidOrder, parse_order
from ops.dead_letters.interruptions import why_unlogged
from ops.dead_letters.letter import Letter
from ops.dead_letters.look import Look
from ops.dead_letters.timing import Timing
from ops.events.given_up import read_given_up
from ops.queues import name_of_queue
from ops.system import System
from ops.text import counted, is_typed_as
from ops.trace.step import Gap, Step, What
from ops.trace.versions import published


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The messages about an order in a queue."""

    queue: str
    letters: Sequence[Letter]
    retention: timedelta | None
    """How long SQS keeps a message. None if there is none about the order."""
    unnamed: int
    """The number of messages that name no order."""
    others: int
    """The approximate number of messages that could not be received."""

    def gaps(self) -> Iterator[Gap]:
        if self.unnamed:
            problem = f"{counted(self.unnamed, 'message')} without an order ID: perhaps about this order"
            yield Gap(source=self.queue, problem=problem)
        if self.others:
            problem = f"there may be about {self.others:,} more messages: somebody else holds them, or SQS counts late"
            yield Gap(source=self.queue, problem=problem)


def look_for(system: System, queue_url: str, typed: str, timing: Timing) -> Found:
    """Read the messages about an order. All messages of the queue are hidden from others only until this returns."""
    with Look(system.clients.sqs, queue_url, timing=timing) as look:
        about = [lease for lease in look.leases if any(is_typed_as(one, typed) for one in lease.every_order_id)]
        return Found(
            queue=name_of_queue(queue_url),
            letters=[look.letter(lease) for lease in about],
            retention=look.retention() if about else None,
            unnamed=sum(not lease.every_order_id for lease in look.leases),
            others=look.count_others(),
        )


def dead_letter_steps(found: Found) -> Iterator[Step]:
    """When each letter was queued and received, and that it is dead now."""
    for letter in found.letters:
        yield from _version(letter, found.queue)
        former = letter.logged_as[1:]
        text = f"as a copy of {', '.join(former)}" if former else ""
        yield _step(letter, found, letter.first_seen, What.QUEUED, text)
        if (received := _first_receive(letter)) is not None:
            yield _step(letter, found, received, What.RECEIVED, "for the first time")
        yield _step(letter, found, None, What.DEAD, _left(letter, found))


def undelivered_steps(found: Found) -> Iterator[Step]:
    for letter in found.letters:
        yield from _version(letter, found.queue)
        text = f"SNS could not deliver it to OrderQueue; {_left(letter, found)}"
        yield _step(letter, found, letter.first_seen, What.UNDELIVERED, text)


def given_up_steps(found: Found) -> Iterator[Step]:
    for letter in found.letters:
        text = f"{read_given_up(letter.body).reason}; {_left(letter, found)}"
        yield _step(letter, found, letter.first_seen, What.GIVEN_UP, text)


def unlogged_steps(system: System, found: Found, logged: set[str]) -> Iterator[Step]:
    """The likely reason why the log has no failed attempt of a letter."""
    for letter in found.letters:
        if logged.isdisjoint(letter.logged_as):
            yield _step(letter, found, None, What.FAILED, why_unlogged(system, letter))


def _step(letter: Letter, found: Found, at: datetime | None, what: str, text: str) -> Step:
    return Step(at=at, what=what, text=text, source=found.queue, message_id=letter.message_id)


def _version(letter: Letter, queue: str) -> Iterator[Step]:
    try:
        order = parse_order(letter.body)
    except InvalidOrder:
        return
    yield from published(order.instant, queue)


def _first_receive(letter: Letter) -> datetime | None:
    """When the processor received the message, if SQS moved it to OrderDLQ. It counts the receives of people, too."""
    received = letter.system.get("ApproximateFirstReceiveTimestamp", "")
    if not received.isdecimal() or "DeadLetterQueueSourceArn" not in letter.system:
        return None
    return datetime.fromtimestamp(int(received) / 1000, UTC)


def _left(letter: Letter, found: Found) -> str:
    """When SQS deletes a message."""
    assert found.retention is not None, "a queue with a message has a retention period"
    return f"SQS deletes it at {letter.first_seen + found.retention:%Y-%m-%d %H:%M:%SZ}"
