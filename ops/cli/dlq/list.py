"""`orders dead-letters list`."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer

from ops.cli.columns import cut, width_of
from ops.cli.dlq.looking import failures_of, looking
from ops.cli.dlq.option_groups import takes_groups
from ops.cli.dlq.options import Queue, WindowOptions, find_letters
from ops.cli.dlq.times import duration_text, time_text
from ops.cli.exit_codes import Exit
from ops.cli.options import Json, Stack
from ops.cli.output import print_details, print_error, print_heading, print_json, print_row
from ops.dead_letters.failures import Failure
from ops.dead_letters.lease import Lease
from ops.system import LetterQueue
from ops.text import needs_no_quotes, printable

COLUMNS = {"order": 22, "attempts": 8, "first seen": 20, "deleted in": 0}
MAX_NAME = 36
"""The widest order column with which a row fits into 80 columns. A UUID fits into it."""


@takes_groups
def list_(
    window: WindowOptions,
    *,
    message_ids: Annotated[
        bool, typer.Option("--message-ids", help="Show the message ID of each letter. All commands accept it.")
    ] = False,
    queue: Queue = LetterQueue.DEAD_LETTERS,
    stack: Stack = None,
    as_json: Json = False,
) -> None:
    """List every dead letter once, oldest first.

    All dead letters stay in OrderDLQ. `deleted in` is the time until SQS deletes the letter. SQS counts the retention
    period from when the order was first queued, which is `first seen`. --since and --until compare with this time,
    too. An edited, restored or redriven letter is a new message with a new time. The message ID is shown
    if the order ID is not enough to name the letter, or too long to show. With --json, each line contains one letter.

    \b
    orders dead-letters list
    orders dlq list --since 2h --limit 20
    orders dlq list --since 2026-11-24T16:00:00Z --until 2026-11-24T17:00:00Z --message-ids
    orders dlq list --stack prod --json
    """
    system = find_letters(stack, queue)
    with looking(system) as look:
        if not look:
            print_error("there is no visible dead letter")
            raise typer.Exit(Exit.INCOMPLETE)
        retention, failures = look.retention(), failures_of(system, look)
        leases = window.selection().leases(system, look, failures)
        columns = {**COLUMNS, "order": _name_width(leases)}
        if not as_json:
            print_heading(columns)
        unclear = _unclear_names(look.leases)
        for lease in leases:
            left = lease.first_seen + retention - datetime.now(UTC)
            if as_json:
                print_json(_in_json(lease, failures[lease.message_id], left))
            else:
                shows_id = message_ids or lease.name in unclear
                _print(lease, failures[lease.message_id], left, columns, shows_id=shows_id)


def _name_width(leases: Sequence[Lease]) -> int:
    widest = max(width_of(printable(lease.name)) for lease in leases)
    return min(max(widest, COLUMNS["order"]), MAX_NAME)


def _unclear_names(leases: Sequence[Lease]) -> set[str]:
    """The names that mean several letters or another one, or that cannot be typed as they are shown."""
    counts = Counter(name for lease in leases for name in {lease.name, lease.message_id, *lease.order_ids})
    return {name for name, count in counts.items() if count > 1 or not needs_no_quotes(name)}


def _print(lease: Lease, failure: Failure, left: timedelta, columns: Mapping[str, int], *, shows_id: bool) -> None:
    name = printable(lease.name)
    shown = cut(name, columns["order"])
    row = {
        "order": shown,
        "attempts": str(failure.attempt or "-"),
        "first seen": time_text(lease.first_seen),
        "deleted in": duration_text(left),
    }
    print_row(row, columns)
    if shows_id or shown != name:
        print_details(f"message {lease.message_id}")
    print_details(f"{failure.kind}: {failure.reason}")


def _in_json(lease: Lease, failure: Failure, left: timedelta) -> dict[str, object]:
    return {
        "orderId": lease.order_id,
        "messageId": lease.message_id,
        "class": failure.kind,
        "reason": failure.reason,
        "group": failure.group_id,
        "attempts": failure.attempt,
        "firstSeen": lease.first_seen.isoformat(),
        "deletedInSeconds": int(left.total_seconds()),
    }
