"""What an instance of the function remembers of records that come again."""

from collections.abc import Sequence
from typing import TypeVar

from handler.notifier.telling import State, Telling

Value = TypeVar("Value")

MAX_RECORDS = 1000
"""Our choice: ten batches, because an instance may read several shards in turn."""
LONE_FAILURE_SECONDS = 300
"""Our choice. A topic that takes the events of other orders will not take this one, and other events wait for it."""


class Memory:
    """Remembers the latest records that are settled, and the events that failed while others were told.

    While an event is delayed, Lambda sends its record and all later ones of the batch again and again, perhaps for
    hours. Without a memory, each time would tell the later ones again. Lambda usually sends them to the same instance.
    Another instance, which does not remember them, tells them once more.
    """

    def __init__(self) -> None:
        self._settled: dict[tuple[str, str], None] = {}
        self._failed_alone: dict[tuple[str, str], float] = {}
        """The age at which each event first failed alone."""

    def unsettled(self, tellings: Sequence[Telling]) -> list[Telling]:
        """Return those that this instance has neither told nor given up."""
        return [telling for telling in tellings if telling.identity not in self._settled]

    def keep(self, tellings: Sequence[Telling]) -> None:
        """Remember what became of the events of a batch."""
        settled = {telling.identity: None for telling in tellings if telling.state != State.DELAYED}
        self._settled = _latest(self._settled | settled)
        if any(telling.state == State.TOLD for telling in tellings):
            failed = [telling for telling in tellings if telling.state == State.DELAYED and telling.failure]
            for telling in failed:
                self._failed_alone.setdefault(telling.identity, telling.age)
            self._failed_alone = _latest(self._failed_alone)

    def fails_alone(self, telling: Telling) -> bool:
        """Whether an event first failed long ago, while others of its batch were told."""
        return telling.age - self._failed_alone.get(telling.identity, telling.age) >= LONE_FAILURE_SECONDS


def _latest(entries: dict[tuple[str, str], Value]) -> dict[tuple[str, str], Value]:
    return dict(list(entries.items())[-MAX_RECORDS:])
