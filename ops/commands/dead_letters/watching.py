"""`orders dead-letters watch`."""

import time
from datetime import UTC, datetime

from rich import box
from rich.console import Group
from rich.table import Table
from rich.text import Text

from ops.commands.dead_letters.common import moment
from ops.commands.status import live_page
from ops.dead_letters.failures import grouped, read_failures
from ops.status import RECENT, read_queue
from ops.system import System, find_system
from ops.terminal import Stack, printable

LAST = 8
"""So many of the last failures."""


def watch(*, stack: Stack = None) -> None:
    """Watch both queues, failures by group and the last of them, until Ctrl-C.

    It counts and reads the log, and takes no dead letter: none is hidden from others, or from the alarm.

    \b
    orders dead-letters watch
    orders dlq watch --stack prod
    """
    system = find_system(stack)
    live_page(lambda: _page(system), sleep=time.sleep)


def _page(system: System) -> Group:
    queues = Table("queue", box=box.SIMPLE_HEAD, pad_edge=False)
    for heading in ("visible", "in flight"):
        queues.add_column(heading, justify="right")
    for output, holds in (("queueUrl", "waiting"), ("deadLetterQueueUrl", "dead letters")):
        queue = read_queue(system, output, holds)
        style = "red" if holds == "dead letters" and queue.visible else None
        queues.add_row(queue.name, f"{queue.visible:,}", f"{queue.in_flight:,}", style=style)
    start = datetime.now(UTC) - RECENT
    failures = sorted(
        (one for one in read_failures(system.logs, system.output("logGroupName"), start) if one.at),
        key=lambda one: one.at or start,
    )
    by_group = Table("group", "class", "failed, 1 h", "signature", box=box.SIMPLE_HEAD, pad_edge=False)
    for group in grouped((one, one.order_id or "?", one.at) for one in failures if one.at):
        by_group.add_row(group.group_id, group.kind, f"{group.count:,}", Text(printable(group.signature)))
    last = Table("at", "order", "attempt", "reason", box=box.SIMPLE_HEAD, pad_edge=False)
    for one in reversed(failures[-LAST:]):
        order = Text(printable(one.order_id or "?"))
        last.add_row(
            moment(one.at or start), order, f"{one.attempt} of {one.max_attempts}", Text(printable(one.reason))
        )
    return Group(queues, by_group, last)
