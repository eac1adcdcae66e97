"""`orders dead-letters history`."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from ops.cli.dlq.times import time_text
from ops.cli.exit_codes import Exit
from ops.cli.options import Json, Stack, find_system, since_option
from ops.cli.output import print_details, print_error, print_json, print_row
from ops.dead_letters.named import NAMED
from ops.history import read_history

COLUMNS = {"at": 20, "what": 14, "step": 0}
COMMON_FIELDS = {"at", "history", "step", "who", "why", "run", NAMED}
"""What the details leave out. The letters of an action can be thousands."""


def history(
    *,
    since: Annotated[datetime, since_option("30d")],
    stack: Stack = None,
    as_json: Json = False,
) -> None:
    """Show who changed dead letters, when and why.

    A command writes the record `begun` before a change, and `ended` or `stopped` with the result after it. If there is
    only `begun`, the command was killed or is still running. With --json, each line contains one record.

    \b
    orders dead-letters history
    orders dlq history --since 2h --json
    """
    system = find_system(stack)
    is_empty = True
    for record in read_history(system.clients.logs, system.outputs.log_group_name, since):
        is_empty = False
        if as_json:
            print_json(record)
        else:
            _print(record)
    if is_empty:
        print_error(f"no dead letter was changed since {time_text(since)}")
        raise typer.Exit(Exit.INCOMPLETE)


def _print(record: Mapping[str, Any]) -> None:
    time = datetime.fromtimestamp(record["at"] / 1000, UTC)
    if "unreadable" in record:
        print_row({"at": time_text(time), "what": "unreadable", "step": record["unreadable"]}, COLUMNS)
        return
    print_row({"at": time_text(time), "what": record["history"], "step": record["step"]}, COLUMNS)
    reason = f", because {record['why']}" if record["why"] else ""
    print_details(f"by {record['who']}{reason}")
    if details := [f"{name} {value}" for name, value in record.items() if name not in COMMON_FIELDS]:
        print_details(", ".join(details))
