"""`orders logs`."""

from collections.abc import Iterator
from datetime import datetime
from typing import Annotated

import typer

from handler.outcome import Kind
from ops.cli.exit_codes import Exit
from ops.cli.options import Json, Stack, find_system, since_option
from ops.cli.output import print_error, print_json, print_line
from ops.log import Record, follow_log, read_log
from ops.system import System
from ops.text import counted, printable


def logs(
    *,
    order: Annotated[str | None, typer.Option(help="Show only records about this order.")] = None,
    since: Annotated[datetime, since_option("1h")],
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Show new records too, until Ctrl-C.")] = False,
    stack: Stack = None,
    as_json: Json = False,
) -> None:
    """Show the processor's log.

    \b
    orders logs --since 15m
    orders logs --order O1234 --since 7d
    orders logs --follow --json
    """
    count = 0
    for record in _records(find_system(stack), order, since, follow=follow):
        count += 1
        if as_json:
            print_json(record)
        else:
            for line in in_words(record):
                print_line(line)
    if not count:
        about = f"about {printable(order)} " if order else ""
        print_error(f"the log contains no record {about}since {since:%Y-%m-%d %H:%M:%S %Z}")
        raise typer.Exit(Exit.INCOMPLETE)


def _records(system: System, order: str | None, since: datetime, *, follow: bool) -> Iterator[Record]:
    logs, group = system.clients.logs, system.outputs.log_group_name
    if follow:
        return follow_log(logs, group, start=since, order_id=order)
    records = read_log(logs, group, start=since, order_id=order)
    return iter(sorted(records, key=lambda record: str(record["timestamp"])))


def in_words(record: Record) -> Iterator[str]:
    """Describe a record in one line, and an exception on the indented lines below."""
    time = str(record["timestamp"])[:23].replace("T", " ")
    yield printable(f"{time}  {record['level']:7}  {_event_in_words(record)}")
    if "exception" in record:
        yield from (f"  {line}" for line in str(record["exception"]).split("\n"))


def _event_in_words(record: Record) -> str:
    if "errorClass" in record:
        return _failure_in_words(record)
    outcomes = [f"{kind} {', '.join(map(printable, record[kind]))}" for kind in Kind if kind in record]
    if outcomes or "BatchSize" in record:
        return "; ".join(outcomes) or "no order of the batch was stored"
    return ": ".join(str(record[name]) for name in ("message", "reason") if name in record)


def _failure_in_words(record: Record) -> str:
    attempt = f"attempt {record['attempt']} of {record['maxAttempts']}"
    several = record.get("messageIds")
    failed = counted(len(several), "message") if several else printable(record.get("orderId") or "?")
    shortened = " (shortened)" if "omitted" in record else ""
    return f"{failed} failed, {attempt}: {printable(record['reason'])} ({record['errorClass']}){shortened}"
