"""`orders dead-letters show`."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from handler.outcome import Outcome
from ops.cli.dlq.comparison import print_comparison
from ops.cli.dlq.log_link import log_link
from ops.cli.dlq.looking import looking
from ops.cli.dlq.options import Name, Queue, find_letters
from ops.cli.dlq.times import duration_text, time_text
from ops.cli.options import Json, Stack
from ops.cli.output import print_details, print_json, print_line, print_row
from ops.dead_letters.failures import Failure, attempts_of
from ops.dead_letters.forecast import FORECASTS, outcomes
from ops.dead_letters.interruptions import Interruption, interruptions_of, why_unlogged
from ops.dead_letters.lease import Lease
from ops.dead_letters.letter import Letter
from ops.dead_letters.look import Look
from ops.dead_letters.selection import leases_named
from ops.system import LetterQueue, System
from ops.table import StoredOrder, get_order

WIDTHS = {"name": 12, "value": 0}


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


def show(name: Name, *, queue: Queue = LetterQueue.DEAD_LETTERS, stack: Stack = None, as_json: Json = False) -> None:
    """Show a dead letter and why it failed.

    Shows its order with the invalid field marked, its attributes, every failed attempt, the order in the table, and
    what a redrive would do.

    \b
    orders dead-letters show O9002
    orders dlq show 6f0c1f9e-6f61-4f0e-8d38-0c6f8a1c36b5 --json
    """
    system = find_letters(stack, queue)
    with looking(system, wanted=name) as look:
        for facts in _facts(system, look, name):
            if as_json:
                print_json(_in_json(facts))
            else:
                _print(system, facts)


def _facts(system: System, look: Look, name: str) -> Iterator[_Facts]:
    clients, outputs = system.clients, system.outputs
    retention = look.retention()
    for lease, outcome in outcomes(system, look.letter, leases_named(look, name)):
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
    for name, value in (
        *_about_letter(facts),
        *_about_attempts(facts),
        ("log", log_link(system, facts.lease, facts.attempts)),
    ):
        if name:
            print_row({"name": name, "value": value}, WIDTHS)
        else:
            print_details(value)
    print_line()
    print_comparison(facts.letter.body, facts.stored, facts.outcome, table_name=system.outputs.table_name)
    print_line()
    print_line(f"a redrive would {FORECASTS[facts.outcome.kind]}")
    if facts.outcome.reason:
        print_details(facts.outcome.reason)


def _about_letter(facts: _Facts) -> Iterator[tuple[str, str]]:
    lease = facts.lease
    yield "order", lease.order_id or "?"
    yield "message", lease.message_id
    if former := lease.logged_as[1:]:
        yield "logged as", ", ".join(former)
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
