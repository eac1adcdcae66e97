"""`orders status`."""

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Annotated, NoReturn

import typer
from botocore.exceptions import BotoCoreError, ClientError
from rich import box
from rich.console import Group, RenderableType
from rich.live import Live
from rich.table import Table
from rich.text import Text

from ops.errors import explained
from ops.status import Status, read_status
from ops.system import System, find_system
from ops.terminal import Json, Stack, console, say_json

REFRESH_SECONDS = 5


def status(
    *,
    watch: Annotated[bool, typer.Option("--watch", "-w", help="Look again every 5 s, until Ctrl-C.")] = False,
    stack: Stack = None,
    as_json: Json = False,
) -> None:
    """Show the queues, the processor's feed, alarms, what failed within the hour, and the delivery budget.

    \b
    orders status
    orders status --stack prod --watch
    """
    system = find_system(stack)
    if as_json:
        say_json(asdict(read_status(system)))
    elif watch:
        live_page(lambda: _page(system, read_status(system)), sleep=time.sleep)
    else:
        console.print(_page(system, read_status(system)))


def live_page(page: Callable[[], RenderableType], *, sleep: Callable[[float], None]) -> NoReturn:
    """Show a page anew every few seconds, until Ctrl-C."""
    with Live(console=console, screen=console.is_terminal, auto_refresh=False) as live:
        while True:
            live.update(Group(_look(page), Text(f"{datetime.now():%H:%M:%S}  Ctrl-C ends")))  # noqa: DTZ005 - the user's own clock
            live.refresh()
            sleep(REFRESH_SECONDS)


def _look(page: Callable[[], RenderableType]) -> RenderableType:
    """The page, or why there is none this time: a watch outlasts a moment in which AWS does not answer."""
    try:
        return page()
    except (BotoCoreError, ClientError) as error:
        if (known := explained(error)) is None:
            raise
        return Text(str(known), "red")


def _page(system: System, now: Status) -> Group:
    queues = Table("queue", "holds", box=box.SIMPLE_HEAD, pad_edge=False)
    for heading in ("visible", "in flight", "oldest"):
        queues.add_column(heading, justify="right")
    for queue in now.queues:
        oldest = "-" if queue.oldest_seconds is None else str(timedelta(seconds=round(queue.oldest_seconds)))
        style = "red" if queue.visible and queue.holds != "waiting" else None
        queues.add_row(queue.name, queue.holds, f"{queue.visible:,}", f"{queue.in_flight:,}", oldest, style=style)
    facts = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    facts.add_row("stack", system.stack)
    facts.add_row("event source mapping", Text(now.mapping, "green" if now.mapping == "Enabled" else "red"))
    states = Counter(now.alarms.values())
    facts.add_row("alarms", ", ".join(f"{count} {state}" for state, count in states.most_common()) or "none")
    for name, state in now.alarms.items():
        if state in {"ALARM", "missing"}:
            facts.add_row("", Text(f"{name} {state}", "bold red"))
    for signature, count in now.recent_failures.items():
        facts.add_row("failed attempts, last hour", f"{count:,} x {signature}")
    budget = now.delivery_budget
    promises = (
        f"set aside after {budget['earliestDeadLetterSeconds']:,} s at the earliest, "
        f"kept for {budget['leastDeadLetterDays']:g} days at least"
    )
    facts.add_row("by its settings", promises)
    facts.add_row("", f"{budget['ordersPerSecond']:,.1f} orders a second when every batch is slow")
    return Group(queues, facts)
