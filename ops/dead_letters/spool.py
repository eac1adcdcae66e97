"""A temporary file for whole letters, so that memory does not grow with their size."""

import tempfile
from threading import Lock

from ops.dead_letters.letter import Letter


class Spool:
    """An unnamed file, which only this process can open. The operating system deletes it with the process."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - `close` closes it
        self._lock = Lock()

    def append(self, letter: Letter) -> int:
        """Write a letter, and return its position."""
        line = letter.as_json().encode() + b"\n"
        with self._lock:
            position = self._file.seek(0, 2)
            self._file.write(line)
        return position

    def read(self, position: int) -> Letter:
        """Read the letter at a position."""
        with self._lock:
            self._file.seek(position)
            line = self._file.readline()
        return Letter.from_json(line.decode())

    def close(self) -> None:
        self._file.close()
