"""How long waiting orders are safe, and how long the queue takes to empty."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from ops.capacity.deployed import deployed
from ops.capacity.measured import measured
from ops.capacity.profile import Profile
from ops.capacity.simulation import simulate
from ops.errors import NothingDone
from ops.queues import count_messages, name_of_queue, read_oldest_seconds
from ops.system import System

RECENT = timedelta(minutes=10)
"""The time whose orders tell how many will arrive."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """What waits in OrderQueue, and what becomes of it."""

    waiting: int
    """The messages in the queue, those in flight included."""
    first_expiry_seconds: float | None
    """The time until SQS deletes the first order if nobody processes it. None if CloudWatch reports no age yet."""
    arriving: float
    """The orders a second that were published lately."""
    drain_seconds: int | None
    """The time that the queue takes to empty if it is processed from now on. None if it takes more than a day."""
    dead: int
    """The orders that come to OrderDLQ until then, because something that is too slow uses up their receives."""


def read_outlook(system: System) -> Outlook:
    """Read the queue and the metrics, and simulate the processing of what waits."""
    inputs, url = deployed(system), system.outputs.queue_url
    waiting = count_messages(system.clients.sqs, url).total
    oldest = read_oldest_seconds(system.clients, name_of_queue(url))
    arriving = _arriving(system)
    run = simulate(inputs, Profile(rates=[], after=arriving, waiting=waiting))
    return Outlook(
        waiting=waiting,
        first_expiry_seconds=first_expiry(inputs.message_retention_seconds, oldest, waiting),
        arriving=arriving,
        drain_seconds=run.drained_after,
        dead=round(run.dead),
    )


def first_expiry(retention_seconds: float, oldest_seconds: float | None, waiting: int) -> float | None:
    """Return the time until the first order expires. In an empty queue, that is the next order, which is new."""
    if not waiting:
        return retention_seconds
    return None if oldest_seconds is None else max(0, retention_seconds - oldest_seconds)


def _arriving(system: System) -> float:
    try:
        rates = measured(system, int(RECENT.total_seconds()), datetime.now(UTC)).rates
    except NothingDone:
        return 0.0
    return sum(rates) / len(rates)
