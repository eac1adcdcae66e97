"""`orders dead-letters list`."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import typer

from ops.cli.dlq.looking import failures_of, looking
from ops.cli.dlq.times import duration_text, time_text
from ops.cli.exit_codes import Exit
from ops.cli.options import Json, Stack, find_system
from ops.cli.output import print_error, print_heading, print_json, print_row
from ops.dead_letters.failures import Failure
from ops.dead_letters.lease import Lease
from ops.text import needs_no_quotes, printable

COLUMNS = {"order": 22, "attempts": 8, "first seen": 20, "deleted in": 0}
SECOND_LINE = {"": 6, "more": 0}
"""The long part is on a second line, so that both lines fit into 80 columns as a rule."""


def list_(*, stack: Stack = None, as_json: Json = False) -> None:
    """List every dead letter once, oldest first.

    All dead letters stay in OrderDLQ. `deleted in` is the time until SQS deletes the letter. SQS counts the retention
    period from when the order was first queued. The message ID is shown if the order ID is not enough to name the
    letter. With --json, each line contains one letter.

    \b
    orders dead-letters list
    orders dlq list --stack prod --json
    """
    system = find_system(stack)
    with looking(system) as look:
        if not look:
            print_error("there is no visible dead letter")
            raise typer.Exit(Exit.INCOMPLETE)
        retention, failures = look.retention(), failures_of(system, look)
        if not as_json:
            print_heading(COLUMNS)
        unclear = _unclear_names(look.leases)
        for lease in look.leases:
            left = lease.first_seen + retention - datetime.now(UTC)
            if as_json:
                print_json(_in_json(lease, failures[lease.message_id], left))
            else:
                _print(lease, failures[lease.message_id], left, has_clear_name=lease.name not in unclear)


def _unclear_names(leases: Sequence[Lease]) -> set[str]:
    """The names that mean several letters or another one, or that cannot be typed as they are shown."""
    counts = Counter(name for lease in leases for name in {lease.name, lease.message_id, *lease.order_ids})
    return {name for name, count in counts.items() if count > 1 or not needs_no_quotes(name)}


def _print(lease: Lease, failure: Failure, left: timedelta, *, has_clear_name: bool) -> None:
    row = {
        "order": lease.name,
        "attempts": str(failure.attempt or "-"),
        "first seen": time_text(lease.first_seen),
        "deleted in": duration_text(left),
    }
    print_row(row, COLUMNS)
    message = "" if has_clear_name else f"message {lease.message_id}, "
    print_row({"more": f"{message}{failure.kind}: {printable(failure.reason)}"}, SECOND_LINE)


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
