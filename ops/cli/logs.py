"""`orders logs`."""

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from handler.contract import BATCH_PROCESSED, RecordField
from handler.notifier.telling import State
from handler.outcome import Kind
from ops.cli.events.system import find_telling_system
from ops.cli.exit_codes import Exit
from ops.cli.options import Json, Stack, find_system, since_option
from ops.cli.output import print_error, print_json, print_line
from ops.errors import explain_aws_error
from ops.log.lines import Line, Record, Source, text_in
from ops.log.reading import follow_log, read_lines
from ops.system import System
from ops.text import counted, printable

if TYPE_CHECKING:
    from botocore.exceptions import BotoCoreError, ClientError


def logs(
    *,
    order: Annotated[str | None, typer.Option(help="Show only records about this order.")] = None,
    since: Annotated[datetime, since_option("1h")],
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Show new lines too, until Ctrl-C.")] = False,
    notifier: Annotated[bool, typer.Option("--notifier", help="Show the notifier's log instead.")] = False,
    everything: Annotated[bool, typer.Option("--all", help="Also show Lambda's lines about successes.")] = False,
    stack: Stack = None,
    as_json: Json = False,
) -> None:
    """Show the log of the processor or the notifier.

    Shows the handler's records, Lambda's own lines such as `Task timed out`, and what the code prints. With --json,
    one document a line.

    \b
    orders logs --since 15m
    orders logs --order O1234 --since 7d
    orders logs --follow --json
    orders logs --notifier --order O1234
    """
    system = find_telling_system(stack) if notifier else find_system(stack)
    group = system.outputs.notifier_log_group_name if notifier else system.outputs.log_group_name
    shown = left_out = 0
    for line in _lines(system, group, order, since, follow=follow):
        if line.is_routine and not everything:
            left_out += 1
            continue
        shown += 1
        if as_json:
            print_json(line.as_json())
        else:
            for text in in_words(line):
                print_line(text)
    if not shown:
        what = f"only {left_out:,} lines of Lambda's routine" if left_out else "no line"
        about = f" about {printable(order)}" if order else ""
        remedy = "; --all shows them" if left_out else ""
        print_error(f"the log contains {what}{about} since {since:%Y-%m-%d %H:%M:%S %Z}{remedy}")
        raise typer.Exit(Exit.INCOMPLETE)


def _lines(system: System, group: str, order: str | None, since: datetime, *, follow: bool) -> Iterator[Line]:
    logs = system.clients.logs
    if follow:
        return follow_log(logs, group, start=since, order_id=order, on_problem=_say_that_it_goes_on)
    return iter(sorted(read_lines(logs, group, start=since, order_id=order), key=lambda line: line.at))


def _say_that_it_goes_on(error: "BotoCoreError | ClientError") -> None:
    print_error(f"still following: {explain_aws_error(error) or error}")


def in_words(line: Line) -> Iterator[str]:
    """Describe a line of the log in one line, and an exception or further lines of a text below it, indented."""
    first, *more = _texts(line)
    yield printable(f"{line.at:%Y-%m-%d %H:%M:%S}.{line.at.microsecond // 1000:03}  {line.level:7}  {first}")
    yield from (f"    {one}" for one in more)


def _texts(line: Line) -> list[str]:
    if line.source is Source.PROCESSOR and line.document:
        # Publishers decide what is in an event: it is one line, whatever it contains.
        exception = line.document.get(RecordField.EXCEPTION)
        return [_event_in_words(line.document), *(str(exception).split("\n") if exception else [])]
    about = [*(["Lambda"] if line.source is Source.LAMBDA else []), *([line.cause] if line.cause else [])]
    return ": ".join([*about, line.message.replace("\t", "  ")]).splitlines() or [""]


def _event_in_words(record: Record) -> str:
    if RecordField.ERROR_CLASS in record:
        return _failure_in_words(record)
    outcomes = [f"{name} {', '.join(map(printable, record[name]))}" for name in (*Kind, *State) if name in record]
    if outcomes or record["message"] == BATCH_PROCESSED:
        return "; ".join(outcomes) or "no order of the batch was stored"
    about = text_in(record, RecordField.ORDER_ID) or ", ".join(record.get(RecordField.ORDER_IDS, ()))
    said = ": ".join(str(record[name]) for name in ("message", RecordField.REASON) if name in record)
    return f"{printable(about)}: {said}" if about else said


def _failure_in_words(record: Record) -> str:
    attempt, last = record.get(RecordField.ATTEMPT, "?"), record.get(RecordField.MAX_ATTEMPTS, "?")
    several, order_id = record.get(RecordField.MESSAGE_IDS), text_in(record, RecordField.ORDER_ID)
    failed = counted(len(several), "message") if isinstance(several, list) else order_id or "?"
    reason = text_in(record, RecordField.REASON) or "no reason in the record"
    shortened = " (shortened)" if RecordField.OMITTED in record else ""
    explained = f"{printable(reason)} ({record[RecordField.ERROR_CLASS]}){shortened}"
    return f"{printable(failed)} failed, attempt {attempt} of {last}: {explained}"
