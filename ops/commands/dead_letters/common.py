"""What the commands about dead letters share."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer
from rich.progress import Progress, TextColumn

from ops.dead_letters.failures import KINDS, Failure, why
from ops.dead_letters.look import Look, Seen
from ops.errors import Exit, UserError
from ops.system import System
from ops.terminal import complain, progress_console

Names = Annotated[list[str] | None, typer.Argument(help="Order or message ids.", metavar="[ORDER|MESSAGE]...")]
Name = Annotated[str, typer.Argument(help="An order or message id.", metavar="ORDER|MESSAGE")]
All = Annotated[bool, typer.Option("--all", help="Every dead letter.")]
GroupName = Annotated[str | None, typer.Option("--group", help="Those of a group: its id, or its signature.")]
Class = Annotated[str | None, typer.Option("--class", help="Those of a class: " + ", ".join(KINDS) + ".")]
Where = Annotated[list[str] | None, typer.Option(help="Those whose order has FIELD=VALUE; may be repeated.")]
Reason = Annotated[str, typer.Option(help="Why, for the history.")]
Confirm = Annotated[bool, typer.Option("--confirm", help="Do it. Without it, only what would be done is told.")]


@contextmanager
def looking(system: System) -> Iterator[Look]:
    """Every dead letter, held until the end of the block; in a terminal, the count grows while they come.

    How many others there may be, which somebody else's look or redrive holds, is told.
    """
    columns = TextColumn("looking: {task.completed:,.0f} dead letters")
    with ExitStack() as held:
        with Progress(
            columns, console=progress_console, transient=True, disable=not progress_console.is_terminal
        ) as bar:
            task = bar.add_task("looking", total=None)
            queue = system.output("deadLetterQueueUrl")
            look = held.enter_context(Look(system.sqs, queue, told=lambda count: bar.advance(task, count)))
        if count := look.unseen():
            complain(f"about {count:,} more may be there: somebody else holds them, or SQS counts late; look again")
        yield look


def reasons_of(system: System, look: Look) -> Mapping[str, Failure]:
    """By message id: why each letter is dead, as the log tells."""
    return why(system.logs, system.output("logGroupName"), look.seen)


def named(look: Look, name: str) -> list[Seen]:
    """The letters that have this order or message id, oldest first. Raises UserError where there is none."""
    if found := [seen for seen in look.seen if name in {seen.message_id, seen.order_id}]:
        return found
    raise UserError(f"no dead letter is {name}; `orders dlq list` shows all", Exit.NOT_ALL)


def retention(system: System) -> timedelta:
    """How long SQS keeps a dead letter, from when its order was first queued."""
    attributes = system.sqs.get_queue_attributes(
        QueueUrl=system.output("deadLetterQueueUrl"), AttributeNames=["MessageRetentionPeriod"]
    )["Attributes"]
    return timedelta(seconds=int(attributes["MessageRetentionPeriod"]))


def span(length: timedelta) -> str:
    """A time to go, in its two largest units: `3 d 4 h`."""
    seconds = max(0, int(length.total_seconds()))
    parts = [
        (seconds // 86_400, "d"),
        (seconds // 3_600 % 24, "h"),
        (seconds // 60 % 60, "min"),
        (seconds % 60, "s"),
    ]
    first = next((position for position, (count, _) in enumerate(parts) if count), len(parts) - 1)
    return " ".join(f"{count} {unit}" for count, unit in parts[first : first + 2])


def moment(when: datetime) -> str:
    return f"{when.astimezone(UTC):%Y-%m-%d %H:%M:%S}Z"
