"""The journal of a run: a file that records each step before the next one, so that a killed run can be resumed.

Each entry ends with a checksum of itself and of all entries before it. Damage, and an entry that somebody added by
hand, are errors. The checksum has no key, so it does not protect against a program that computes it. A program with
this user's rights could also delete the letters with the user's AWS credentials.
"""

import hashlib
import json
import os
import pwd
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING
from uuid import uuid4

from ops.dead_letters.private_file import Line, PrivateFile, file_exists, is_locked, open_private, read_lines
from ops.dead_letters.run_state import InvalidEntry, RunState
from ops.errors import InvalidInput, NoAccess

if TYPE_CHECKING:
    from hashlib import _Hash

START = b'{"step": "'
"""The bytes with which every entry begins."""
_SEALED = re.compile(rb'(.*), "chain": "([0-9a-f]{32})"\}', re.DOTALL)


@dataclass(slots=True)
class Chain:
    """The checksum of a journal up to some entry."""

    _digest: "_Hash" = field(default_factory=hashlib.sha256)

    def seal(self, entry: bytes) -> bytes:
        """Add the checksum to an entry: a JSON object, given without its closing brace."""
        return b'%s, "chain": "%s"}' % (entry, self._of(entry))

    def check(self, line: bytes) -> None:
        """Raises InvalidEntry if a line has no checksum, or a wrong one."""
        if (sealed := _SEALED.fullmatch(line)) is None:
            raise InvalidEntry("it has no checksum")
        if sealed[2] != self._of(sealed[1]):
            raise InvalidEntry("its checksum does not match")

    def add(self, line: bytes) -> None:
        self._digest.update(line + b"\n")

    def _of(self, entry: bytes) -> bytes:
        digest = self._digest.copy()
        digest.update(entry)
        return digest.hexdigest()[:32].encode()


class Journal:
    """A file of JSON lines. Each line is on disk before the next step begins."""

    def __init__(self, file: PrivateFile, chain: Chain) -> None:
        self.path = file.path
        self._file = file
        self._chain = chain
        self._lock = Lock()

    @property
    def run(self) -> str:
        """The name of the run."""
        return self.path.stem

    def note(self, step: str, **details: object) -> None:
        """Record a step. When this returns, the step is on disk. Raises NoAccess if it cannot be written."""
        entry = json.dumps({"step": step, "at": datetime.now(UTC).isoformat(), **details}).encode()
        with self._lock:
            line = self._chain.seal(entry.removesuffix(b"}"))
            self._file.append(line + b"\n")
            self._chain.add(line)

    def sending(self, ids: Sequence[str]) -> None:
        self.note("sending", ids=ids)

    def sent(self, copies: Mapping[str, str], rejected: Sequence[str]) -> None:
        self.note("sent", copies=copies, rejected=rejected)

    def deleted(self, ids: Sequence[str]) -> None:
        self.note("deleted", ids=ids)


@contextmanager
def journal(path: Path) -> Iterator[Journal]:
    """Open a journal to write it, or to continue it. Raises NoAccess if its run is still alive.

    A kill can cut off the last line. Such a line was never acted upon, and is removed.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise NoAccess(f"{path.parent} cannot be created: {error.strerror}") from None
    with open_private(path) as file:
        reader = _Reader(path)
        reader.read()
        file.truncate(reader.size)
        if reader.lacks_line_end:
            file.append(b"\n")
        yield Journal(file, reader.chain)


def state_folder(queue_url: str) -> Path:
    """The folder of a queue's journals, for this user on this machine. Raises NoAccess if the user has no home."""
    home = os.environ.get("XDG_STATE_HOME") or Path(_home()) / ".local/state"
    return Path(home) / "orders" / re.sub(r"[^\w.-]+", "_", queue_url.partition("://")[2])


def _home() -> str:
    try:
        home = os.environ.get("HOME") or pwd.getpwuid(os.getuid()).pw_dir
    except KeyError:
        home = ""
    if not home:
        raise NoAccess("this user has no home folder for the journals: set HOME or XDG_STATE_HOME to a folder")
    return home


def new_run(queue_url: str) -> Path:
    """The path of a new journal. Paths sort by time."""
    return state_folder(queue_url) / f"{datetime.now(UTC):%Y%m%dT%H%M%S}-{uuid4().hex[:6]}.jsonl"


def read_run(path: Path) -> RunState:
    """Read a journal. A file that does not exist gives an empty state. Raises InvalidInput if it is damaged."""
    reader = _Reader(path)
    if file_exists(path):
        reader.read()
    return reader.state


def unfinished_runs(queue_url: str) -> list[tuple[Path, RunState]]:
    """Find the journals of runs that were stopped before their end, oldest first."""
    folder = state_folder(queue_url)
    paths = sorted(folder.glob("*.jsonl")) if file_exists(folder) else []
    found = [(path, read_run(path)) for path in paths]
    for path, state in found:
        if not state.begun and state != RunState():
            raise _damaged(path, 1, "a run begins with the step 'begun'")
    return [(path, state) for path, state in found if state.begun and not state.ended and not is_locked(path)]


class _Reader:
    """Reads a journal once, and checks each of its entries."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.state = RunState()
        self.chain = Chain()
        self.size = 0
        """The size of the complete entries in bytes."""
        self.lacks_line_end = False

    def read(self) -> None:
        for line in read_lines(self._path):
            if line.is_cut(START):  # By a kill, so nobody acted upon it.
                return
            try:
                self._apply(line.content)
            except (ValueError, RecursionError) as error:
                reason = str(error) if isinstance(error, InvalidEntry) else "it is not JSON"
                raise _damaged(self._path, line.number, reason) from None
            self._count(line)

    def _apply(self, line: bytes) -> None:
        self.chain.check(line)
        self.state.apply(json.loads(line.decode()))
        self.chain.add(line)

    def _count(self, line: Line) -> None:
        self.size += len(line.content) + line.is_ended
        self.lacks_line_end = not line.is_ended


def _damaged(path: Path, number: int, reason: str) -> InvalidInput:
    return InvalidInput(
        f"{path} is damaged, line {number}: {reason}; nothing was done. To continue without this journal, move it "
        "away. Letters that it records as sent can then be sent twice"
    )
