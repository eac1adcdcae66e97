"""The `orders` command."""

import dataclasses
import json
import sys
from typing import Annotated

import typer
from rich import box
from rich.console import Console
from rich.table import Table

from ops import prices
from ops.cost import DAYS_A_MONTH, Cost, Settings, backlog, steady

app = typer.Typer(no_args_is_help=True, add_completion=True, pretty_exceptions_enable=False)


@app.callback()
def orders() -> None:
    """Run the order pipeline."""


@app.command("local")
def run_locally(
    *,
    bare: Annotated[bool, typer.Option("--bare", help="Deploy nothing: `pulumi up --stack local` will.")] = False,
) -> None:
    """Keep the whole system running on this machine, and deploy it again when its code changes."""
    from local.serve import serve  # noqa: PLC0415 - no other command has to wait for Pulumi and the emulator

    sys.exit(serve(bare=bare))


@app.command("cost")
def show_cost(
    *,
    stack: Annotated[str, typer.Option(help="The stack whose settings count.")] = "dev",
    orders_per_day: Annotated[float, typer.Option(min=1, help="Orders a day, coming evenly.")] = 100_000,
    as_json: Annotated[bool, typer.Option("--json", help="For machines.")] = False,
) -> None:
    """Reckon what a million orders cost on AWS, with this handler and with others."""
    try:
        settings = Settings.of(stack)
    except FileNotFoundError:
        print(f"there is no stack {stack}: Pulumi.{stack}.yaml is missing", file=sys.stderr)
        sys.exit(2)
    flow, waiting = steady(settings, orders_per_day), backlog(settings, orders_per_day)
    if as_json:
        about = {"pricesAsOf": prices.AS_OF.isoformat(), "ordersPerDay": orders_per_day}
        print(json.dumps(about | {"steady": dataclasses.asdict(flow), "backlog": dataclasses.asdict(waiting)}))
    else:
        Console().print(_cost_table(flow, waiting, orders_per_day))


def _cost_table(flow: Cost, waiting: Cost, orders_per_day: float) -> Table:
    handlers = list(flow.services)
    table = Table(
        title="Dollars per million orders",
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


def main() -> None:
    app()
