"""Deciding what becomes of the messages of one batch, several of which may be about the same order."""

from collections.abc import Callable, Iterable, Mapping, Sequence

from handler.order import Order, is_same_content
from handler.outcome import CONFLICT, DUPLICATE, STALE, WRITTEN, Outcome

Put = Callable[[Sequence[Order]], Sequence[Outcome]]
"""Stores orders, no two of them with the same id, and says of each what became of it."""


def store_all(orders: Iterable[tuple[str, Order]], put: Put) -> dict[str, Outcome]:
    """Store the orders of a batch, given with their message ids, and say of each message what became of it.

    The result is as if the messages had come one by one. Of each order only the latest version is put; when it is
    there, the table is at that version or a later one, and what the order's other messages are follows from that. A
    version that could not be stored leaves the next one to be put, in a round of its own.
    """
    outcomes: dict[str, Outcome] = {}
    waiting: dict[str, list[_Version]] = {}
    for message_id, order in orders:
        _note(waiting.setdefault(order.order_id, []), message_id, order)
    for versions in waiting.values():
        versions.sort(key=lambda version: version.order.instant, reverse=True)
    while waiting:
        latest = [versions.pop(0) for versions in waiting.values()]
        for version, outcome in zip(latest, put([version.order for version in latest]), strict=True):
            outcomes |= version.decided(outcome)
            others = waiting[version.order.order_id]
            if outcome.succeeded:
                for other in others:
                    outcomes |= other.decided(_beside(other.order, version.order, outcome))
                others.clear()
        waiting = {order_id: versions for order_id, versions in waiting.items() if versions}
    return outcomes


class _Version:
    """One content of an order, and the messages that have it."""

    def __init__(self, message_id: str, order: Order) -> None:
        self.order = order
        self.message_ids = [message_id]

    def decided(self, outcome: Outcome) -> Mapping[str, Outcome]:
        """What becomes of the version's messages: the first has the outcome, the others come when it is there."""
        again = DUPLICATE if outcome.kind in WRITTEN else outcome
        return {message_id: again if position else outcome for position, message_id in enumerate(self.message_ids)}


def _note(versions: list[_Version], message_id: str, order: Order) -> None:
    for version in versions:
        there = version.order
        if there.instant == order.instant and is_same_content(there.attributes, order.attributes):
            version.message_ids.append(message_id)
            return
    versions.append(_Version(message_id, order))


def _beside(order: Order, latest: Order, outcome: Outcome) -> Outcome:
    """What another version of an order is, when the latest of the batch succeeded."""
    return CONFLICT if order.instant == latest.instant and outcome != STALE else STALE
