"""`orders cost`."""

import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich import box
from rich.console import Group
from rich.table import Table

from ops import prices
from ops.cli.options import Json, complete_stack, require_finite
from ops.cli.output import print_error, print_json
from ops.cli.terminal import print_page
from ops.cost import ORDERS_PER_DAY, Cost, CostInputs, backlog, steady
from ops.cost_picture import picture
from ops.cost_table import BATCH, BATCH_WITH_WINDOW, Cell, cells
from ops.picture import check_suffix


def cost(
    *,
    stack: Annotated[str, typer.Option(help="Use the settings of this stack.", autocompletion=complete_stack)] = "dev",
    orders_per_day: Annotated[
        float, typer.Option(min=1, max=1e12, callback=require_finite, help="The number of orders a day.")
    ] = ORDERS_PER_DAY,
    by_rate: Annotated[
        bool,
        typer.Option("--by-rate", help="Compare rates of orders, delays that let batches fill, and custom metrics."),
    ] = False,
    plot: Annotated[
        str | None, typer.Option(metavar="FILE", help="Also draw the comparison of rates: a .png or .svg file.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Estimate the cost of a million orders on AWS.

    The table compares this handler with others.

    \b
    orders cost --stack prod --orders-per-day 1000000
    orders cost --by-rate --plot cost.png
    """
    if plot:
        if not by_rate:
            raise typer.BadParameter("--plot draws the comparison of rates: add --by-rate")
        check_suffix(Path(plot))
    inputs = CostInputs.of_stack(stack)
    if by_rate:
        table = list(cells(inputs))
        if as_json:
            print_json({"pricesAsOf": prices.AS_OF.isoformat(), "cells": [dataclasses.asdict(one) for one in table]})
        else:
            print_page(_by_rate(stack, table))
        if plot:
            picture(table, Path(plot))
            print_error(f"drawn: {plot}")
        return
    flow, waiting = steady(inputs, orders_per_day), backlog(inputs, orders_per_day)
    if as_json:
        about = {"pricesAsOf": prices.AS_OF.isoformat(), "ordersPerDay": orders_per_day}
        print_json(about | {"steady": dataclasses.asdict(flow), "backlog": dataclasses.asdict(waiting)})
    else:
        print_page(_table(stack, flow, waiting, orders_per_day))


def _by_rate(stack: str, found: Sequence[Cell]) -> Group:
    caption = (
        f"The delay is the batching window. Batches have up to {BATCH} orders, with a window {BATCH_WITH_WINDOW}. "
        f"Other settings are those of the stack. List prices of US East (N. Virginia), {prices.AS_OF:%B %Y}."
    )
    title = f"Dollars per million orders, stack {stack}"
    return Group(
        _cells(f"{title}, with custom metrics", "", [cell for cell in found if cell.custom_metrics]),
        _cells(f"{title}, without custom metrics", caption, [cell for cell in found if not cell.custom_metrics]),
    )


def _cells(title: str, caption: str, found: Sequence[Cell]) -> Table:
    table = Table(title=title, caption=caption, box=box.SIMPLE, pad_edge=False, collapse_padding=True)
    for heading in ("orders/s", "delay", "batch", *found[0].dollars):
        table.add_column(heading, justify="right")
    for cell in found:
        dollars = (f"{one:.3f}" for one in cell.dollars.values())
        last = cell.rate == found[-1].rate
        table.add_row(f"{cell.rate:,}", f"{cell.delay_seconds} s", f"{cell.batch:.3g}", *dollars, end_section=last)
    return table


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
