"""Archives: files of dead letters as JSON lines, each with its checksum."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from handler.chunks import chunked
from handler.queue import MAX_ENTRIES
from ops.dead_letters.history import recorded
from ops.dead_letters.journal import journal
from ops.dead_letters.lease import Lease, without
from ops.dead_letters.letter import Letter
from ops.dead_letters.look import Look
from ops.dead_letters.move import delete
from ops.errors import InvalidInput
from ops.system import System


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveIndex:
    """What an archive contains: the digest of each letter by message ID, and the numbers of damaged lines, from 1.

    A last line that was cut off is not damage: nothing was deleted for it.
    """

    digests: Mapping[str, str]
    damaged: Sequence[int]

    def contains(self, letter: Letter) -> bool:
        """Whether the archive contains this letter with the same body and attributes."""
        return self.digests.get(letter.message_id) == letter.digest()


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchivePlan:
    """The letters to archive, and the file."""

    path: Path
    leases: Sequence[Lease]
    keep: bool
    """Whether the letters stay in OrderDLQ."""
    reason: str
    """Why the operator archives, for the history."""
    chosen: str
    """The operator's selection, for the history."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveResult:
    """The result of writing an archive."""

    written: int
    """The number of letters that the archive contains now."""
    deleted: int
    lost: Sequence[Lease]
    """Letters that were not deleted, or not even written: their leases ended, and somebody else may have them."""


@contextmanager
def open_archive(path: Path) -> Iterator[Callable[[Iterable[Letter]], None]]:
    """Open an archive for one writer. The given function adds letters, which are on disk when it returns."""
    if not path.parent.is_dir():
        raise InvalidInput(f"{path.parent} is not a folder: create it, or name another file")
    with journal(path) as file:
        yield lambda letters: file.write_lines(
            f'{{"sha256": "{letter.digest()}", "letter": {letter.as_json()}}}' for letter in letters
        )


def read_letters(path: Path) -> Iterator[tuple[int, Letter | None]]:
    """Read each line's number and letter, or None if the line is damaged. Raises InvalidInput if there is no file."""
    try:
        file = path.open(encoding="utf-8", errors="replace")
    except OSError as error:
        raise InvalidInput(f"{path} cannot be read: {error.strerror}") from None
    with file:
        for number, line in enumerate(file, 1):
            letter = _letter(line)
            if letter or (line.strip() and line.endswith("\n")):
                yield number, letter


def read_archive(path: Path) -> ArchiveIndex:
    """Read what an archive contains. A file that does not exist gives an empty index."""
    digests: dict[str, str] = {}
    damaged = []
    for number, letter in read_letters(path) if path.exists() else ():
        if letter:
            digests[letter.message_id] = letter.digest()
        else:
            damaged.append(number)
    return ArchiveIndex(digests=digests, damaged=damaged)


def read_undamaged_archive(path: Path) -> ArchiveIndex:
    """Read an archive whose letters may be deleted. Raises InvalidInput if it is damaged or does not exist."""
    if not path.exists():
        raise InvalidInput(f"{path} does not exist: `orders dlq archive` creates an archive")
    archive = read_archive(path)
    if archive.damaged:
        lines = ", ".join(map(str, archive.damaged))
        raise InvalidInput(f"{path} is damaged, line {lines}: nothing was deleted")
    return archive


def archive_letters(system: System, look: Look, plan: ArchivePlan) -> ArchiveResult:
    """Add letters to an archive, then delete them.

    A letter that the archive contains already is not written again, so that a killed command can be repeated.
    """
    details = {"letters": len(plan.leases), "kept": plan.keep, "chosen": plan.chosen}
    file, written, deleted = str(plan.path.absolute()), list[Lease](), list[Lease]()
    with (
        recorded(system, "archive", reason=plan.reason, file=file, **details) as result,
        open_archive(plan.path) as write,
    ):
        known = read_archive(plan.path)
        for chunk in chunked(plan.leases, MAX_ENTRIES):
            held = look.hold(chunk)
            write(letter for lease in held if not known.contains(letter := look.letter(lease)))
            written += held
        result["written"] = len(written)
        if not plan.keep:
            deleted = _delete_archived(system, look, plan.path, written)
            result["deleted"] = len(deleted)
        lost = without(plan.leases, written if plan.keep else deleted)
        result["lost"] = len(lost)
    return ArchiveResult(written=len(written), deleted=len(deleted), lost=lost)


def purge_letters(system: System, look: Look, leases: Sequence[Lease], path: Path, *, reason: str) -> list[Lease]:
    """Delete letters that an archive contains. Returns the letters that were not deleted: somebody else has them."""
    details = {"file": str(path.absolute()), "letters": len(leases)}
    with recorded(system, "purge", reason=reason, **details) as result:
        deleted = delete(system.clients.sqs, system.outputs.dead_letter_queue_url, look, leases)
        lost = without(leases, deleted)
        result |= {"deleted": len(deleted), "lost": len(lost)}
    return lost


def _delete_archived(system: System, look: Look, path: Path, leases: Sequence[Lease]) -> list[Lease]:
    """Delete those letters that the archive contains when it is read from disk again."""
    archive = read_undamaged_archive(path)
    safe = [lease for lease in leases if archive.contains(look.letter(lease))]
    return delete(system.clients.sqs, system.outputs.dead_letter_queue_url, look, safe)


def _letter(line: str) -> Letter | None:
    """Parse a line. Returns None if it is not a letter, or its checksum is wrong."""
    try:
        document = json.loads(line)
        letter = Letter.from_json(json.dumps(document["letter"]))
        return letter if letter.digest() == document["sha256"] else None
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
