"""What an instance of the function remembers of records that come again."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from handler.notifier.telling import State, Telling

MAX_RECORDS = 1000
"""Our choice: ten batches, because an instance may read several shards in turn."""
LONE_FAILURE_SECONDS = 300
"""Our choice: how long an order whose events fail, while those of others are told, may delay the others."""


class Failing(NamedTuple):
    """The times of the first and the latest failure of an order, in seconds since the epoch."""

    since: float
    latest: float


class Memory:
    """Remembers the latest records that are settled, and the orders whose events fail while those of others are told.

    While an event is delayed, Lambda sends its record and all later ones of the batch again and again, perhaps for
    hours. Without a memory, each time would tell the later ones again. Lambda usually sends them to the same instance.
    Another instance, which does not remember them, tells them once more.
    """

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._settled: dict[tuple[str, str], None] = {}
        self._failing: dict[str, Failing] = {}

    def unsettled(self, tellings: Sequence[Telling]) -> list[Telling]:
        """Return those that this instance has neither told nor given up."""
        return [telling for telling in tellings if telling.identity not in self._settled]

    def keep(self, tellings: Sequence[Telling]) -> None:
        """Remember what became of the events of a batch."""
        settled = {telling.identity: None for telling in tellings if telling.state != State.DELAYED}
        self._settled = dict.fromkeys([*self._settled, *settled][-MAX_RECORDS:])
        now = self._now()
        told = {telling.order_id for telling in tellings if telling.state == State.TOLD}
        failed = {telling.order_id for telling in tellings if telling.failure and not telling.failure.is_permanent}
        known = {
            order_id: failing
            for order_id, failing in self._failing.items()
            if order_id not in told and now - failing.latest <= LONE_FAILURE_SECONDS
        }
        for order_id in failed:
            if order_id in known:
                known[order_id] = known[order_id]._replace(latest=now)
            elif len(failed) == 1 and told - failed:  # If several orders fail, the topic may be the cause.
                known[order_id] = Failing(now, now)
        self._failing = known

    def fails_alone(self, telling: Telling) -> bool:
        """Whether events of the order fail for LONE_FAILURE_SECONDS, at first while those of all others were told."""
        failing, now = self._failing.get(telling.order_id), self._now()
        return failing is not None and now - failing.latest <= LONE_FAILURE_SECONDS <= now - failing.since
