"""Files that only this user may read and write: journals and archives. Each addition is on disk when it is reported."""

import errno
import fcntl
import json
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from ops.errors import InvalidInput, NoAccess

_KINDS = (
    (stat.S_ISLNK, "a symbolic link"),
    (stat.S_ISDIR, "a folder"),
    (stat.S_ISFIFO, "a pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of a file, without its line end."""

    number: int
    """Counted from 1."""
    content: bytes
    is_ended: bool
    """Whether the line has a line end. Only the last line can have none."""

    def is_cut(self, start: bytes) -> bool:
        """Whether the line is only the beginning of a JSON object that begins with these bytes."""
        begins = self.content.startswith(start) or start.startswith(self.content)
        return not self.is_ended and begins and not _begins_with_json(self.content)


class PrivateFile:
    """A file that this process has locked, and to which it adds lines."""

    def __init__(self, path: Path, descriptor: int) -> None:
        self.path = path
        self._descriptor = descriptor

    def append(self, content: bytes) -> None:
        """Add bytes, which are on disk when this returns. Raises NoAccess, and adds nothing, if that is impossible."""
        size = os.fstat(self._descriptor).st_size
        try:
            _write_all(self._descriptor, content)
            os.fsync(self._descriptor)
        except OSError as error:
            with suppress(OSError):
                self.truncate(size)
            raise _no_access(self.path, error, "written") from None

    def truncate(self, size: int) -> None:
        os.ftruncate(self._descriptor, size)


def file_exists(path: Path) -> bool:
    """Whether there is a file, or a folder, of this name. Raises InvalidInput if that cannot be found out."""
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError as error:
        raise _invalid(path, error, "read") from None
    return True


def check_private(path: Path) -> None:
    """Raises InvalidInput unless the file is a regular one of this user alone. A file that does not exist is fine."""
    try:
        _check(path, path.lstat())
    except FileNotFoundError:
        return
    except OSError as error:
        raise _invalid(path, error, "used") from None


@contextmanager
def open_private(path: Path) -> Iterator[PrivateFile]:
    """Open a file to add lines, and lock it. Raises NoAccess if another process has locked it.

    Raises InvalidInput unless it is a new file, or a regular one that nobody but this user may read or write.
    """
    check_private(path)
    # Without O_NONBLOCK, a pipe that replaced the file after the check would block.
    flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    try:
        descriptor = os.open(path, flags, mode=0o600)
    except OSError as error:
        raise _no_access(path, error, "opened") from None
    try:
        _check(path, os.fstat(descriptor))
        _lock(path, descriptor)
        _sync_folder(path.parent)
        yield PrivateFile(path, descriptor)
    finally:
        os.close(descriptor)


def read_lines(path: Path) -> Iterator[Line]:
    """Read the lines of a regular file. Raises InvalidInput for anything else."""
    with _open_to_read(path) as file:
        for number, line in enumerate(file, 1):
            yield Line(number=number, content=line.removesuffix(b"\n"), is_ended=line.endswith(b"\n"))


def is_locked(path: Path) -> bool:
    """Whether a process has opened the file with `open_private`."""
    with _open_to_read(path) as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def _open_to_read(path: Path) -> BinaryIO:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise _invalid(path, error, "read") from None
    if not stat.S_ISREG(mode := os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise InvalidInput(f"{path} is {_kind(mode)}: name a regular file")
    return os.fdopen(descriptor, "rb")


def _check(path: Path, status: os.stat_result) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise InvalidInput(f"{path} is {_kind(status.st_mode)}: name a regular file, or one that does not exist")
    if status.st_uid != os.geteuid():
        raise InvalidInput(f"{path} belongs to another user: name a file of your own, or one that does not exist")
    if (mode := stat.S_IMODE(status.st_mode)) & 0o077:
        raise InvalidInput(f"{path} has mode {mode:04o}, so that others have access: run `chmod 600` on it first")


def _kind(mode: int) -> str:
    return next((name for is_kind, name in _KINDS if is_kind(mode)), "no regular file")


def _lock(path: Path, descriptor: int) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise NoAccess(
            f"{path} is in use: another command is writing it; try again when that command has ended"
        ) from None


def _write_all(descriptor: int, content: bytes) -> None:
    left = memoryview(content)
    while left:
        left = left[os.write(descriptor, left) :]


def _begins_with_json(content: bytes) -> bool:
    try:
        json.JSONDecoder().raw_decode(content.decode(errors="replace"))
    except (ValueError, RecursionError):
        return False
    return True


def _sync_folder(folder: Path) -> None:
    """Write the name of a new file to disk, too: fsync on the file writes only its content."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _invalid(path: Path, error: OSError, done: str) -> InvalidInput:
    if error.errno == errno.ENOENT:
        return InvalidInput(f"{path} does not exist")
    return InvalidInput(f"{path} cannot be {done}: {error.strerror}")


def _no_access(path: Path, error: OSError, done: str) -> NoAccess:
    return NoAccess(f"{path} cannot be {done}: {error.strerror}")
