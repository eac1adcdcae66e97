"""`orders list`."""

from typing import Annotated

import typer

from handler.fields import FIELDS, Rule
from ops.cli.exit_codes import Exit
from ops.cli.options import Json, Stack, find_system
from ops.cli.output import print_error, print_heading, print_json, print_row
from ops.table import list_orders

_WIDTHS = {Rule.IDENTIFIER: 16, Rule.TEXT: 10, Rule.WHOLE_NUMBER: 8, Rule.TIMESTAMP: 25}
COLUMNS = {field.name: max(len(field.name), _WIDTHS[field.rule]) for field in FIELDS}
"""The columns and the minimum width of each."""


def list_(
    *,
    status: Annotated[str | None, typer.Option(help="List only orders with this status.")] = None,
    user: Annotated[str | None, typer.Option(help="List only orders of this user.")] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="List at most this many orders.")] = None,
    stack: Stack = None,
    as_json: Json = False,
) -> None:
    """List the orders in the table.

    The rows are not sorted. With --json, each line contains one order.

    \b
    orders list --status new --limit 20
    orders list --user U123 --json
    """
    system = find_system(stack)
    orders = list_orders(system.clients.dynamodb, system.outputs.table_name, status=status, user=user, limit=limit)
    count = 0
    for count, order in enumerate(orders, 1):
        if as_json:
            print_json(order)
            continue
        if count == 1:
            print_heading(COLUMNS)
        print_row(order, COLUMNS)
    if not count:
        print_error("no order was found")
        raise typer.Exit(Exit.INCOMPLETE)
