"""`orders get`."""

from typing import Annotated

import typer

from ops.cli.options import Json, Stack, find_system
from ops.cli.output import print_json, print_row
from ops.errors import InvalidInput, NothingDone
from ops.table import find_order
from ops.text import printable

WIDTHS = {"name": 14, "value": 0}


def get(
    order_id: Annotated[str, typer.Argument(help="The order ID.")], *, stack: Stack = None, as_json: Json = False
) -> None:
    """Show an order as the table stores it.

    \b
    orders get O1234
    orders get O1234 --stack dev --json
    """
    if not order_id:
        raise InvalidInput("the order ID is empty")
    system = find_system(stack)
    table = system.outputs.table_name
    order = find_order(system.clients.dynamodb, table, order_id)
    if order is None:
        raise NothingDone(f"there is no order {printable(order_id)} in {table}")
    if as_json:
        print_json(order)
        return
    for name, value in order.items():
        print_row({"name": name, "value": value}, WIDTHS)
