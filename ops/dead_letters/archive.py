"""Archives: files of dead letters as JSON lines, each with its checksum."""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from handler.chunks import chunked
from handler.queue import MAX_ENTRIES
from ops.dead_letters.lease import Lease, without
from ops.dead_letters.letter import Letter
from ops.dead_letters.look import Look
from ops.dead_letters.move import delete
from ops.dead_letters.named import named
from ops.dead_letters.private_file import PrivateFile, check_private, file_exists, open_private, read_lines
from ops.errors import InvalidInput
from ops.history import recorded
from ops.system import System

START = b'{"sha256": "'
"""The bytes with which every line begins."""
_PARTS: Mapping[str, type] = {"DataType": str, "StringValue": str, "BinaryValue": bytes}
"""What an attribute of a letter consists of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveIndex:
    """What an archive contains: the digest of each letter by message ID, and the numbers of damaged lines, from 1."""

    digests: Mapping[str, str]
    damaged: Sequence[int]
    cut: int | None = None
    """The number of the last line if it is cut off. That is not damage: a killed command deletes no letter for it."""
    size: int = 0
    """The size in bytes of the file without a cut line."""
    lacks_line_end: bool = False

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


def restore_journal(path: Path) -> Path:
    """The journal of what was restored from an archive. It is next to the archive."""
    return path.with_name(f"{path.name}.restored")


def check_archive(path: Path) -> ArchiveIndex:
    """Read an archive to which letters are added. A file that does not exist gives an empty index.

    Raises InvalidInput for a file that is no archive, that is damaged, or that is not this user's alone.
    """
    _check_path(path)
    archive = read_archive(path)
    if 1 in archive.damaged and not archive.digests:
        raise InvalidInput(f"{path} is not an archive, line 1: nothing was archived")
    if archive.damaged:
        raise _damaged(path, archive)
    return archive


@contextmanager
def open_archive(path: Path) -> Iterator[tuple[ArchiveIndex, Callable[[Iterable[Letter]], None]]]:
    """Open an archive for one writer. Gives what it contains, and a function that adds letters.

    The letters are on disk when this function returns.

    A last line that is cut off is moved to the file of `cut_file`. Raises InvalidInput as `check_archive` does, and
    changes nothing then.
    """
    _check_path(path)
    with open_private(path) as file:
        archive = check_archive(path)
        _move_cut_line(path, file, archive)
        if archive.lacks_line_end:
            file.append(b"\n")
        yield archive, lambda letters: file.append(b"".join(map(_line, letters)))


def cut_file(path: Path) -> Path:
    """The file for the cut last lines of an archive. A kill cuts a line of which the letter is still in OrderDLQ.

    Anything else can have cut a line of which the letter is nowhere else.
    """
    return path.with_name(f"{path.name}.cut")


def _move_cut_line(path: Path, file: PrivateFile, archive: ArchiveIndex) -> None:
    if archive.cut is None:
        return
    with path.open("rb") as archived:
        archived.seek(archive.size)
        content = archived.read()
    with open_private(cut_file(path)) as kept:
        kept.append(content + b"\n")
    file.truncate(archive.size)


def read_letters(path: Path) -> Iterator[tuple[int, Letter | None]]:
    """Read each line's number and letter, or None if the line is damaged. Omits a last line that is cut off.

    Raises InvalidInput if there is no such regular file.
    """
    for line in read_lines(path):
        letter = _letter(line.content)
        if letter or (line.content.strip() and not line.is_cut(START)):
            yield line.number, letter


def read_archive(path: Path) -> ArchiveIndex:
    """Read what an archive contains. A file that does not exist gives an empty index."""
    digests: dict[str, str] = {}
    damaged, cut, size, lacks_line_end = [], None, 0, False
    for line in read_lines(path) if file_exists(path) else ():
        if line.is_cut(START):
            cut = line.number
            continue
        size += len(line.content) + line.is_ended
        lacks_line_end = not line.is_ended
        if letter := _letter(line.content):
            digests[letter.message_id] = letter.digest()
        elif line.content.strip():
            damaged.append(line.number)
    return ArchiveIndex(digests=digests, damaged=damaged, cut=cut, size=size, lacks_line_end=lacks_line_end)


def read_undamaged_archive(path: Path) -> ArchiveIndex:
    """Read an archive whose letters may be deleted. Raises InvalidInput if it is damaged or does not exist."""
    if not file_exists(path):
        raise InvalidInput(f"{path} does not exist: name an archive that `archive` has written")
    archive = read_archive(path)
    if archive.damaged:
        raise _damaged(path, archive)
    return archive


def archive_letters(system: System, look: Look, plan: ArchivePlan) -> ArchiveResult:
    """Add letters to an archive, then delete them.

    A letter that the archive contains already is not written again, so that a killed command can be repeated.
    """
    details = {"letters": len(plan.leases), "kept": plan.keep, "chosen": plan.chosen, **named(plan.leases)}
    file, written, deleted = str(plan.path.absolute()), list[Lease](), list[Lease]()
    with (
        recorded(system, "archive", reason=plan.reason, file=file, **details) as result,
        open_archive(plan.path) as (known, write),
    ):
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
    details = {"file": str(path.absolute()), "letters": len(leases), **named(leases)}
    with recorded(system, "purge", reason=reason, **details) as result:
        deleted = delete(system.clients.sqs, system.letter_queue_url, look, leases)
        lost = without(leases, deleted)
        result |= {"deleted": len(deleted), "lost": len(lost)}
    return lost


def _delete_archived(system: System, look: Look, path: Path, leases: Sequence[Lease]) -> list[Lease]:
    """Delete those letters that the archive contains when it is read from disk again."""
    archive = read_undamaged_archive(path)
    safe = [lease for lease in leases if archive.contains(look.letter(lease))]
    return delete(system.clients.sqs, system.letter_queue_url, look, safe)


def _check_path(path: Path) -> None:
    """Raises InvalidInput for a file that cannot be an archive, or whose journal `restore` could not write."""
    if not (file_exists(path.parent) and path.parent.is_dir()):
        raise InvalidInput(f"{path.parent} is not a folder: create it, or name another file")
    check_private(path)
    try:
        restore_journal(path).lstat()
    except FileNotFoundError:
        return
    except OSError as error:
        problem = f"{path} cannot be used: `restore` writes {restore_journal(path).name} next to it"
        raise InvalidInput(f"{problem}: {error.strerror}") from None


def _damaged(path: Path, archive: ArchiveIndex) -> InvalidInput:
    lines = ", ".join(map(str, archive.damaged))
    return InvalidInput(f"{path} is damaged, line {lines}: use an undamaged copy, or another file")


def _line(letter: Letter) -> bytes:
    checksums = f'"sha256": "{letter.digest()}", "systemSha256": "{_system_digest(letter)}"'
    return f'{{{checksums}, "letter": {letter.as_json()}}}\n'.encode()


def _system_digest(letter: Letter) -> str:
    """A checksum of what `Letter.digest` omits. Archives of earlier versions have none."""
    return hashlib.sha256(json.dumps(letter.system, sort_keys=True).encode()).hexdigest()


def _letter(line: bytes) -> Letter | None:
    """Parse a line. Returns None if it is not a letter, or its checksum is wrong."""
    try:
        document = json.loads(line.decode())
        letter = Letter.from_json(json.dumps(document["letter"]))
        checksums = {"sha256": letter.digest(), "systemSha256": _system_digest(letter)}
        given = {name: value for name, value in document.items() if name != "letter"}
        is_whole = given["sha256"] == checksums["sha256"] and given.items() <= checksums.items()
        return letter if is_whole and _has_valid_types(letter) else None
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def _has_valid_types(letter: Letter) -> bool:
    """Whether each part of a letter has the type that it has in a message of SQS. A checksum does not show that."""
    texts = [letter.message_id, letter.body, *letter.system.values()]
    return bool(letter.message_id) and all(isinstance(text, str) for text in texts) and _are_attributes(letter)


def _are_attributes(letter: Letter) -> bool:
    return all(
        "DataType" in attribute
        and all(name in _PARTS and isinstance(part, _PARTS[name]) for name, part in attribute.items())
        for attribute in letter.attributes.values()
    )
