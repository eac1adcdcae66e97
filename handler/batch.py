"""Storing the orders of one batch, several of which can be versions of the same order."""

from collections.abc import Callable, Iterable, Sequence

from handler.order import Order, is_same_content
from handler.outcome import CONFLICT, DUPLICATE, STALE, WRITTEN, Outcome

Put = Callable[[Sequence[Order]], Sequence[Outcome]]
"""Stores orders, each with another id. Returns one outcome for each order, in the same sequence."""


def store_all(orders: Sequence[Order], put: Put) -> list[Outcome]:
    """Store the orders of a batch. Returns one outcome for each order, in the same sequence.

    The result is the same as if the orders had arrived one by one. For each order ID, only the latest version is put.
    If that succeeds, the table contains this version or a later one, which decides the outcomes of the other versions.
    If it fails, the next version is put in another round.
    """
    outcomes: dict[int, Outcome] = {}
    waiting = _versions(orders)
    while waiting:
        latest = [versions.pop(0) for versions in waiting]
        put_outcomes = put([version.order for version in latest])
        for version, others, outcome in zip(latest, waiting, put_outcomes, strict=True):
            version.record(outcome, outcomes)
            if others and outcome.succeeded:
                _record_others(others, version.order, outcome, outcomes)
                others.clear()
        waiting = [versions for versions in waiting if versions]
    return [outcomes[position] for position in range(len(orders))]


class _Version:
    """One content of an order, and the positions in the batch at which it occurs."""

    __slots__ = ("order", "positions")

    def __init__(self, order: Order, position: int) -> None:
        self.order = order
        self.positions = [position]

    def record(self, outcome: Outcome, outcomes: dict[int, Outcome]) -> None:
        """Record the outcome of the version. If it was written, its other occurrences are duplicates."""
        repeated = DUPLICATE if outcome.kind in WRITTEN else outcome
        for position in self.positions:
            outcomes[position] = repeated
        outcomes[self.positions[0]] = outcome


def _versions(orders: Iterable[Order]) -> list[list[_Version]]:
    """Group the orders by their id. Each group has its versions, the latest first."""
    groups: dict[str, list[_Version]] = {}
    for position, order in enumerate(orders):
        _add(groups.setdefault(order.order_id, []), order, position)
    for versions in groups.values():
        versions.sort(key=lambda version: version.order.instant, reverse=True)
    return list(groups.values())


def _add(versions: list[_Version], order: Order, position: int) -> None:
    for version in versions:
        known = version.order
        if known.instant == order.instant and is_same_content(known.attributes, order.attributes):
            version.positions.append(position)
            return
    versions.append(_Version(order, position))


def _record_others(others: Iterable[_Version], latest: Order, outcome: Outcome, outcomes: dict[int, Outcome]) -> None:
    """Record the outcomes of an order's other versions after the latest version of the batch succeeded."""
    for other in others:
        is_conflict = other.order.instant == latest.instant and outcome != STALE
        other.record(CONFLICT if is_conflict else STALE, outcomes)
