"""`orders cost`."""

import dataclasses
from typing import Annotated

import typer
from rich import box
from rich.table import Table

from ops import prices
from ops.cost import DAYS_A_MONTH, Cost, Settings, backlog, steady
from ops.errors import no_such_stack
from ops.terminal import Json, console, say_json, stacks


def cost(
    *,
    stack: Annotated[str, typer.Option(help="The stack whose settings count.", autocompletion=stacks)] = "dev",
    orders_per_day: Annotated[float, typer.Option(min=1, help="Orders a day.")] = 100_000,
    as_json: Json = False,
) -> None:
    """Reckon what a million orders cost on AWS, with this handler and with others.

    \b
    orders cost --stack prod --orders-per-day 1000000
    """
    try:
        settings = Settings.of(stack)
    except FileNotFoundError:
        raise no_such_stack(stack) from None
    flow, waiting = steady(settings, orders_per_day), backlog(settings, orders_per_day)
    if as_json:
        about = {"pricesAsOf": prices.AS_OF.isoformat(), "ordersPerDay": orders_per_day}
        say_json(about | {"steady": dataclasses.asdict(flow), "backlog": dataclasses.asdict(waiting)})
    else:
        console.print(_table(stack, flow, waiting, orders_per_day))


def _table(stack: str, flow: Cost, waiting: Cost, orders_per_day: float) -> Table:
    handlers = list(flow.services)
    table = Table(
        title=f"Dollars per million orders, stack {stack}",
        caption=(
            f"{orders_per_day:,.0f} orders a day, steady or in a backlog of full batches. "
            f"List prices of US East (N. Virginia), {prices.AS_OF:%B %Y}, without free tiers. "
            "What is kept, in the table and the log, costs on top."
        ),
        box=box.SIMPLE,
    )
    table.add_column(no_wrap=True)
    for handler in handlers:
        table.add_column(handler, justify="right")
    for service in flow.services[handlers[0]]:
        table.add_row(service, *(f"{flow.services[handler][service]:.3f}" for handler in handlers))
    table.add_section()
    for name, reckoned in (("steady", flow), ("backlog", waiting)):
        totals = (f"{reckoned.total(handler):.3f}" for handler in handlers)
        table.add_row(f"{name}, by {reckoned.batch:.3g}", *totals, style="bold")
    months = (f"{flow.total(handler) * orders_per_day * DAYS_A_MONTH / 1e6:,.2f}" for handler in handlers)
    table.add_row("a month, steady", *months)
    return table
