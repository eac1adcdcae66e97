"""`orders get` and `orders list`."""

from typing import Annotated

import typer

from handler.contract import INSTANT, Attribute
from ops.errors import Exit, UserError
from ops.system import find_system
from ops.table import get_order, list_orders
from ops.terminal import Json, Stack, complain, line_of, say_json

COLUMNS = {
    Attribute.ORDER_ID: 16,
    Attribute.USER_ID: 8,
    Attribute.ITEM_NAME: 12,
    Attribute.QUANTITY: 8,
    Attribute.STATUS: 10,
    Attribute.TIMESTAMP: 25,
}
"""The columns of a list, and how wide each is at least."""


def get(order_id: str, *, stack: Stack = None, as_json: Json = False) -> None:
    """Show an order as the table holds it.

    \b
    orders get O1234
    orders get O1234 --stack dev --json
    """
    if not order_id:
        raise UserError("an order id has at least one character", Exit.USAGE)
    system = find_system(stack)
    order = get_order(system.dynamodb, system.output("tableName"), order_id)
    if order is None:
        raise UserError(f"there is no order {order_id} in {system.output('tableName')}", Exit.NOT_ALL)
    if as_json:
        say_json(order)
        return
    first = [*COLUMNS, INSTANT]
    for name in [*first, *sorted(order.keys() - set(first))]:
        if name in order:
            print(line_of({"name": name, "value": order[name]}, {"name": 14, "value": 0}))


def list_(
    *,
    status: Annotated[str | None, typer.Option(help="Only orders with this status.")] = None,
    user: Annotated[str | None, typer.Option(help="Only orders of this user.")] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="So many, at most.")] = None,
    stack: Stack = None,
    as_json: Json = False,
) -> None:
    """List orders, in no order, as they are read. With --json, one a line.

    \b
    orders list --status new --limit 20
    orders list --user U123 --json
    """
    system = find_system(stack)
    found = list_orders(system.dynamodb, system.output("tableName"), status=status, user=user, limit=limit)
    count = 0
    for order in found:
        if as_json:
            say_json(order)
        else:
            if not count:
                print(line_of({name: name for name in COLUMNS}, COLUMNS))
            print(line_of(order, COLUMNS))
        count += 1
    if not count:
        complain("no order was found")
        raise typer.Exit(Exit.NOT_ALL)
