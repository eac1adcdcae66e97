"""`orders table compare`."""

from itertools import chain

import typer

from ops.cli.exit_codes import Exit
from ops.cli.options import Json, Stack, find_system
from ops.cli.output import print_heading, print_json, print_line, print_row
from ops.cli.table.other import Other, reading
from ops.recovery.compare import Compared, Comparison, Difference, orders_only_here, orders_there
from ops.recovery.tables import check_other

COLUMNS = {"difference": 14, "orders": 10, "for example": 0}
_IN_BOTH = {Difference.NEWER_THERE, Difference.OLDER_THERE}
"""The differences whose versions are shown."""


def compare(other: Other, *, stack: Stack = None, as_json: Json = False) -> None:
    """Show how the orders of another table differ.

    Compares each order with the one in the table of the stack, as the processor would: by its timestamp, and by its
    content if that is equal. Reads both tables twice. The exit code is 1 if an order differs.

    \b
    orders table compare Orders-20261124T160000Z
    orders table compare Orders-20261124T160000Z --stack prod --json
    """
    system = find_system(stack)
    check_other(system, other)
    dynamodb, table = system.clients.dynamodb, system.outputs.table_name
    there = chain.from_iterable(orders_there(dynamodb, here=table, there=other))
    only_here = orders_only_here(dynamodb, here=table, there=other)
    with reading() as count:
        comparison = Comparison.of(map(count, chain(there, only_here)))
    if as_json:
        print_json(_in_json(table, other, comparison))
    else:
        _print(table, other, comparison)
    if not comparison.is_equal:
        raise typer.Exit(Exit.INCOMPLETE)


def _print(table: str, other: str, comparison: Comparison) -> None:
    print_line(f"here: {table}, there: {other}")
    print_heading(COLUMNS)
    for difference in Difference:
        examples = "; ".join(map(_in_words, comparison.samples.get(difference, ())))
        row = {"difference": difference, "orders": f"{comparison.counts[difference]:,}", "for example": examples}
        print_row(row, COLUMNS)


def _in_words(one: Compared) -> str:
    if one.difference in _IN_BOTH:
        return f"{one.order_id} (here {one.here}, there {one.there})"
    reason = one.outcome.reason if one.outcome else ""
    return f"{one.order_id} ({reason})" if reason else one.order_id


def _in_json(table: str, other: str, comparison: Comparison) -> dict[str, object]:
    samples = {
        difference: [
            {
                "orderId": one.order_id,
                "here": one.here,
                "there": one.there,
                "reason": one.outcome and one.outcome.reason,
            }
            for one in found
        ]
        for difference, found in comparison.samples.items()
    }
    counts = {difference: comparison.counts[difference] for difference in Difference}
    return {"here": table, "there": other, "counts": counts, "samples": samples}
