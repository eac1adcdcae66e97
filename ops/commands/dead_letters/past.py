"""`orders dead-letters history`."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from ops.commands.dead_letters.common import moment
from ops.dead_letters.history import read_history
from ops.errors import Exit
from ops.log import since
from ops.system import find_system
from ops.terminal import Json, Stack, complain, line_of, say_json

COLUMNS = {"at": 20, "what": 14, "step": 0}
BELOW = {"": 6, "more": 0}
OF_EACH = {"at", "history", "step", "who", "why", "run"}


def history(
    *,
    since_: Annotated[str, typer.Option("--since", help="2h, 7d, or an ISO 8601 time.")] = "30d",
    stack: Stack = None,
    as_json: Json = False,
) -> None:
    """Show who did what to dead letters, when, why and with which result. With --json, one record a line.

    A record without an `ended` or `stopped` behind it is of a run that was killed, or that still goes on.

    \b
    orders dead-letters history
    orders dlq history --since 2h --json
    """
    start = since(since_)
    system = find_system(stack)
    count = 0
    for record in read_history(system, start):
        count += 1
        if as_json:
            say_json(record)
            continue
        when = datetime.fromtimestamp(record["at"] / 1000, UTC)
        row = {"at": moment(when), "what": record["history"], "step": record["step"]}
        print(line_of(row, COLUMNS))
        why = f", because {record['why']}" if record["why"] else ""
        print(line_of({"more": f"by {record['who']}{why}"}, BELOW))
        if details := [f"{name} {value}" for name, value in record.items() if name not in OF_EACH]:
            print(line_of({"more": ", ".join(details)}, BELOW))
    if not count:
        complain(f"nothing was done to dead letters since {moment(start)}")
        raise typer.Exit(Exit.NOT_ALL)
