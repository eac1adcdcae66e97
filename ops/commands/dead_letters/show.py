"""`orders dead-letters show`."""

import json
from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from urllib.parse import quote

from rich.table import Table
from rich.text import Text

from handler.order import InvalidOrder, parse_order
from handler.outcome import Kind, Outcome
from ops.commands.dead_letters.common import Name, looking, moment, named, retention, span
from ops.dead_letters.body import inner, readable
from ops.dead_letters.failures import Failure, read_failures
from ops.dead_letters.fate import FORECASTS, outcomes
from ops.dead_letters.letter import Letter
from ops.dead_letters.look import Seen
from ops.system import System, find_system
from ops.table import get_order
from ops.terminal import Json, Stack, as_json_text, console, line_of, printable, say_json


def show(name: Name, *, stack: Stack = None, as_json: Json = False) -> None:
    """Show a dead letter: its body with the flaw marked, attributes, every attempt, what the table holds for its order,
    and what sending it again would do.

    \b
    orders dead-letters show O9002
    orders dlq show 6f0c1f9e-6f61-4f0e-8d38-0c6f8a1c36b5 --json
    """
    system = find_system(stack)
    with looking(system) as look:
        for seen, outcome in outcomes(system, look, named(look, name)):
            letter = look.whole(seen)
            attempts = _attempts(system, seen)
            there = get_order(system.dynamodb, system.output("tableName"), seen.order_id) if seen.order_id else None
            if as_json:
                say_json(
                    {
                        **json.loads(letter.as_json()),
                        "orderId": seen.order_id,
                        "firstSeen": seen.first_seen.isoformat(),
                        "attempts": [_in_json(attempt) for attempt in attempts],
                        "inTable": there,
                        "redriveWould": outcome.kind,
                    }
                )
            else:
                _print(system, seen, letter, attempts, there, outcome)


def _attempts(system: System, seen: Seen) -> list[Failure]:
    start = seen.first_seen if seen.logged_as == seen.message_id else datetime.fromtimestamp(0, UTC)
    found = read_failures(system.logs, system.output("logGroupName"), start)
    mine = [one for one in found if one.message_id in {seen.message_id, seen.logged_as}]
    return sorted(mine, key=lambda one: one.at or start)


def _in_json(attempt: Failure) -> dict[str, object]:
    return {
        "attempt": attempt.attempt,
        "maxAttempts": attempt.max_attempts,
        "at": attempt.at and attempt.at.isoformat(),
        "class": attempt.kind,
        "reason": attempt.reason,
        "requestId": attempt.request_id,
    }


def _print(
    system: System,
    seen: Seen,
    letter: Letter,
    attempts: list[Failure],
    there: Mapping[str, object] | None,
    outcome: Outcome,
) -> None:
    widths = {"name": 12, "value": 0}
    left = seen.first_seen + retention(system) - datetime.now(UTC)
    facts = {
        "order": seen.order_id or "?",
        "message": seen.message_id,
        **({"logged as": seen.logged_as} if seen.logged_as != seen.message_id else {}),
        "first seen": moment(seen.first_seen),
        "deleted in": span(left),
        "size": f"{letter.size:,} bytes",
    }
    for name, value in facts.items():
        print(line_of({"name": name, "value": value}, widths))
    for attribute, held in letter.attributes.items():
        value = held.get("StringValue", f"{len(held.get('BinaryValue', b'')):,} bytes")
        print(line_of({"name": "attribute", "value": f"{attribute} ({held['DataType']}): {value}"}, widths))
    for attempt in attempts:
        when = moment(attempt.at) if attempt.at else ""
        tried = f"{attempt.attempt} of {attempt.max_attempts}"
        print(line_of({"name": tried, "value": f"{when}  request {attempt.request_id}"}, widths))
        print(line_of({"value": f"{attempt.kind}: {attempt.reason}"}, widths))
    if not attempts:
        print(line_of({"name": "attempts", "value": "none got to an end: throttled, timed out or crashed"}, widths))
    print(line_of({"name": "log", "value": _log_link(system, seen, attempts)}, widths))
    print()
    beside = Table("dead letter", f"in {system.output('tableName')}", box=None, padding=(0, 3, 0, 0))
    beside.add_row(
        _lines(readable(letter.body), _flawed(letter.body, there, outcome)),
        _lines(as_json_text(there, indent=2) if there else "not there"),
    )
    console.print(beside)
    why = f": {outcome.reason}" if outcome.reason else ""
    print(f"\nsent again, it would: {printable(FORECASTS[outcome.kind] + why)}")


def _flawed(body: str, there: Mapping[str, object] | None, outcome: Outcome) -> Collection[str]:
    """The fields that keep the order from being stored: one that has a flaw, or those that the table has otherwise."""
    if there and outcome.kind == Kind.CONFLICT:
        return {name for name, value in (inner(body) or {}).items() if there.get(name) != value}
    try:
        parse_order(body)
    except InvalidOrder as invalid:
        return {invalid.field} if invalid.field else ()
    return ()


def _lines(text: str, marked: Collection[str] = ()) -> Text:
    """A document, with the lines of some fields marked."""
    lines = Text()
    for line in map(printable, text.split("\n")):
        has_mark = any(line.startswith(f'  "{field}":') for field in marked)
        lines.append(f"{'>' if has_mark else ' '} {line}\n", "bold red" if has_mark else None)
    return lines


def _log_link(system: System, seen: Seen, attempts: list[Failure]) -> str:
    """The message's records in CloudWatch's console; on this machine, the command that shows them."""
    start = (attempts[0].at if attempts else None) or seen.first_seen
    if system.endpoint_url:
        since = start.isoformat(timespec="seconds").removesuffix("+00:00") + "Z"
        return f"orders logs --since {since}" + (f" --order {seen.order_id}" if seen.order_id and attempts else "")
    region = str(system.output("topicArn")).split(":")[3]
    start_ms = int(start.timestamp() * 1000)
    pattern = quote(f'"{seen.logged_as}"', safe="")
    group = quote(quote(system.output("logGroupName"), safe=""), safe="").replace("%", "$")
    within = quote(f"?filterPattern={pattern}&start={start_ms}", safe="").replace("%", "$")
    return (
        f"https://{region}.console.aws.amazon.com/cloudwatch/home?region={region}"
        f"#logsV2:log-groups/log-group/{group}/log-events{within}"
    )
