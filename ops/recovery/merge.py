"""Merges the orders of another table into the stack's table, with the code with which the processor stores orders."""

import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from handler.outcome import WRITTEN, Kind, Outcome
from handler.store import DynamoDBStore, OrderStore
from ops.errors import NoAccess
from ops.history import recorded
from ops.pacer import Pacer
from ops.recovery.compare import Compared, orders_there
from ops.system import System
from ops.text import counted

PATIENCE_SECONDS = 60
"""How long DynamoDB may take for the orders that are stored at once."""

OnMerged = Callable[[Compared, Outcome], None]
"""Receives each order of the other table with its outcome."""


def merge(system: System, other: str, *, reason: str, rate: float | None, on_merged: OnMerged) -> Mapping[Kind, int]:
    """Store the orders of another table, at most `rate` a second. Returns the number of orders by outcome.

    Each put succeeds only if the stored version is older, so a merge never replaces a newer order, also not one that
    arrives meanwhile. After a kill, the same merge again does the rest: what it has stored before is a duplicate.

    Raises NoAccess if none of the orders of a request can be stored.
    """
    dynamodb, table = system.clients.dynamodb, system.outputs.table_name
    store, pacer = DynamoDBStore(table, dynamodb), Pacer(rate)
    counts: Counter[Kind] = Counter()
    with recorded(system, "table merge", reason=reason, table=other) as result:
        try:
            for part in orders_there(dynamodb, here=table, there=other):
                outcomes = list(_put(store, pacer, part))
                counts.update(outcome.kind for _, outcome in outcomes)
                for compared, outcome in outcomes:
                    on_merged(compared, outcome)
                _check(outcomes)
        finally:
            result |= {str(kind): count for kind, count in counts.items()}
    return counts


def _check(outcomes: Sequence[tuple[Compared, Outcome]]) -> None:
    """Raises NoAccess if each put failed: the next would fail, too."""
    puts = [outcome for one, outcome in outcomes if one.outcome and one.outcome.kind in WRITTEN]
    if puts and all(outcome.kind is Kind.TRANSIENT for outcome in puts):
        problem = f"DynamoDB stored none of {counted(len(puts), 'order')} ({puts[0].reason})"
        raise NoAccess(f"{problem}: the merge ended; run it again to do the rest")


def _put(store: OrderStore, pacer: Pacer, part: Sequence[Compared]) -> Iterator[tuple[Compared, Outcome]]:
    """Put the orders that the comparison found to be newer. The others keep the outcome of the comparison."""
    puts: list[tuple[Compared, Any]] = []
    for one in part:
        assert one.outcome, "an order of the other table has an outcome"
        if one.outcome.kind in WRITTEN:
            puts.append((one, one.order))
        else:
            yield one, one.outcome
    while puts:
        size = pacer.batch_size(len(puts))
        now, puts = puts[:size], puts[size:]
        pacer.wait(len(now))
        outcomes = store.put([order for _, order in now], time.monotonic() + PATIENCE_SECONDS)
        yield from zip((one for one, _ in now), outcomes, strict=True)
