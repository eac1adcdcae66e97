"""Puts the letters of an archive back into OrderDLQ, each once."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from handler.chunks import batches
from handler.queue import MAX_ENTRIES
from ops.dead_letters.archive import read_letters, read_undamaged_archive, restore_journal
from ops.dead_letters.journal import journal, read_run
from ops.dead_letters.letter import MAX_BYTES, Letter
from ops.dead_letters.move import send
from ops.dead_letters.named import named
from ops.errors import NothingDone
from ops.history import recorded
from ops.system import System


@dataclass(frozen=True, slots=True, kw_only=True)
class RestorePlan:
    """An archive, the number of letters to restore, and the number of letters that were restored before."""

    path: Path
    count: int
    restored_before: int
    cut: int | None = None
    """The number of the archive's last line if it is cut off. Its letter cannot be restored."""


def restored_ids(path: Path) -> set[str]:
    """The message IDs of the letters that were restored from an archive."""
    return set(read_run(restore_journal(path)).sent)


def plan_restore(path: Path) -> RestorePlan:
    """Count the letters to restore. Raises InvalidInput if the archive is damaged or does not exist."""
    archive = read_undamaged_archive(path)
    before = restored_ids(path)
    count = sum(1 for _ in _letters_to_restore(path, before))
    return RestorePlan(path=path, count=count, restored_before=len(before), cut=archive.cut)


@dataclass(frozen=True, slots=True, kw_only=True)
class RestoreResult:
    """The result of restoring an archive."""

    restored: int
    rejected: Mapping[str, str]
    """The reasons why SQS did not accept the other letters, by message ID."""


def restore_letters(system: System, plan: RestorePlan, *, reason: str) -> RestoreResult:
    """Send the letters to OrderDLQ. Raises NothingDone if every letter was restored before.

    Another run can restore letters after the plan was made. Only letters that this run sends are counted.
    """
    if not plan.count:
        raise NothingDone(f"every letter in {plan.path} was restored before")
    queue, restored, rejected = system.letter_queue_url, 0, dict[str, str]()
    names = named(_letters_to_restore(plan.path, restored_ids(plan.path)))
    details = {"file": str(plan.path.absolute()), "letters": plan.count, **names}
    with (
        recorded(system, "restore", reason=reason, **details) as result,
        journal(restore_journal(plan.path)) as steps,
    ):
        # Read again: from here on, no other run can restore from this archive.
        letters = _letters_to_restore(plan.path, restored_ids(plan.path))
        marked = (letter.marked() for letter in letters)
        for batch in batches(marked, lambda letter: letter.size, max_items=MAX_ENTRIES, max_bytes=MAX_BYTES):
            sent = send(system.clients.sqs, queue, batch, steps)
            restored += len(sent.copies)
            rejected |= sent.rejected
            result |= {"restored": restored, "rejected": len(rejected)}
        if not (restored or rejected):
            raise NothingDone(f"every letter in {plan.path} was restored before, by another run")
    return RestoreResult(restored=restored, rejected=rejected)


def _letters_to_restore(path: Path, restored: Collection[str]) -> Iterator[Letter]:
    """The letters of an archive that were not restored yet, each message ID once."""
    known = set(restored)
    for _, letter in read_letters(path):
        if letter and letter.message_id not in known:
            known.add(letter.message_id)
            yield letter
