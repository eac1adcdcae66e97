"""`orders events replay`."""

from collections.abc import Iterator
from datetime import datetime
from typing import Annotated

import typer

from handler.notifier.event import Event
from ops.cli.events.system import find_telling_system
from ops.cli.exit_codes import Exit
from ops.cli.options import Json, Stack, parse_since, require_finite
from ops.cli.output import print_error, print_json, print_line
from ops.cli.terminal import progress_bar
from ops.errors import InvalidInput
from ops.events.replay import NotTold, replays
from ops.events.telling import Teller
from ops.system import System
from ops.text import counted


def replay(
    *,
    since: Annotated[
        datetime | None,
        typer.Option(
            parser=parse_since,
            metavar="TIME",
            help="Only versions with a timestamp since then: 90s, 15m, 2h or 7d ago, or an ISO 8601 time.",
        ),
    ] = None,
    order: Annotated[list[str] | None, typer.Option(help="Only this order. Can be given several times.")] = None,
    every: Annotated[bool, typer.Option("--all", help="All orders of the table.")] = False,
    confirm: Annotated[
        bool, typer.Option("--confirm", help="Tell the events. Without this option, only counts them.")
    ] = False,
    rate: Annotated[
        float | None, typer.Option(min=0.1, callback=require_finite, help="Tell at most this many events a second.")
    ] = None,
    stack: Stack = None,
    as_json: Json = False,
) -> None:
    """Tell the stored versions of orders again.

    Each event has the ID of the first time, so that subscribers recognize it, and the type order.replayed. --since
    compares the timestamps of the orders, which publishers set.

    \b
    orders events replay --since 2h
    orders events replay --since 2h --confirm --rate 100
    orders events replay --order O1234 --confirm --stack prod
    """
    if not (since or order or every):
        raise InvalidInput("name the orders with --since, --order or --all")
    if every and (since or order):
        raise InvalidInput("--all is every order: give it without --since and --order")
    system = find_telling_system(stack)
    left_out: list[NotTold] = []
    events = _orders(replays(system, since=since, order_ids=order or ()), left_out)
    total, failed = _tell(system, events, rate) if confirm else (sum(1 for _ in events), [])
    for one in left_out:
        print_error(f"not told: {one.order_id}: {one.reason}")
    if as_json:
        print_json(
            {
                "orders": total,
                "told": total - len(failed) if confirm else 0,
                "notTold": [*failed, *(one.order_id for one in left_out)],
            }
        )
    elif confirm:
        print_line(f"told {total - len(failed):,} of {counted(total, 'order')} again")
    else:
        print_line(f"would tell {counted(total, 'order')} again: add --confirm to do it")
    if failed or left_out or not total:
        raise typer.Exit(Exit.INCOMPLETE)


def _orders(found: Iterator[Event | NotTold], left_out: list[NotTold]) -> Iterator[Event]:
    for one in found:
        if isinstance(one, NotTold):
            left_out.append(one)
        else:
            yield one


def _tell(system: System, events: Iterator[Event], rate: float | None) -> tuple[int, list[str]]:
    """Tell the events. Return their number, and the IDs of those that were not told."""
    teller = Teller(system.clients.sns, system.outputs.event_topic_arn, rate)
    failed = []
    with progress_bar() as bar:
        task = bar.add_task("telling", total=None)
        for event, failure in teller.tell(events, on_progress=lambda count: bar.advance(task, count)):
            failed.append(event.event_id)
            print_error(f"not told: {event.event_id}: {failure.reason}")
    return int(bar.tasks[0].completed), failed
