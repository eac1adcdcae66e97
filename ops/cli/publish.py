"""`orders publish`."""

from collections.abc import Callable, Iterable, Sequence
from contextlib import nullcontext
from functools import partial
from typing import Annotated

import typer

from ops.cli.exit_codes import Exit
from ops.cli.options import Json, Stack, complete_field, find_system, require_finite
from ops.cli.output import print_error, print_json, print_line
from ops.cli.terminal import progress_bar
from ops.errors import InvalidInput
from ops.message_group import message_group
from ops.orders_file import read_orders
from ops.publish import Rejection, publish_orders
from ops.samples import sample_orders
from ops.text_file import read_text_or_input

LONG = 100
"""The number of orders from which a progress bar is shown."""
SHOWN_FLAWS = 20


def publish(
    *,
    file: Annotated[
        str | None, typer.Argument(help="A file of JSON objects, or of one JSON array. - reads standard input.")
    ] = None,
    sample: Annotated[
        int | None, typer.Option(min=1, max=1_000_000, help="Publish this many random orders instead of a file.")
    ] = None,
    rate: Annotated[
        float | None, typer.Option(min=0.1, callback=require_finite, help="Publish at most this many orders a second.")
    ] = None,
    group_by: Annotated[
        str | None,
        typer.Option(
            metavar="FIELD",
            help="Set the message group ID to this field of the order, for a fair queue.",
            autocompletion=complete_field,
        ),
    ] = None,
    stack: Stack = None,
    as_json: Json = False,
) -> None:
    """Validate every order, then publish. If any order is invalid, none is sent.

    With --group-by userId, SQS does not let the orders of one user delay those of the others. An order without the
    field gets no message group ID. A value that SQS does not take (longer than 128 characters, or not visible ASCII)
    is replaced by its SHA-256.

    \b
    orders publish orders.jsonl
    orders publish --stack dev - < order.json
    orders publish --sample 1000 --rate 50
    orders publish orders.jsonl --group-by userId
    """
    if (file is None) == (sample is None):
        raise InvalidInput("give either a file (- for standard input) or --sample with a number")
    bodies: Iterable[str]
    if sample:
        bodies, count = sample_orders(sample), sample  # Not as a list: a million orders would take 500 MB.
    else:
        bodies = read = _read(file or "-")
        count = len(read)
    system = find_system(stack)
    send = partial(
        publish_orders,
        system.clients.sns,
        system.outputs.topic_arn,
        bodies,
        rate=rate,
        group_of=partial(message_group, group_by),
    )
    rejections = _publish(send, count)
    _report(count, rejections, as_json=as_json)
    if rejections:
        raise typer.Exit(Exit.INCOMPLETE)


def _publish(send: Callable[..., list[Rejection]], count: int) -> list[Rejection]:
    bar = progress_bar()
    with bar if count >= LONG else nullcontext():
        task = bar.add_task("publishing", total=count)
        try:
            return send(on_progress=lambda answered: bar.advance(task, answered))
        except KeyboardInterrupt:
            answered = bar.tasks[0].completed
            print_error(f"stopped: SNS answered for {answered:,.0f} of {count:,} orders, and may have accepted more")
            raise


def _report(count: int, rejections: Sequence[Rejection], *, as_json: bool) -> None:
    for rejection in rejections:
        print_error(f"rejected by SNS: {rejection.reason}: {' '.join(rejection.body.split())}")
    accepted = count - len(rejections)
    if as_json:
        rejected = [{"reason": rejection.reason, "order": rejection.body} for rejection in rejections]
        print_json({"accepted": accepted, "rejected": rejected})
    else:
        print_line(f"accepted {accepted:,} of {count:,} orders")


def _read(file: str) -> list[str]:
    name = "standard input" if file == "-" else file
    bodies, flaws = read_orders(read_text_or_input(file))
    if flaws:
        lines = [f"{name}:{flaw.line}:{flaw.column}: {flaw.reason}" for flaw in flaws[:SHOWN_FLAWS]]
        if more := len(flaws) - len(lines):
            lines.append(f"and {more} more")
        raise InvalidInput(*lines, "nothing was published")
    if not bodies:
        raise InvalidInput(f"{name} contains no order")
    return bodies
