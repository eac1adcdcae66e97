"""What a redrive would do with each letter, decided by the handler's code and the current content of the table."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from enum import StrEnum

from handler.chunks import chunked
from handler.order import InvalidOrder, Order, parse_order
from handler.outcome import Kind, Outcome, invalid
from handler.store import outcome_against
from ops.dead_letters.lease import Lease
from ops.dead_letters.letter import Letter
from ops.system import System
from ops.table import MAX_KEYS, get_items

FORECASTS = {
    Kind.STORED: "store a new order",
    Kind.UPDATED: "update an order",
    Kind.DUPLICATE: "change nothing: duplicate",
    Kind.STALE: "change nothing: stale",
    Kind.CONFLICT: "fail again: conflict",
    Kind.INVALID: "fail again: invalid",
}
"""The effect of processing a letter with such an outcome, in words."""

LetterOf = Callable[[Lease], Letter]
"""Gives the letter of a lease: as it is, or as it would be after an edit."""


class Effect(StrEnum):
    """What a redrive would do with a letter, as operators select it."""

    STORE = "store"
    UPDATE = "update"
    NOTHING = "nothing"
    FAIL = "fail"


_EFFECTS = {
    Kind.STORED: Effect.STORE,
    Kind.UPDATED: Effect.UPDATE,
    Kind.DUPLICATE: Effect.NOTHING,
    Kind.STALE: Effect.NOTHING,
    Kind.CONFLICT: Effect.FAIL,
    Kind.INVALID: Effect.FAIL,
}


def with_effect(
    system: System, letter_of: LetterOf, leases: Iterable[Lease], effects: Collection[Effect]
) -> Iterator[Lease]:
    """Those letters for which a redrive would have one of these effects."""
    return (lease for lease, outcome in outcomes(system, letter_of, leases) if _EFFECTS[outcome.kind] in effects)


def outcomes(system: System, letter_of: LetterOf, leases: Iterable[Lease]) -> Iterator[tuple[Lease, Outcome]]:
    """Decide the outcome that each letter would have if it were processed now."""
    for chunk in chunked(list(leases), MAX_KEYS):
        parsed = [(lease, _parse(letter_of(lease).body)) for lease in chunk]
        ids = {order.order_id for _, order in parsed if isinstance(order, Order)}
        items = get_items(system.clients.dynamodb, system.outputs.table_name, ids)
        for lease, order in parsed:
            yield lease, outcome_against(order, items.get(order.order_id)) if isinstance(order, Order) else order


def forecast(system: System, letter_of: LetterOf, leases: Iterable[Lease]) -> Mapping[Kind, int]:
    """Count the letters by their outcome."""
    return Counter(outcome.kind for _, outcome in outcomes(system, letter_of, leases))


def _parse(body: str) -> Order | Outcome:
    try:
        return parse_order(body)
    except InvalidOrder as flaw:
        return invalid(flaw.reason, flaw.signature)
