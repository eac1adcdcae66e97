"""`orders dead-letters archive`."""

from typing import Annotated

import typer

from ops.cli.dlq.looking import failures_of, looking, print_lost
from ops.cli.dlq.option_groups import takes_groups
from ops.cli.dlq.options import Confirm, File, Queue, Reason, SelectionOptions, find_letters
from ops.cli.exit_codes import Exit
from ops.cli.options import Stack
from ops.cli.output import print_error, print_line
from ops.dead_letters.archive import ArchivePlan, archive_letters, check_archive, cut_file, read_archive
from ops.system import LetterQueue


@takes_groups
def archive(
    file: File,
    selected: SelectionOptions,
    *,
    keep: Annotated[bool, typer.Option("--keep", help="Also keep the letters in their queue.")] = False,
    reason: Reason = "",
    confirm: Confirm = False,
    queue: Queue = LetterQueue.DEAD_LETTERS,
    stack: Stack = None,
) -> None:
    """Move dead letters to a file.

    The file is created for you alone. An existing file has to be an undamaged archive, with mode 0600.

    The file is on disk before any letter is deleted. A letter that the file contains already is not written again. If
    the command is killed, run it again to finish it.

    \b
    orders dead-letters archive letters.jsonl --class invalid --confirm --reason "the shop sends these again"
    orders dlq archive letters.jsonl --all --keep --confirm
    """
    selection = selected.selection()
    # With --confirm, the file is checked again when it is locked, and the history records that it was refused.
    existing = read_archive(file) if confirm else check_archive(file)
    if cut := existing.cut:
        moved = f"--confirm moves it to {cut_file(file)}"
        print_error(f"{file}, line {cut}: the line is cut off; {moved}")
    system = find_letters(stack, queue)
    with looking(system) as look:
        leases = selection.leases(system, look, failures_of(system, look))
        if not confirm:
            print_line(f"would archive {len(leases):,} of {len(look):,} dead letters: add --confirm to do it")
            return
        plan = ArchivePlan(path=file, leases=leases, keep=keep, reason=reason, chosen=selection.as_json())
        result = archive_letters(system, look, plan)
    print_lost(result.lost)
    print_line(f"archived {result.written:,} in {file}" + ("" if keep else f", and deleted {result.deleted:,}"))
    if result.lost:
        raise typer.Exit(Exit.INCOMPLETE)
