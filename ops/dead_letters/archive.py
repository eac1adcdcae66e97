"""Dead letters in a file: JSON lines, each with its checksum, on disk before anything is deleted."""

import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ops.dead_letters.journal import journal, read_moves
from ops.dead_letters.letter import Letter
from ops.errors import Exit, UserError


@dataclass(frozen=True, slots=True, kw_only=True)
class Archived:
    """What a file holds: its letters' digests by message id, and how many of its lines are broken."""

    digests: dict[str, str]
    broken: list[int]
    """Line numbers, from 1. A last line that was cut short is none: nothing was deleted for it."""

    def holds(self, letter: Letter) -> bool:
        """Whether this very letter is in the file, id, body and attributes."""
        return self.digests.get(letter.message_id) == letter.digest()


@contextmanager
def archive(path: Path) -> Iterator[Callable[[Iterable[Letter]], None]]:
    """Open a file to add letters to, which are on disk when the call returns. One writer at a time has it."""
    if not path.parent.is_dir():
        raise UserError(f"{path.parent} is no folder: make it, or name another file", Exit.USAGE)
    with journal(path) as file:
        yield lambda letters: file.write_lines(
            f'{{"sha256": "{letter.digest()}", "letter": {letter.as_json()}}}' for letter in letters
        )


def read_letters(path: Path) -> Iterator[tuple[int, Letter | None]]:
    """Each line's number and letter; None where it is broken. Raises UserError where there is no such file."""
    try:
        file = path.open(encoding="utf-8", errors="replace")
    except OSError as error:
        raise UserError(f"{path} cannot be read: {error.strerror}", Exit.USAGE) from None
    with file:
        for number, line in enumerate(file, 1):
            letter = _letter(line)
            if letter or (line.strip() and line.endswith("\n")):
                yield number, letter


def read_archive(path: Path) -> Archived:
    """What the file holds; nothing where there is none yet."""
    digests: dict[str, str] = {}
    broken = []
    for number, letter in read_letters(path) if path.exists() else ():
        if letter:
            digests[letter.message_id] = letter.digest()
        else:
            broken.append(number)
    return Archived(digests=digests, broken=broken)


def restorations(path: Path) -> Path:
    """The journal of what was restored from a file; it lies beside it."""
    return path.with_name(f"{path.name}.restored")


def restored(path: Path) -> set[str]:
    """The message ids of what was restored from a file before."""
    return set(read_moves(restorations(path)).sent)


def _letter(line: str) -> Letter | None:
    try:
        document = json.loads(line)
        letter = Letter.from_json(json.dumps(document["letter"]))
        return letter if letter.digest() == document["sha256"] else None
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
