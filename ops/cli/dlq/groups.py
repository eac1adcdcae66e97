"""`orders dead-letters groups`."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from ops.cli.dlq.chart import print_chart
from ops.cli.dlq.looking import failures_of, looking
from ops.cli.dlq.options import Queue, find_letters
from ops.cli.dlq.times import time_text
from ops.cli.exit_codes import Exit
from ops.cli.options import Json, Stack, parse_since
from ops.cli.output import print_details, print_error, print_heading, print_json, print_line, print_row
from ops.dead_letters.failures import Failure, read_failures
from ops.dead_letters.grouping import Group, grouped
from ops.dead_letters.picture import picture
from ops.system import LetterQueue, System
from ops.text import counted

COLUMNS = {"group": 6, "class": 14, "count": 7, "first": 20, "last": 0}
TERMINAL = "-"
"""The value of --plot that draws in the terminal."""


@dataclass(frozen=True, slots=True)
class Since:
    """A start time, and the text that the user gave for it."""

    text: str
    time: datetime


def parse_since_text(text: str) -> Since:
    return Since(text, parse_since(text))


def groups(
    *,
    since: Annotated[
        Since | None,
        typer.Option(
            parser=parse_since_text,
            metavar="TIME",
            help="Also group the failed attempts in the log since then: 2h or 7d ago, or an ISO 8601 time.",
        ),
    ] = None,
    plot: Annotated[
        str | None,
        typer.Option(
            metavar="FILE", help="Draw the failed attempts over time to a .png or .svg file. - draws in the terminal."
        ),
    ] = None,
    queue: Queue = LetterQueue.DEAD_LETTERS,
    stack: Stack = None,
    as_json: Json = False,
) -> None:
    """Group dead letters by class and signature.

    --plot draws the last day, unless --since gives another
    start. If there is no group, the exit code is 1.

    \b
    orders dead-letters groups
    orders dead-letters groups --since 7d
    orders dead-letters groups --since 7d --plot failures.png
    orders dlq groups --since 24h --plot -
    """
    system = find_letters(stack, queue)
    in_queue = _groups_in_queue(system)
    failures = list(_failures(system, since)) if since or plot else []
    in_log = _groups_in_log(failures) if since else None
    if as_json:
        print_json(_in_json(in_queue, in_log))
    else:
        _print(in_queue, in_log, since)
    if plot:
        _plot(failures, plot)
    if not (in_queue or failures):
        raise typer.Exit(Exit.INCOMPLETE)


def _groups_in_queue(system: System) -> list[Group]:
    with looking(system) as look:
        failures = failures_of(system, look)
        return grouped((failures[lease.message_id], lease.name, lease.first_seen) for lease in look.leases)


def _failures(system: System, since: Since | None) -> Iterator[Failure]:
    start = since.time if since else parse_since("1d")
    return read_failures(system.clients.logs, system.outputs.log_group_name, start)


def _groups_in_log(failures: Sequence[Failure]) -> list[Group]:
    return grouped((one, one.order_id or one.message_id, one.at) for one in failures if one.at)


def _in_json(in_queue: Sequence[Group], in_log: Sequence[Group] | None) -> Mapping[str, object]:
    found = {"in the queue": in_queue} | ({} if in_log is None else {"in the log": in_log})
    return {place: [_group_in_json(group) for group in groups] for place, groups in found.items()}


def _group_in_json(group: Group) -> dict[str, object]:
    return {
        "group": group.group_id,
        "class": group.kind,
        "signature": group.signature,
        "count": group.count,
        "first": group.first.isoformat(),
        "last": group.last.isoformat(),
        "examples": group.examples,
    }


def _print(in_queue: Sequence[Group], in_log: Sequence[Group] | None, since: Since | None) -> None:
    print_line(f"{counted(_size(in_queue), 'dead letter')} in the queue")
    _print_groups(in_queue)
    if since and in_log is not None:
        print_line(f"{counted(_size(in_log), 'failed attempt')} in the log since {since.text}")
        _print_groups(in_log)


def _size(groups: Sequence[Group]) -> int:
    return sum(group.count for group in groups)


def _print_groups(groups: Sequence[Group]) -> None:
    if groups:
        print_heading(COLUMNS)
    for group in groups:
        row = {
            "group": group.group_id,
            "class": group.kind,
            "count": f"{group.count:,}",
            "first": time_text(group.first),
            "last": time_text(group.last),
        }
        print_row(row, COLUMNS)
        print_details(f"{group.signature}; for example {', '.join(group.examples)}")


def _plot(failures: Sequence[Failure], plot: str) -> None:
    if plot == TERMINAL:
        print_chart(failures)
    else:
        picture(failures, Path(plot))
        print_error(f"drawn: {plot}")
