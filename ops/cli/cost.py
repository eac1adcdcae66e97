"""`orders cost`."""

import dataclasses
from typing import Annotated

import typer
from rich import box
from rich.table import Table

from ops import prices
from ops.cli.options import Json, complete_stack, require_finite
from ops.cli.output import print_json
from ops.cli.terminal import print_page
from ops.cost import ORDERS_PER_DAY, Cost, CostInputs, backlog, steady


def cost(
    *,
    stack: Annotated[str, typer.Option(help="Use the settings of this stack.", autocompletion=complete_stack)] = "dev",
    orders_per_day: Annotated[
        float, typer.Option(min=1, max=1e12, callback=require_finite, help="The number of orders a day.")
    ] = ORDERS_PER_DAY,
    as_json: Json = False,
) -> None:
    """Estimate the cost of a million orders on AWS.

    The table compares this handler with others.

    \b
    orders cost --stack prod --orders-per-day 1000000
    """
    inputs = CostInputs.of_stack(stack)
    flow, waiting = steady(inputs, orders_per_day), backlog(inputs, orders_per_day)
    if as_json:
        about = {"pricesAsOf": prices.AS_OF.isoformat(), "ordersPerDay": orders_per_day}
        print_json(about | {"steady": dataclasses.asdict(flow), "backlog": dataclasses.asdict(waiting)})
    else:
        print_page(_table(stack, flow, waiting, orders_per_day))


def _table(stack: str, flow: Cost, waiting: Cost, orders_per_day: float) -> Table:
    handlers = list(flow.services)
    table = Table(
        title=f"Dollars per million orders, stack {stack}",
        caption=(
            f"{orders_per_day:,.0f} orders a day, steady or in a backlog of full batches. "
            f"List prices of US East (N. Virginia), {prices.AS_OF:%B %Y}, without free tiers. "
            "Storage in the table and the log is not included."
        ),
        box=box.SIMPLE,
    )
    table.add_column(no_wrap=True)
    for handler in handlers:
        table.add_column(handler, justify="right")
    for service in flow.services[handlers[0]]:
        table.add_row(service, *(f"{flow.services[handler][service]:.3f}" for handler in handlers))
    table.add_section()
    for name, cost_of in (("steady", flow), ("backlog", waiting)):
        totals = (f"{cost_of.total(handler):.3f}" for handler in handlers)
        table.add_row(f"{name}, by {cost_of.batch:.3g}", *totals, style="bold")
    months = (f"{flow.total(handler) * orders_per_day * prices.DAYS_A_MONTH / 1e6:,.2f}" for handler in handlers)
    table.add_row("a month, steady", *months)
    return table
