"""`orders dead-letters list` and `groups`."""

import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from ops.commands.dead_letters.common import looking, moment, reasons_of, retention, span
from ops.dead_letters.failures import Failure, Group, grouped, read_failures
from ops.dead_letters.plot import chart, picture
from ops.errors import Exit
from ops.log import since
from ops.system import System, find_system
from ops.terminal import Json, Stack, complain, console, counted, line_of, say_json

COLUMNS = {"order": 22, "attempts": 8, "first seen": 20, "deleted in": 0}
GROUP_COLUMNS = {"group": 6, "class": 14, "count": 7, "first": 20, "last": 0}
BELOW = {"": 6, "more": 0}
"""A second line holds what may be long: both together fit a terminal of 80 columns, as a rule."""
LETTERS, LOG = "in the queue", "in the log"


def list_(*, stack: Stack = None, as_json: Json = False) -> None:
    """List every dead letter once, oldest first, and leave all of them where they are.

    `deleted in` is the time until SQS deletes it, counted from when its order was first queued. With --json, one a
    line.

    \b
    orders dead-letters list
    orders dlq list --stack prod --json
    """
    system = find_system(stack)
    kept = retention(system)
    with looking(system) as look:
        reasons = reasons_of(system, look)
        for position, seen in enumerate(look.seen):
            failure = reasons[seen.message_id]
            left = seen.first_seen + kept - datetime.now(UTC)
            if as_json:
                say_json(
                    {
                        "orderId": seen.order_id,
                        "messageId": seen.message_id,
                        "class": failure.kind,
                        "reason": failure.reason,
                        "group": failure.group_id,
                        "attempts": failure.attempt,
                        "firstSeen": seen.first_seen.isoformat(),
                        "deletedInSeconds": int(left.total_seconds()),
                    }
                )
                continue
            if not position:
                print(line_of({name: name for name in COLUMNS}, COLUMNS))
            row = {
                "order": seen.order_id or seen.message_id,
                "attempts": str(failure.attempt or "-"),
                "first seen": moment(seen.first_seen),
                "deleted in": span(left),
            }
            print(line_of(row, COLUMNS))
            print(line_of({"more": f"{failure.kind}: {failure.reason}"}, BELOW))
        if not look:
            complain("no dead letter is there to be seen")
            raise typer.Exit(Exit.NOT_ALL)


def groups(
    *,
    since_: Annotated[
        str | None, typer.Option("--since", help="Count the log's failed attempts too: 2h, 7d, or an ISO 8601 time.")
    ] = None,
    plot: Annotated[
        str | None, typer.Option(help="Draw failed attempts over time: a .png or .svg file, or - for this terminal.")
    ] = None,
    stack: Stack = None,
    as_json: Json = False,
) -> None:
    """Show what dead letters have in common: class and signature, how many, since when, and examples.

    \b
    orders dead-letters groups
    orders dead-letters groups --since 7d
    orders dead-letters groups --since 7d --plot failures.png
    orders dlq groups --since 24h --plot -
    """
    start = since(since_ or "1d")
    system = find_system(stack)
    with looking(system) as look:
        reasons = reasons_of(system, look)
        members = ((reasons[seen.message_id], seen.order_id or seen.message_id, seen.first_seen) for seen in look.seen)
        found = {LETTERS: grouped(members)}
    failures = list(_failures(system, start)) if since_ or plot else []
    if since_:
        found[LOG] = grouped((one, one.order_id or one.message_id, one.at) for one in failures if one.at)
    if as_json:
        say_json({where: [_in_json(group) for group in these] for where, these in found.items()})
    else:
        for where, these in found.items():
            _print(where, these, since_)
    if plot == "-":
        console.print(chart(failures, console.width))
    elif plot:
        picture(failures, Path(plot))
        print(f"drawn: {plot}", file=sys.stderr)


def _failures(system: System, start: datetime) -> Iterator[Failure]:
    return read_failures(system.logs, system.output("logGroupName"), start)


def _print(where: str, these: list[Group], since_: str | None) -> None:
    count = counted(sum(group.count for group in these), "failed attempt" if where == LOG else "dead letter")
    print(f"{count} {where}{f' since {since_}' if where == LOG else ''}")
    if these:
        print(line_of({name: name for name in GROUP_COLUMNS}, GROUP_COLUMNS))
    for group in these:
        row = {
            "group": group.group_id,
            "class": group.kind,
            "count": f"{group.count:,}",
            "first": moment(group.first),
            "last": moment(group.last),
        }
        print(line_of(row, GROUP_COLUMNS))
        print(line_of({"more": f"{group.signature}, such as {', '.join(group.examples)}"}, BELOW))


def _in_json(group: Group) -> dict[str, object]:
    return {
        "group": group.group_id,
        "class": group.kind,
        "signature": group.signature,
        "count": group.count,
        "first": group.first.isoformat(),
        "last": group.last.isoformat(),
        "examples": group.examples,
    }
