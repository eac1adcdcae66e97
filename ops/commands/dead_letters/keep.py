"""`orders dead-letters archive`, `restore` and `purge`."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from handler.chunks import chunked
from handler.queue import MAX_ENTRIES
from ops.commands.dead_letters.common import (
    All,
    Class,
    Confirm,
    GroupName,
    Names,
    Reason,
    Where,
    looking,
    reasons_of,
)
from ops.dead_letters.archive import Archived, archive, read_archive, read_letters, restorations, restored
from ops.dead_letters.history import recorded
from ops.dead_letters.journal import journal
from ops.dead_letters.letter import Letter
from ops.dead_letters.look import Look, Seen
from ops.dead_letters.selection import Selection
from ops.dead_letters.transfer import batches, delete, send
from ops.errors import Exit, UserError
from ops.system import System, find_system
from ops.terminal import Stack, complain, counted

File = Annotated[Path, typer.Argument(help="A file of JSON lines, one letter each, with checksums.")]


def archive_(
    file: File,
    names: Names = None,
    *,
    everything: All = False,
    group: GroupName = None,
    kind: Class = None,
    where: Where = None,
    keep: Annotated[bool, typer.Option("--keep", help="Write them down, and leave them in the queue.")] = False,
    reason: Reason = "",
    confirm: Confirm = False,
    stack: Stack = None,
) -> None:
    """Take dead letters out of the queue into a file, on disk before any is deleted.

    What is in the file already is not written twice, so that an archive that was killed is run again to finish it.

    \b
    orders dead-letters archive letters.jsonl --class invalid --confirm --reason "the shop sends these anew"
    orders dlq archive letters.jsonl --all --keep --confirm
    """
    system = find_system(stack)
    selection = Selection(names=names, everything=everything, group=group, kind=kind, where=where)
    with looking(system) as look:
        letters = selection.of(look, reasons_of(system, look))
        if not confirm:
            print(f"would archive {len(letters):,} of {len(look):,} dead letters: add --confirm to do it")
            return
        about = {"file": str(file.absolute()), "letters": len(letters), "kept": keep, "chosen": selection.as_json()}
        with recorded(system, "archive", why=reason, **about) as result, archive(file) as write:
            known = read_archive(file)
            for chunk in chunked(letters, MAX_ENTRIES):
                look.hold_on()
                write(letter for seen in chunk if not known.holds(letter := look.whole(seen)))
            result["written"] = len(letters)
            if not keep:
                result["deleted"] = deleted = _delete_archived(system, look, letters, file)
    print(f"archived {len(letters):,} in {file}" + ("" if keep else f", and deleted {deleted:,}"))


def restore(
    file: File,
    *,
    reason: Reason = "",
    confirm: Confirm = False,
    stack: Stack = None,
) -> None:
    """Put the letters of a file back among the dead letters; `redrive` sends them on.

    What was restored from this file before is not sent twice: FILE.restored, beside it, tells.

    \b
    orders dead-letters restore letters.jsonl
    orders dead-letters restore letters.jsonl --confirm --reason "the table has room again"
    """
    system = find_system(stack)
    broken = [str(number) for number, letter in read_letters(file) if letter is None]
    if broken:
        raise UserError(f"{file} is damaged, line {', '.join(broken)}: nothing was restored", Exit.USAGE)
    before = restored(file)
    count = sum(1 for _ in _to_restore(file, before))
    if before:
        complain(f"{len(before):,} were restored before, and are left out")
    if not confirm:
        print(f"would restore {count:,} dead letters: add --confirm to do it")
        return
    if not count:
        raise UserError(f"{file} holds nothing that was not restored before", Exit.NOT_ALL)
    path = restorations(file)
    about = {"file": str(file.absolute()), "letters": count}
    refused: dict[str, str] = {}
    with recorded(system, "restore", why=reason, **about) as result, journal(path) as steps:
        # Looked at again, now that nobody else restores from this file.
        letters = (
            replace(letter, attributes=letter.coming_from(letter.logged_as))
            for letter in _to_restore(file, restored(file))
        )
        for batch in batches(letters, lambda letter: letter):
            refused |= send(system.sqs, system.output("deadLetterQueueUrl"), batch, steps).refused
        result |= {"restored": count - len(refused), "refused": len(refused)}
    for message_id, why in refused.items():
        complain(f"not taken by SQS: {message_id}: {why}")
    print(f"restored {counted(count - len(refused), 'dead letter')} from {file}")
    if refused:
        raise typer.Exit(Exit.NOT_ALL)


def purge(
    file: File,
    *,
    reason: Reason = "",
    confirm: Confirm = False,
    stack: Stack = None,
) -> None:
    """Delete dead letters that are in an archive, checksum, body and attributes compared; all others stay.

    \b
    orders dead-letters purge letters.jsonl
    orders dead-letters purge letters.jsonl --confirm
    """
    system = find_system(stack)
    archived = _sound_archive(file)
    with looking(system) as look:
        letters = [seen for seen in look.seen if archived.holds(look.whole(seen))]
        if not confirm:
            print(f"would delete {len(letters):,} of {len(look):,} dead letters: add --confirm to do it")
            return
        about = {"file": str(file.absolute()), "letters": len(letters)}
        with recorded(system, "purge", why=reason, **about) as result:
            result["deleted"] = deleted = len(delete(system.sqs, system.output("deadLetterQueueUrl"), look, letters))
    print(f"deleted {counted(deleted, 'dead letter')} that {file} holds")


def _delete_archived(system: System, look: Look, letters: Sequence[Seen], file: Path) -> int:
    """Delete those letters that the file, as it is read back from the disk, really holds."""
    archived = _sound_archive(file)
    safe = [seen for seen in letters if archived.holds(look.whole(seen))]
    return len(delete(system.sqs, system.output("deadLetterQueueUrl"), look, safe))


def _sound_archive(file: Path) -> Archived:
    if not file.exists():
        raise UserError(f"{file} is not there: `orders dlq archive` makes one", Exit.USAGE)
    found = read_archive(file)
    if found.broken:
        lines = ", ".join(map(str, found.broken))
        raise UserError(f"{file} is damaged, line {lines}: nothing is deleted for it", Exit.USAGE)
    return found


def _to_restore(file: Path, before: set[str]) -> Iterator[Letter]:
    seen = set(before)
    for _, letter in read_letters(file):
        if letter and letter.message_id not in seen:
            seen.add(letter.message_id)
            yield letter
