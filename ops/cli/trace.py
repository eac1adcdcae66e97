"""`orders trace`."""

from datetime import datetime
from typing import Annotated

import typer

from ops.cli.dlq import looking
from ops.cli.exit_codes import Exit
from ops.cli.options import Json, Stack, find_system, since_option
from ops.cli.output import print_error, print_fact, print_json
from ops.errors import InvalidInput
from ops.trace.step import Step, Trace
from ops.trace.trace import trace_order

COLUMNS = {"at": 23, "what": 16, "text": 0}


def trace(
    order_id: Annotated[str, typer.Argument(help="The order ID.")],
    *,
    since: Annotated[datetime, since_option("30d")],
    stack: Stack = None,
    as_json: Json = False,
) -> None:
    """Show the life of one order.

    Shows when its versions were published, each attempt and its reason, what was stored and told, and what operators
    did with its dead letters. --since limits the logs and the history. What a source cannot tell is a line of its own,
    and the exit code is then 1.

    \b
    orders trace O1234
    orders trace O9002 --since 7d --stack prod --json
    """
    if not order_id:
        raise InvalidInput("the order ID is empty")
    found = trace_order(find_system(stack), order_id, since=since, timing=looking.TIMING)
    if as_json:
        print_json(_in_json(order_id, found))
    else:
        _print(order_id, found)
    if found.gaps or not found.steps:
        raise typer.Exit(Exit.INCOMPLETE)


def _print(order_id: str, found: Trace) -> None:
    message_id = ""
    for step in found.steps:
        # A message ID is long, so it is shown where another message begins.
        details = [step.text, f"message {step.message_id}" if step.message_id not in {"", message_id} else ""]
        message_id = step.message_id or message_id
        text = "; ".join(filter(None, details)) or step.source
        print_fact({"at": _time(step), "what": step.what, "text": text}, COLUMNS)
    if not found.steps:
        print_error(f"nothing is known about order {order_id}")
    for gap in found.gaps:
        print_error(f"not known: {gap.source}: {gap.problem}")


def _time(step: Step) -> str:
    if step.at is None:
        return "now"
    return f"{step.at:%Y-%m-%d %H:%M:%S}.{step.at.microsecond // 1000:03}"


def _in_json(order_id: str, found: Trace) -> dict[str, object]:
    return {
        "orderId": order_id,
        "steps": [step.as_json() for step in found.steps],
        "inTable": found.stored,
        "notKnown": [{"source": gap.source, "problem": gap.problem} for gap in found.gaps],
    }
