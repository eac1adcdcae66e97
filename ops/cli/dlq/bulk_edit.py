"""The part of `orders dead-letters edit` that changes many letters in the same way."""

from collections import Counter
from collections.abc import Iterator

import typer

from ops.cli.dlq.difference import print_difference
from ops.cli.dlq.looking import failures_of, looking, print_lost
from ops.cli.dlq.options import RESUME, command_on_letters
from ops.cli.dlq.predicted import print_forecast
from ops.cli.exit_codes import Exit
from ops.cli.options import command_on
from ops.cli.output import print_error, print_line
from ops.cli.terminal import progress_bar
from ops.dead_letters.bulk_edit import BulkEdit, BulkEditResult, plan_bulk_edit, put_all_back
from ops.dead_letters.forecast import forecast
from ops.dead_letters.journal import unfinished_runs
from ops.dead_letters.look import Look
from ops.dead_letters.plan import already_sent
from ops.dead_letters.selection import Selection
from ops.errors import NothingDone
from ops.order_body import Correction
from ops.system import System
from ops.text import counted, printable

MAX_REASONS = 5
SAMPLES = 3
"""The number of letters whose difference a dry run shows."""


def edit_all(system: System, selection: Selection, correction: Correction, *, reason: str, is_confirmed: bool) -> None:
    """Correct every selected letter, or show what that would do."""
    unfinished = unfinished_runs(system.letter_queue_url)
    with looking(system) as look:
        leases = selection.leases(system, look, failures_of(system, look))
        edit = plan_bulk_edit(look, leases, correction, already_sent(unfinished))
        if not edit.leases:
            print_error(*_kept(system, edit))
            raise NothingDone("no selected letter would change: nothing was done")
        if not is_confirmed:
            _print_plan(system, look, edit)
            return
        result = _run(system, look, edit, reason=reason, chosen=selection.as_json())
    _report(system, edit, result)


def _print_plan(system: System, look: Look, edit: BulkEdit) -> None:
    """Print what a redrive would do with the edited letters, and some of the differences."""
    count = len(edit.leases)
    print_line(f"an edit would change {count:,} of {len(look):,} dead letters. A redrive of these would then:")
    print_forecast(forecast(system, lambda lease: edit.edited(look.letter(lease)), edit.leases))
    for line in _kept(system, edit):
        print_line(line)
    for lease in edit.leases[:SAMPLES]:
        letter = look.letter(lease)
        print_line(f"{printable(lease.name)}, message {lease.message_id}:")
        print_difference(letter.body, edit.edited(letter).body)
    if count > SAMPLES:
        print_line(f"and {counted(count - SAMPLES, 'other letter')}")
    print_line("nothing was done: add --confirm to put the edited letters back")


def _kept(system: System, edit: BulkEdit) -> Iterator[str]:
    """Say why letters of the selection stay as they are."""
    if edit.unchanged:
        yield f"{len(edit.unchanged):,} not changed: they have these values already"
    reasons = Counter(reason for _, reason in edit.refused).most_common()
    for reason, count in reasons[:MAX_REASONS]:
        yield f"{count:,} not changed: {printable(reason)}"
    if others := sum(count for _, count in reasons[MAX_REASONS:]):
        yield f"{others:,} not changed for other reasons"
    if edit.sent_before:
        yield f"{len(edit.sent_before):,} not changed: a stopped run sent them, and `{_resume(system)}` deletes them"


def _run(system: System, look: Look, edit: BulkEdit, *, reason: str, chosen: str) -> BulkEditResult:
    """Put the letters back with a progress bar. After Ctrl-C, print how to continue."""
    bar = progress_bar()
    task = bar.add_task("edited", total=len(edit.leases))
    try:
        with bar:
            return put_all_back(
                system, look, edit, reason=reason, chosen=chosen, on_progress=lambda count: bar.advance(task, count)
            )
    except KeyboardInterrupt:
        print_error(f"stopped before the end: `{_resume(system)}`, and then this command again, edit the rest")
        raise


def _report(system: System, edit: BulkEdit, result: BulkEditResult) -> None:
    print_error(*_kept(system, edit))
    for lease, reason in result.rejected:
        print_error(f"rejected by SQS: {printable(lease.name)} (message {lease.message_id}): {printable(reason)}")
    print_lost(result.lost)
    if not result.is_settled:
        print_error(f"some old letters were not deleted: `{_resume(system)}` deletes them")
    if edit.unmarked:
        history = command_on(system, "dlq history")
        unmarked = counted(len(edit.unmarked), "letter")
        print_error(
            f"SQS had no room for the attribute ordersCameFrom in {unmarked}: --mended does not select them, and "
            f"`{history}` shows the edit"
        )
    where = system.letter_queue.logical_name
    print_line(f"edited {counted(result.edited, 'letter')} and put back into {where}; to redrive what was edited:")
    print_line(f"  {command_on_letters(system, 'redrive --mended --confirm --wait')}")
    if result.rejected or result.lost or edit.refused or edit.sent_before:
        raise typer.Exit(Exit.INCOMPLETE)


def _resume(system: System) -> str:
    return command_on_letters(system, RESUME)
