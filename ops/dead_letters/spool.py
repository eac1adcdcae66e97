"""A temporary file for whole letters, so that memory does not grow with their size."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Lock

from ops.dead_letters.letter import Letter
from ops.errors import NoAccess


class Spool:
    """An unnamed file, which only this process can open. The operating system deletes it with the process.

    Every method raises NoAccess if the file cannot be used, for example because the disk is full.
    """

    def __init__(self) -> None:
        with _explained():
            self._file = tempfile.TemporaryFile()  # noqa: SIM115 - `close` closes it
        self._lock = Lock()

    def append(self, letter: Letter) -> int:
        """Write a letter, and return its position."""
        line = letter.as_json().encode() + b"\n"
        with self._lock, _explained():
            position = self._file.seek(0, 2)
            self._file.write(line)
            self._file.flush()  # A full disk is an error of the letter that does not fit.
        return position

    def read(self, position: int) -> Letter:
        """Read the letter at a position."""
        with self._lock, _explained():
            self._file.seek(position)
            line = self._file.readline()
        return Letter.from_json(line.decode())

    def close(self) -> None:
        with suppress(OSError):
            self._file.close()


@contextmanager
def _explained() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise NoAccess(f"the temporary folder cannot be used: {error.strerror}; name another one in TMPDIR") from None
