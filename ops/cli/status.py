"""`orders status`."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from datetime import timedelta
from typing import Annotated

import typer
from rich import box
from rich.console import Group
from rich.table import Table
from rich.text import Text

from ops.cli.dlq.times import time_text
from ops.cli.options import Json, Stack, find_system
from ops.cli.outlook import outlook_rows, pause_rows
from ops.cli.output import print_json
from ops.cli.terminal import cell, print_page, print_styled, refresh_page
from ops.status import WAITING, QueueStatus, Status, read_status
from ops.system import System
from ops.version import Version


def status(
    *,
    watch: Annotated[bool, typer.Option("--watch", "-w", help="Refresh every 5 s, until Ctrl-C.")] = False,
    stack: Stack = None,
    as_json: Json = False,
) -> None:
    """Show queues, alarms and recent failures.

    Also shows the version, the event source mappings, a pause and the delivery budget. Failures are those of the last
    hour.

    \b
    orders status
    orders status --stack prod --watch
    """
    system = find_system(stack)
    if as_json:
        print_json(_in_json(read_status(system)))
    elif watch:
        refresh_page(lambda: _watched(system, read_status(system)))
    else:
        now = read_status(system)
        print_page(_page(system, now))
        for name, url in _links(now):
            print_styled((f"{name}  ", ""), (url, f"link {url}"))


def _in_json(status: Status) -> dict[str, object]:
    return asdict(status) | {
        "pause": status.pause and asdict(status.pause) | {"since": status.pause.since.isoformat()},
        "version": asdict(status.version) | {"function_changed": status.version.function_changed.isoformat()},
        "alarms_since": {name: since.isoformat() for name, since in status.alarms_since.items()},
        "muted_until": status.muted_until and status.muted_until.isoformat(),
        "last_failure": status.last_failure and status.last_failure.isoformat(),
        "delivery_budget": status.delivery_budget.exports(),
    }


def _page(system: System, status: Status) -> Group:
    facts = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    facts.add_column()
    facts.add_column(overflow="fold")  # By default, a narrow terminal would cut ARNs.
    facts.add_row("stack", cell(system.stack))
    for title, styled in version_rows(status.version):
        facts.add_row(title, styled)
    facts.add_row("event source mapping", _state(status.mapping))
    for fact, text in _pause(status):
        facts.add_row(fact, cell(text))
    facts.add_row("mapping of the notifier", _state(status.notifier_mapping))
    for name, value in (*_alarms(status), *_failures(status), *_budget(status)):
        facts.add_row(name, value if isinstance(value, Text) else cell(value))
    return Group(_queues(status), facts)


def _watched(system: System, status: Status) -> Group:
    return Group(_page(system, status), *(cell(f"{name}  {url}", f"link {url}") for name, url in _links(status)))


def version_rows(version: Version) -> Iterator[tuple[str, Text]]:
    """Yield what was deployed, and what runs if that is something else."""
    deployed, changed = version.deployed, time_text(version.function_changed)
    yield (
        "deployed commit",
        cell(f"{_short(deployed.commit)} by {deployed.by}" if deployed else "not recorded: deploy again"),
    )
    yield "code of the processor", cell(f"zip {version.running_sha256[:12]}, function changed {changed}")
    if version.is_other:
        why = "a deployment failed halfway, or somebody else uploaded code: run `orders review`"
        yield "", cell(f"not the zip that was deployed: {why}", "red")


def _short(commit: str) -> str:
    """The beginning of a commit, as git shows it, with the mark of files that differ."""
    return commit[:12] + commit[40:]


def _state(mapping: str) -> Text:
    return cell(mapping, "green" if mapping in {"Enabled", "none"} else "red")


def _pause(status: Status) -> Iterator[tuple[str, str]]:
    if status.outlook:
        yield from pause_rows(status.pause)
        yield from outlook_rows(status.outlook)


def _queues(status: Status) -> Table:
    table = Table("queue", "contents", box=box.SIMPLE_HEAD, pad_edge=False)
    for heading in ("visible", "in flight", "oldest"):
        table.add_column(heading, justify="right")
    for queue in status.queues:
        style = "red" if queue.visible and queue.holds != WAITING else None
        counts = f"{queue.visible:,}", f"{queue.in_flight:,}"
        table.add_row(cell(queue.name), cell(queue.holds), *counts, _age(queue), style=style)
    return table


def _age(queue: QueueStatus) -> str:
    return "-" if queue.oldest_seconds is None else str(timedelta(seconds=round(queue.oldest_seconds)))


def _alarms(status: Status) -> Iterator[tuple[str, str | Text]]:
    states = Counter(status.alarms.values())
    yield "alarms", ", ".join(f"{count} {state}" for state, count in states.most_common()) or "none"
    for name, state in status.alarms.items():
        if state in {"ALARM", "missing"}:
            since = f" since {time_text(status.alarms_since[name])}" if name in status.alarms_since else ""
            yield "", cell(f"{name} {state}{since}", "bold red")
    if status.muted_until:
        yield "", cell(f"muted until {time_text(status.muted_until)}: no alarm notifies anybody", "red")


def _links(status: Status) -> Iterator[tuple[str, str]]:
    """The links to the alarms that are active, and to the dashboard. A terminal would break them in a table."""
    if status.dashboard_link:
        yield from ((name, status.alarm_links[name]) for name, state in status.alarms.items() if state == "ALARM")
        yield "dashboard", status.dashboard_link


def _failures(status: Status) -> Iterator[tuple[str, str]]:
    for signature, count in status.recent_failures.items():
        yield "failed attempts, last hour", f"{count:,} x {signature}"
    if status.last_failure:
        yield "last failed attempt", time_text(status.last_failure)


def _budget(status: Status) -> Iterator[tuple[str, str]]:
    budget = status.delivery_budget
    yield "delivery budget", f"orders are retried for at least {budget.earliest_dead_letter_seconds:,} s"
    yield "", f"dead letters are kept for at least {budget.least_dead_letter_days:g} days"
    yield "", f"at least {budget.orders_per_second:,.1f} orders a second"
    if budget.events_per_second:
        yield "", f"at least {budget.events_per_second:,.1f} events a second for each shard of the stream"
