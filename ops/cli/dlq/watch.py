"""`orders dead-letters watch`."""

from collections.abc import Sequence
from datetime import UTC, datetime

from rich import box
from rich.console import Group
from rich.table import Table

from ops.cli.dlq.times import time_text
from ops.cli.options import Stack, find_system
from ops.cli.terminal import cell, refresh_page
from ops.dead_letters.failures import Failure, read_failures
from ops.dead_letters.grouping import grouped
from ops.queues import count_messages, name_of_queue
from ops.status import RECENT
from ops.system import System

SHOWN_FAILURES = 8


def watch(*, stack: Stack = None) -> None:
    """Watch the queues and the failures, until Ctrl-C.

    Shows the last hour's failures by group, and the last failures. It receives no dead letter, so it hides none from
    other people or from the alarm.

    \b
    orders dead-letters watch
    orders dlq watch --stack prod
    """
    system = find_system(stack)
    refresh_page(lambda: _page(system))


def _page(system: System) -> Group:
    start = datetime.now(UTC) - RECENT
    found = read_failures(system.clients.logs, system.outputs.log_group_name, start)
    failures = sorted(((failure, failure.at) for failure in found if failure.at), key=lambda pair: pair[1])
    return Group(_queues(system), _groups(failures), _last(failures))


def _queues(system: System) -> Table:
    table = Table("queue", box=box.SIMPLE_HEAD, pad_edge=False)
    for heading in ("visible", "in flight"):
        table.add_column(heading, justify="right")
    dead_letters, undelivered = system.outputs.dead_letter_queue_url, system.outputs.undelivered_queue_url
    for url in (system.outputs.queue_url, dead_letters, undelivered):
        counts = count_messages(system.clients.sqs, url)
        style = "red" if url != system.outputs.queue_url and counts.visible else None
        table.add_row(cell(name_of_queue(url)), f"{counts.visible:,}", f"{counts.in_flight:,}", style=style)
    return table


def _groups(failures: Sequence[tuple[Failure, datetime]]) -> Table:
    table = Table("group", "class", "failed, 1 h", "signature", box=box.SIMPLE_HEAD, pad_edge=False)
    for group in grouped((failure, failure.order_id or "?", time) for failure, time in failures):
        table.add_row(cell(group.group_id), cell(group.kind), f"{group.count:,}", cell(group.signature))
    return table


def _last(failures: Sequence[tuple[Failure, datetime]]) -> Table:
    table = Table("at", "order", "attempt", "reason", box=box.SIMPLE_HEAD, pad_edge=False)
    for failure, time in reversed(failures[-SHOWN_FAILURES:]):
        table.add_row(
            time_text(time),
            cell(failure.order_id or "?"),
            f"{failure.attempt} of {failure.max_attempts}",
            cell(failure.reason),
        )
    return table
