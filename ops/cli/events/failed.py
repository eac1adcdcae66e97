"""`orders events failed`."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from ops.cli.dlq.times import duration_text, time_text
from ops.cli.events.system import find_telling_system
from ops.cli.exit_codes import Exit
from ops.cli.options import Json, Stack, command_on
from ops.cli.output import print_details, print_error, print_heading, print_json, print_line, print_row
from ops.dead_letters.look import Look
from ops.dead_letters.move import delete
from ops.errors import InvalidInput, NothingDone
from ops.events.given_up import GivenUp, read_given_up
from ops.events.retry import retry
from ops.system import System
from ops.text import counted

COLUMNS = {"order": 22, "given up": 20, "deleted in": 0}


def failed(
    *,
    again: Annotated[
        bool, typer.Option("--retry", help="Tell all these events, and delete those that were told.")
    ] = False,
    discard: Annotated[
        str | None, typer.Option(metavar="MESSAGE-ID", help="Delete one message without telling its event.")
    ] = None,
    stack: Stack = None,
    as_json: Json = False,
) -> None:
    """List the events that the notifier gave up, oldest first.

    All of them stay in OrderEventsDLQ. --retry tells them and deletes each after it was told. With --json, each line
    contains one event.

    \b
    orders events failed
    orders events failed --retry --stack prod
    """
    if again and discard:
        raise InvalidInput("give either --retry or --discard")
    system = find_telling_system(stack)
    with Look(system.clients.sqs, system.outputs.given_up_queue_url) as look, look.renewing():
        if others := look.count_others():
            print_error(f"there may be about {others:,} more: somebody else holds them, or SQS counts late")
        if not look:
            print_error("no event that was given up is visible")
            raise typer.Exit(Exit.INCOMPLETE)
        if discard:
            _discard(system, look, discard)
        elif again:
            _retry(system, look, as_json=as_json)
        else:
            _list(look, as_json=as_json)
            if not as_json:
                print_line(f"tell them with `{command_on(system, 'events failed --retry')}`")


def _list(look: Look, *, as_json: bool) -> None:
    retention = look.retention()
    if not as_json:
        print_heading(COLUMNS)
    for lease in look.leases:
        given_up = read_given_up(look.letter(lease).body)
        left = lease.first_seen + retention - datetime.now(UTC)
        if as_json:
            seconds = int(left.total_seconds())
            facts = {"givenUp": lease.first_seen.isoformat(), "deletedInSeconds": seconds}
            print_json({**_in_json(lease.message_id, given_up), **facts})
            continue
        row = {"order": given_up.order_id or "-", "given up": time_text(lease.first_seen)}
        print_row({**row, "deleted in": duration_text(left)}, COLUMNS)
        print_details(f"message {lease.message_id}: {given_up.reason}")


def _retry(system: System, look: Look, *, as_json: bool) -> None:
    told = kept = 0
    for retried in retry(system, look):
        told += retried.told
        kept += bool(retried.problem)
        if as_json:
            outcome = {"told": retried.told, "problem": retried.problem or None}
            print_json({**_in_json(retried.message_id, retried.given_up), **outcome})
        elif retried.problem:
            order = retried.given_up.order_id or ("several orders" if retried.given_up.place else "-")
            print_error(f"not told: {order} (message {retried.message_id}): {retried.problem}")
    if not as_json:
        print_line(f"told {counted(told, 'event')}; {counted(kept, 'message')} stayed in OrderEventsDLQ")
    if kept:
        raise typer.Exit(Exit.INCOMPLETE)


def _discard(system: System, look: Look, message_id: str) -> None:
    leases = [lease for lease in look.leases if lease.message_id == message_id]
    if not leases:
        raise NothingDone(f"OrderEventsDLQ has no visible message {message_id}")
    if not delete(system.clients.sqs, system.outputs.given_up_queue_url, look, leases):
        raise NothingDone(f"the message {message_id} was not deleted: somebody else may have it")
    print_line(f"deleted message {message_id}")


def _in_json(message_id: str, given_up: GivenUp) -> dict[str, object]:
    return {"messageId": message_id, "orderId": given_up.order_id, "reason": given_up.reason}
