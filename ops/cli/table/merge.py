"""`orders table merge`."""

from collections.abc import Mapping
from itertools import chain
from typing import Annotated

import typer

from handler.outcome import Kind, Outcome
from ops.cli.dlq.options import Confirm, Reason
from ops.cli.exit_codes import Exit
from ops.cli.options import Json, Stack, find_system, require_finite
from ops.cli.output import print_error, print_json, print_line
from ops.cli.table.other import Other, reading
from ops.recovery.compare import DIFFERENCES, Compared, Comparison, orders_there
from ops.recovery.merge import merge as merge_orders
from ops.recovery.tables import check_other
from ops.system import System
from ops.text import counted

_LEFT = {
    Kind.DUPLICATE: "equal",
    Kind.STALE: "older than in the table",
    Kind.CONFLICT: "in conflict",
    Kind.INVALID: "not an order",
    Kind.TRANSIENT: "not stored yet",
}
"""What became of the orders that were not stored."""


def merge(
    other: Other,
    *,
    rate: Annotated[
        float | None, typer.Option(min=0.1, callback=require_finite, help="Store at most this many orders a second.")
    ] = None,
    reason: Reason = "",
    confirm: Confirm = False,
    stack: Stack = None,
    as_json: Json = False,
) -> None:
    """Store the orders of another table that are new or newer.

    Stores them as the processor does: a later version wins, and nothing newer is overwritten, also while orders
    arrive. OrderEvents tells each stored order. If the command is killed, run it again to finish it.

    \b
    orders table merge Orders-20261124T160000Z
    orders table merge Orders-20261124T160000Z --confirm --rate 200 --reason "a script deleted orders" --stack prod
    """
    system = find_system(stack)
    check_other(system, other)
    counts = _merge(system, other, reason=reason, rate=rate) if confirm else _forecast(system, other)
    if as_json:
        print_json({"table": other, "merged": confirm, "counts": {kind: counts.get(kind, 0) for kind in Kind}})
    else:
        _print(counts, confirmed=confirm)
    if any(counts.get(kind) for kind in (Kind.CONFLICT, Kind.INVALID, Kind.TRANSIENT)):
        raise typer.Exit(Exit.INCOMPLETE)


def _merge(system: System, other: str, *, reason: str, rate: float | None) -> Mapping[Kind, int]:
    with reading() as count:

        def on_merged(one: Compared, outcome: Outcome) -> None:
            count(one)
            if not outcome.succeeded:
                print_error(f"not merged: {one.order_id}: {outcome.reason}")

        return merge_orders(system, other, reason=reason, rate=rate, on_merged=on_merged)


def _forecast(system: System, other: str) -> Mapping[Kind, int]:
    dynamodb, table = system.clients.dynamodb, system.outputs.table_name
    there = chain.from_iterable(orders_there(dynamodb, here=table, there=other))
    with reading() as count:
        comparison = Comparison.of(map(count, there))
    return {kind: comparison.counts[difference] for kind, difference in DIFFERENCES.items()}


def _print(counts: Mapping[Kind, int], *, confirmed: bool) -> None:
    new, updated = counts.get(Kind.STORED, 0), counts.get(Kind.UPDATED, 0)
    did = "stored" if confirmed else "would store"
    print_line(f"{did} {counted(new + updated, 'order')}: {new:,} new, {updated:,} in place of an older version")
    left = [f"{counts[kind]:,} {text}" for kind, text in _LEFT.items() if counts.get(kind)]
    print_line(f"left as it is: {', '.join(left) or 'nothing'}")
    if not confirmed:
        print_line("nothing was stored: add --confirm to do it")
