"""The journal of a run: a file that records each step before the next one, so that a killed run can be resumed."""

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

from ops.errors import NoAccess


@dataclass(slots=True)
class RunState:
    """The state of a run as its journal records it. Letters are listed by message ID."""

    begun: Mapping[str, Any] = field(default_factory=dict)
    """The first step, with what the run intends to do. Empty if the run recorded nothing."""
    sending: set[str] = field(default_factory=set)
    """Letters that may have been sent: the answer of SQS is not recorded."""
    sent: dict[str, str] = field(default_factory=dict)
    """Letters that were sent, each with the message ID of its copy. They may still be in the queue."""
    deleted: set[str] = field(default_factory=set)
    ended: bool = False

    @property
    def is_settled(self) -> bool:
        """Whether every letter that was sent is deleted."""
        return self.sent.keys() <= self.deleted

    @property
    def remaining(self) -> set[str]:
        """Letters that the run still has to handle. An edit only has to delete what it sent."""
        intended = self.sent if self.begun.get("what") == "edit" else self.begun["ids"]
        return set(intended) - self.deleted

    def apply(self, entry: Mapping[str, Any]) -> None:
        """Change the state by an entry of the journal. Steps that this version does not know change nothing."""
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
    """A file of JSON lines. Each line is on disk before the next step begins."""

    def __init__(self, path: Path, file: IO[str]) -> None:
        self.path = path
        self._file = file
        self._lock = Lock()

    @property
    def run(self) -> str:
        """The name of the run."""
        return self.path.stem

    def note(self, step: str, **details: object) -> None:
        """Record a step. When this returns, the step is on disk."""
        self.write_lines([json.dumps({"step": step, "at": datetime.now(UTC).isoformat(), **details})])

    def write_lines(self, lines: Iterable[str]) -> None:
        """Write lines. When this returns, they are on disk."""
        with self._lock:
            self._file.writelines(f"{line}\n" for line in lines)
            self._file.flush()
            os.fsync(self._file.fileno())

    def sending(self, ids: Sequence[str]) -> None:
        self.note("sending", ids=ids)

    def sent(self, copies: Mapping[str, str], rejected: Sequence[str]) -> None:
        self.note("sent", copies=copies, refused=rejected)

    def deleted(self, ids: Sequence[str]) -> None:
        self.note("deleted", ids=ids)


@contextmanager
def journal(path: Path) -> Iterator[Journal]:
    """Open a journal to write it, or to continue it. Raises NoAccess if its run is still alive.

    A kill can cut off the last line. Such a line was never acted upon, and is removed.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with open(path, "a", opener=_open_private) as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise NoAccess(f"{path} is in use: another run is writing it") from None
        _complete_last_line(path, file)
        _sync_folder(path.parent)
        yield Journal(path, file)


def state_folder(queue_url: str) -> Path:
    """The folder of a queue's journals, for this user on this machine."""
    home = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local/state"
    return Path(home) / "orders" / re.sub(r"[^\w.-]+", "_", queue_url.partition("://")[2])


def new_run(queue_url: str) -> Path:
    """The path of a new journal. Paths sort by time."""
    return state_folder(queue_url) / f"{datetime.now(UTC):%Y%m%dT%H%M%S}-{uuid4().hex[:6]}.jsonl"


def read_run(path: Path) -> RunState:
    """Read a journal. A file that does not exist gives an empty state."""
    state = RunState()
    try:
        lines = path.read_text().splitlines()
    except FileNotFoundError:
        return state
    for line in lines:
        try:
            entry = json.loads(line)
        except ValueError:  # A kill cut this line off, so nobody acted upon it.
            continue
        state.apply(entry)
    return state


def unfinished_runs(queue_url: str) -> list[tuple[Path, RunState]]:
    """Find the journals of runs that were stopped before their end, oldest first."""
    found = [(path, read_run(path)) for path in sorted(state_folder(queue_url).glob("*.jsonl"))]
    return [(path, state) for path, state in found if state.begun and not state.ended and not _is_alive(path)]


def _is_alive(path: Path) -> bool:
    """Whether the run that writes a journal is still running."""
    with path.open() as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def _complete_last_line(path: Path, file: IO[str]) -> None:
    """Make sure that the next entry begins on a line of its own."""
    end, last = 0, b""
    with path.open("rb") as lines:
        for last in lines:
            end += len(last)
    if not last or last.endswith(b"\n"):
        return
    # A line that lacks only its line end is complete. A line that does not look like an entry is from somebody else.
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


def _sync_folder(folder: Path) -> None:
    """Write the name of a new file to disk, too: fsync on the file writes only its content."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _open_private(path: str, flags: int) -> int:
    return os.open(path, flags, mode=0o600)  # The file contains orders or their IDs.
