"""`orders dead-letters move`."""

from typing import Annotated

import typer

from ops.cli.dlq.options import Confirm, Reason
from ops.cli.options import Json, Stack, command_on, find_system
from ops.cli.output import print_heading, print_json, print_line, print_row
from ops.dead_letters.move_task import MAX_RATE, cancel_move_task, list_move_tasks, start_move_task
from ops.dead_letters.plan import DEFAULT_RATE
from ops.queues import count_messages

COLUMNS = {"status": 12, "moved": 10, "of": 10, "why": 0}

app = typer.Typer(
    help="Let SQS move all dead letters to OrderQueue.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


@app.command()
def start(
    *,
    rate: Annotated[int, typer.Option(min=1, max=MAX_RATE, help="Maximum number of letters a second.")] = int(
        DEFAULT_RATE
    ),
    confirm: Confirm = False,
    reason: Reason = "",
    stack: Stack = None,
) -> None:
    """Start to move all dead letters to OrderQueue.

    SQS itself moves them (StartMessageMoveTask). It cannot select letters. Letters that fail again return to OrderDLQ.
    If the task still runs, it moves them again, and may never end: first edit or archive the letters that would fail.

    \b
    orders dead-letters move start --rate 100 --confirm
    """
    system = find_system(stack)
    if not confirm:
        letters = count_messages(system.clients.sqs, system.outputs.dead_letter_queue_url).total
        print_line(f"SQS would move about {letters:,} letters, at most {rate} a second")
        print_line(f"`{command_on(system, 'dlq groups')}` shows why they failed: edit or archive those that fail again")
        print_line("nothing was started: add --confirm")
        return
    start_move_task(system, rate=rate, reason=reason)
    print_line(f"started: `{command_on(system, 'dlq move status')}` shows the progress")


@app.command()
def status(*, stack: Stack = None, as_json: Json = False) -> None:
    """Show the latest move tasks, newest first.

    \b
    orders dead-letters move status
    orders dlq move status --stack prod --json
    """
    rows = [
        {
            "status": task.status,
            "moved": task.moved,
            "of": "?" if task.total is None else task.total,
            "why": task.failure,
        }
        for task in list_move_tasks(find_system(stack))
    ]
    if as_json:
        print_json(rows)
        return
    print_heading(COLUMNS)
    for row in rows:
        print_row(row, COLUMNS)


@app.command()
def cancel(*, reason: Reason = "", stack: Stack = None) -> None:
    """Cancel the running move task at once.

    \b
    orders dead-letters move cancel --reason "the orders fail again"
    """
    moved = cancel_move_task(find_system(stack), reason=reason)
    print_line(f"canceled; about {moved:,} were moved")
