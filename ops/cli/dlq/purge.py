"""`orders dead-letters purge`."""

import typer

from ops.cli.dlq.looking import looking, print_lost
from ops.cli.dlq.options import Confirm, File, Queue, Reason, find_letters
from ops.cli.exit_codes import Exit
from ops.cli.options import Stack
from ops.cli.output import print_error, print_line
from ops.dead_letters.archive import purge_letters, read_undamaged_archive
from ops.system import LetterQueue
from ops.text import counted


def purge(
    file: File,
    *,
    reason: Reason = "",
    confirm: Confirm = False,
    queue: Queue = LetterQueue.DEAD_LETTERS,
    stack: Stack = None,
) -> None:
    """Delete the dead letters that a file contains.

    A letter is deleted only if the file contains it with the same body and attributes, and a correct checksum.

    \b
    orders dead-letters purge letters.jsonl
    orders dead-letters purge letters.jsonl --confirm
    """
    system = find_letters(stack, queue)
    archive = read_undamaged_archive(file)
    if archive.cut:
        print_error(f"{file}, line {archive.cut}: the line is cut off, and its letter is not deleted")
    with looking(system) as look:
        leases = [lease for lease in look.leases if archive.contains(look.letter(lease))]
        if not confirm:
            print_line(f"would delete {len(leases):,} of {len(look):,} dead letters: add --confirm to do it")
            return
        lost = purge_letters(system, look, leases, file, reason=reason)
    print_lost(lost)
    print_line(f"deleted {counted(len(leases) - len(lost), 'dead letter')} that {file} contains")
    if lost:
        raise typer.Exit(Exit.INCOMPLETE)
