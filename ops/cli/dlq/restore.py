"""`orders dead-letters restore`."""

import typer

from ops.cli.dlq.options import Confirm, File, Queue, Reason, find_letters
from ops.cli.exit_codes import Exit
from ops.cli.options import Stack
from ops.cli.output import print_error, print_line
from ops.dead_letters.restore import plan_restore, restore_letters
from ops.system import LetterQueue
from ops.text import counted


def restore(
    file: File,
    *,
    reason: Reason = "",
    confirm: Confirm = False,
    queue: Queue = LetterQueue.DEAD_LETTERS,
    stack: Stack = None,
) -> None:
    """Put the dead letters of a file back into a queue.

    That is OrderDLQ, or the queue that --queue names, whichever they came from. `redrive` sends them to OrderQueue.
    FILE.restored, a journal next to the file, makes sure that no letter is restored twice.

    \b
    orders dead-letters restore letters.jsonl
    orders dead-letters restore letters.jsonl --confirm --reason "the table has room again"
    """
    system = find_letters(stack, queue)
    plan = plan_restore(file)
    if plan.restored_before:
        print_error(f"{plan.restored_before:,} were restored before, and are left out")
    if plan.cut:
        print_error(f"{file}, line {plan.cut}: the line is cut off, and its letter is not restored")
    if not confirm:
        print_line(f"would restore {plan.count:,} dead letters: add --confirm to do it")
        return
    result = restore_letters(system, plan, reason=reason)
    for message_id, cause in result.rejected.items():
        print_error(f"rejected by SQS: {message_id}: {cause}")
    print_line(f"restored {counted(result.restored, 'dead letter')} from {file}")
    if result.rejected or plan.cut:
        raise typer.Exit(Exit.INCOMPLETE)
