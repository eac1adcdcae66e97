"""`orders dead-letters show`."""

import json
import shlex
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import zip_longest
from urllib.parse import quote

from handler.order import InvalidOrder, parse_order
from handler.outcome import Kind, Outcome
from ops.cli.dlq.list import SECOND_LINE
from ops.cli.dlq.looking import looking
from ops.cli.dlq.options import Name
from ops.cli.dlq.times import duration_text, time_text
from ops.cli.options import Json, Stack, find_system
from ops.cli.output import print_json, print_line, print_row
from ops.cli.terminal import console, print_styled
from ops.dead_letters.failures import Failure, attempts_of
from ops.dead_letters.forecast import FORECASTS, outcomes
from ops.dead_letters.interruptions import Interruption, interruptions_of, why_unlogged
from ops.dead_letters.lease import Lease
from ops.dead_letters.letter import Letter
from ops.dead_letters.look import Look
from ops.dead_letters.selection import leases_named
from ops.order_body import order_in, readable
from ops.system import System
from ops.table import StoredOrder, get_order
from ops.text import as_json_text, needs_no_quotes, printable

WIDTHS = {"name": 12, "value": 0}
GAP = 3
"""The columns between two orders that are next to each other."""
MAX_COLUMN = 60
"""The maximum width of the dead letter's column. Nothing is cut: a longer line moves the stored order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Facts:
    """Everything that the command shows of one letter."""

    lease: Lease
    letter: Letter
    attempts: Sequence[Failure]
    """Oldest first."""
    interruptions: Mapping[str, Interruption]
    """The invocations that logged these attempts and failed as a whole, by request ID."""
    unlogged: str
    """The likely reason why no attempt is logged. Empty if one is."""
    stored: StoredOrder | None
    """The order as the table stores it."""
    outcome: Outcome
    """What a redrive would do with the letter now."""
    left: timedelta
    """The time until SQS deletes the letter."""


def show(name: Name, *, stack: Stack = None, as_json: Json = False) -> None:
    """Show a dead letter and why it failed.

    Shows its order with the invalid field marked, its attributes, every failed attempt, the order in the table, and
    what a redrive would do.

    \b
    orders dead-letters show O9002
    orders dlq show 6f0c1f9e-6f61-4f0e-8d38-0c6f8a1c36b5 --json
    """
    system = find_system(stack)
    with looking(system) as look:
        for facts in _facts(system, look, name):
            if as_json:
                print_json(_in_json(facts))
            else:
                _print(system, facts)


def _facts(system: System, look: Look, name: str) -> Iterator[_Facts]:
    clients, outputs = system.clients, system.outputs
    retention = look.retention()
    for lease, outcome in outcomes(system, look, leases_named(look, name)):
        attempts = attempts_of(clients.logs, outputs.log_group_name, lease)
        yield _Facts(
            lease=lease,
            letter=look.letter(lease),
            attempts=attempts,
            interruptions=interruptions_of(system, attempts),
            unlogged="" if attempts else why_unlogged(system, look.letter(lease)),
            stored=get_order(clients.dynamodb, outputs.table_name, lease.order_id) if lease.order_id else None,
            outcome=outcome,
            left=lease.first_seen + retention - datetime.now(UTC),
        )


def _in_json(facts: _Facts) -> dict[str, object]:
    return {
        **json.loads(facts.letter.as_json()),
        "orderId": facts.lease.order_id,
        "firstSeen": facts.lease.first_seen.isoformat(),
        "attempts": [_attempt_in_json(attempt, facts.interruptions) for attempt in facts.attempts],
        "whyNoAttempt": facts.unlogged or None,
        "inTable": facts.stored,
        "redriveWould": facts.outcome.kind,
    }


def _attempt_in_json(attempt: Failure, interruptions: Mapping[str, Interruption]) -> dict[str, object]:
    interruption = interruptions.get(attempt.request_id)
    return {
        "attempt": attempt.attempt,
        "maxAttempts": attempt.max_attempts,
        "at": attempt.at and attempt.at.isoformat(),
        "class": attempt.kind,
        "reason": attempt.reason,
        "requestId": attempt.request_id,
        "invocation": interruption and str(interruption),
    }


def _print(system: System, facts: _Facts) -> None:
    for name, value in (*_about_letter(facts), *_about_attempts(facts), ("log", _log_link(system, facts))):
        if name:
            print_row({"name": name, "value": value}, WIDTHS)
        else:
            print_row({"more": value}, SECOND_LINE)
    print_line()
    _print_orders(system, facts)
    print_line()
    print_line(f"a redrive would {FORECASTS[facts.outcome.kind]}")
    if facts.outcome.reason:
        print_row({"more": facts.outcome.reason}, SECOND_LINE)


def _about_letter(facts: _Facts) -> Iterator[tuple[str, str]]:
    lease = facts.lease
    yield "order", lease.order_id or "?"
    yield "message", lease.message_id
    if lease.logged_as != lease.message_id:
        yield "logged as", lease.logged_as
    yield "first seen", time_text(lease.first_seen)
    yield "deleted in", duration_text(facts.left)
    yield "size", f"{facts.letter.size:,} bytes"
    for name, attribute in facts.letter.attributes.items():
        value = attribute.get("StringValue", f"{len(attribute.get('BinaryValue', b'')):,} bytes")
        yield "attribute", f"{name} ({attribute['DataType']}): {value}"


def _about_attempts(facts: _Facts) -> Iterator[tuple[str, str]]:
    """The attempts, each with its reason under an empty name: a long reason has a line of its own."""
    for attempt in facts.attempts:
        time = time_text(attempt.at) if attempt.at else ""
        yield f"{attempt.attempt} of {attempt.max_attempts}", f"{time}  request {attempt.request_id}"
        yield "", f"{attempt.kind}: {attempt.reason}"
        if interruption := facts.interruptions.get(attempt.request_id):
            yield "", f"then the whole batch failed: {interruption}"
    if facts.unlogged:
        yield "attempts", facts.unlogged


def _log_link(system: System, facts: _Facts) -> str:
    """A link to the letter's records in the CloudWatch console, or on this machine the command that shows them."""
    lease = facts.lease
    start = (facts.attempts[0].at if facts.attempts else None) or lease.first_seen
    if system.clients.endpoint_url:
        # The processor logs no order ID for a body that it cannot read, even if the command finds one.
        logged = [attempt.order_id for attempt in facts.attempts if attempt.order_id]
        since = start.isoformat(timespec="seconds").removesuffix("+00:00") + "Z"
        return f"orders logs --since {since}{_order_option(logged[0]) if logged else ''}"
    region = system.outputs.region
    pattern = _quoted(f'"{lease.logged_as}"')
    group = _encoded(_quoted(system.outputs.log_group_name))
    events = _encoded(f"?filterPattern={pattern}&start={int(start.timestamp() * 1000)}")
    return (
        f"https://{region}.console.aws.amazon.com/cloudwatch/home?region={region}"
        f"#logsV2:log-groups/log-group/{group}/log-events{events}"
    )


def _order_option(order_id: str | None) -> str:
    """The option that names an order, safe to copy into a shell: publishers choose the IDs of orders."""
    if not order_id:
        return ""
    shown = printable(order_id)
    return f" --order {shown}" if needs_no_quotes(shown) else f" --order={shlex.quote(shown)}"


def _quoted(text: str) -> str:
    return quote(text, safe="", errors="backslashreplace")


def _encoded(text: str) -> str:
    """The console's own encoding of the part after `#`: percent-encoding with `$` in place of `%`."""
    return _quoted(text).replace("%", "$")


def _print_orders(system: System, facts: _Facts) -> None:
    """Print the order of the letter and the order in the table, next to each other if the terminal is wide enough."""
    in_letter = readable(facts.letter.body).split("\n")
    in_table = (as_json_text(facts.stored, indent=2) if facts.stored else "no such order").split("\n")
    marked = _marked(in_letter, _flawed_fields(facts))
    heading = f"in {system.outputs.table_name}"
    width = min(MAX_COLUMN, max(len(line) for line, _ in marked))
    if width + GAP + max(len(printable(line)) for line in in_table) > console.width:
        _print_below(marked, heading, in_table)
    else:
        _print_beside(marked, heading, in_table, width)


def _marked(lines: Sequence[str], flawed_fields: Collection[str]) -> list[tuple[str, bool]]:
    """The lines as they are printed, each with whether it begins a flawed field."""
    flawed = tuple(f"  {as_json_text(field)}:" for field in flawed_fields)
    return [(f"{'>' if line.startswith(flawed) else ' '} {printable(line)}", line.startswith(flawed)) for line in lines]


def _print_beside(marked: Sequence[tuple[str, bool]], heading: str, in_table: Sequence[str], width: int) -> None:
    print_line(f"{'dead letter':{width}}{' ' * GAP}{heading}")
    for left, right in zip_longest(marked, in_table):
        line, is_flawed = left or ("", False)
        style = "bold red" if is_flawed else ""
        print_styled((f"{line:{width}}" if right else line, style), (f"{' ' * GAP}{right}" if right else "", ""))


def _print_below(marked: Sequence[tuple[str, bool]], heading: str, in_table: Sequence[str]) -> None:
    print_line("dead letter")
    for line, is_flawed in marked:
        print_styled((line, "bold red" if is_flawed else ""))
    print_line()
    print_line(heading)
    for line in in_table:
        print_line(f"  {line}")


def _flawed_fields(facts: _Facts) -> Collection[str]:
    """The invalid fields, or in a conflict the fields that differ from the order in the table."""
    order = order_in(facts.letter.body)
    if order and facts.stored and facts.outcome.kind == Kind.CONFLICT:
        return _different_fields(order, facts.stored)
    if order and order.doubled:
        return order.doubled
    try:
        parse_order(facts.letter.body)
    except InvalidOrder as invalid:
        return invalid.fields
    return ()


def _different_fields(order: Mapping[str, object], stored: StoredOrder) -> Collection[str]:
    return {name for name, value in order.items() if stored.get(name) != value}
