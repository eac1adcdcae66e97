"""`orders logs`."""

from typing import Annotated

import typer

from handler.outcome import Kind
from ops.errors import Exit
from ops.log import Record, follow_log, read_log, since
from ops.system import find_system
from ops.terminal import Json, Stack, complain, printable, say_json


def logs(
    *,
    order: Annotated[str | None, typer.Option(help="Only records about this order.")] = None,
    since_: Annotated[str, typer.Option("--since", help="90s, 15m, 2h, 7d, or an ISO 8601 time.")] = "1h",
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on with what comes, until Ctrl-C.")] = False,
    stack: Stack = None,
    as_json: Json = False,
) -> None:
    """Show what the processor logged.

    \b
    orders logs --since 15m
    orders logs --order O1234 --since 7d
    orders logs --follow --json
    """
    start = since(since_)
    system = find_system(stack)
    group = system.output("logGroupName")
    if follow:
        found = follow_log(system.logs, group, start=start, order_id=order)
    else:
        unsorted = read_log(system.logs, group, start=start, order_id=order)
        found = iter(sorted(unsorted, key=lambda record: str(record["timestamp"])))
    count = 0
    for record in found:
        if as_json:
            say_json(record)
        else:
            print(in_words(record), flush=True)
        count += 1
    if not count:
        complain(f"the log has nothing {f'about {order} ' if order else ''}since {start:%Y-%m-%d %H:%M:%S %Z}")
        raise typer.Exit(Exit.NOT_ALL)


def in_words(record: Record) -> str:
    """A record on one line."""
    when = str(record["timestamp"])[:23].replace("T", " ")
    if "errorClass" in record:
        tries = f"attempt {record['attempt']} of {record['maxAttempts']}"
        what = f"{record.get('orderId') or '?'} failed, {tries}: {record['reason']} ({record['errorClass']})"
    elif "BatchSize" in record or any(kind in record for kind in Kind):
        done = [f"{kind} {', '.join(record[kind])}" for kind in Kind if kind in record]
        what = "; ".join(done) or "no order of the batch was stored"
    else:
        what = ": ".join(str(record[name]) for name in ("message", "reason") if name in record)
    line = printable(f"{when}  {record['level']:7}  {what}")
    return f"{line}\n{record['exception']}" if "exception" in record else line
