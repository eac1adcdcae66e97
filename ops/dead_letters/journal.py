"""What a run did, written down and synced step by step, so that a run that was killed can be resumed."""

import fcntl
import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from typing import IO, Any
from uuid import uuid4

from ops.errors import UserError


def state_folder(queue_url: str) -> Path:
    """Where the journals of a queue are kept, for this user of this machine."""
    home = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local/state"
    return Path(home) / "orders" / re.sub(r"[^\w.-]+", "_", queue_url.partition("://")[2])


@dataclass(slots=True)
class Moves:
    """What a journal says of its letters, by message id."""

    begun: Mapping[str, Any] = field(default_factory=dict)
    sending: set[str] = field(default_factory=set)
    """May have been sent: the answer was never written down."""
    sent: dict[str, str] = field(default_factory=dict)
    """Sent, each with the message id of its copy; the letter itself may still be there."""
    deleted: set[str] = field(default_factory=set)
    ended: bool = False

    @property
    def is_settled(self) -> bool:
        """Whether all that was sent is deleted."""
        return self.sent.keys() <= self.deleted

    @property
    def left(self) -> set[str]:
        """What the run still has to do: of a redrive all that is not deleted, of an edit what was sent."""
        of = self.begun["ids"] if self.begun.get("what") != "edit" else self.sent
        return set(of) - self.deleted

    def read(self, entry: Mapping[str, Any]) -> None:
        match entry["step"]:
            case "begun":
                self.begun = entry
            case "sending":
                self.sending |= set(entry["ids"])
            case "sent":
                self.sent |= entry["copies"]
                self.sending -= set(entry["copies"]) | set(entry["refused"])
            case "deleted":
                self.deleted |= set(entry["ids"])
            case "ended":
                self.ended = True


class Journal:
    """A file of JSON lines, each on disk before the next step is taken. It is locked while its run lives."""

    def __init__(self, path: Path, file: IO[str]) -> None:
        self.path = path
        self._file = file
        self._lock = Lock()

    @property
    def run(self) -> str:
        return self.path.stem

    def note(self, step: str, **what: object) -> None:
        """Write a step down; when this returns, it is on disk."""
        self.write_lines([json.dumps({"step": step, "at": datetime.now(UTC).isoformat(), **what})])

    def write_lines(self, lines: Iterable[str]) -> None:
        with self._lock:
            self._file.writelines(f"{line}\n" for line in lines)
            self._file.flush()
            os.fsync(self._file.fileno())

    def sending(self, ids: Sequence[str]) -> None:
        self.note("sending", ids=ids)

    def sent(self, copies: Mapping[str, str], refused: Sequence[str]) -> None:
        self.note("sent", copies=copies, refused=refused)

    def deleted(self, ids: Sequence[str]) -> None:
        self.note("deleted", ids=ids)


@contextmanager
def journal(path: Path) -> Iterator[Journal]:
    """Open a journal, a new one or one that goes on. Raises UserError where its run is still alive.

    A last line that was cut short in a kill says nothing, and is taken off.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with open(path, "a", opener=_private) as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise UserError(f"{path} is in use: the run that writes it is still alive") from None
        _end_last_line(path, file)
        sync_folder(path.parent)
        yield Journal(path, file)


def _end_last_line(path: Path, file: IO[str]) -> None:
    """Let what comes next begin on a line of its own."""
    end, last = 0, b""
    with path.open("rb") as lines:
        for last in lines:
            end += len(last)
    if not last or last.endswith(b"\n"):
        return
    # A line that is whole but for its end stays, and so does one that was not written here.
    if last.startswith(b'{"'[: len(last)]) and not _is_json(last):
        file.truncate(end - len(last))
    else:
        file.write("\n")


def _is_json(line: bytes) -> bool:
    try:
        json.loads(line)
    except ValueError:
        return False
    return True


def new_run(queue_url: str) -> Path:
    """A journal's path; the name sorts as time does."""
    return state_folder(queue_url) / f"{datetime.now(UTC):%Y%m%dT%H%M%S}-{uuid4().hex[:6]}.jsonl"


def read_moves(path: Path) -> Moves:
    """What a journal says. A last line that was cut short was never acted upon."""
    moves = Moves()
    try:
        lines = path.read_text().splitlines()
    except FileNotFoundError:
        return moves
    for line in lines:
        try:
            entry = json.loads(line)
        except ValueError:
            continue
        moves.read(entry)
    return moves


def unfinished(queue_url: str) -> list[tuple[Path, Moves]]:
    """The journals of runs that were ended in the middle, oldest first."""
    found = [(path, read_moves(path)) for path in sorted(state_folder(queue_url).glob("*.jsonl"))]
    return [(path, moves) for path, moves in found if moves.begun and not moves.ended and not _is_alive(path)]


def _is_alive(path: Path) -> bool:
    """Whether the run that writes the journal still goes on."""
    with path.open() as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def sync_folder(folder: Path) -> None:
    """Make a new file's name as durable as its content."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, mode=0o600)  # Orders are in it, or their ids.
