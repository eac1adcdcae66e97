"""What survives a crash of the function: the records that it tried to tell alone, without coming to an end."""

import hashlib
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any


class LoneTries:
    """Remembers in a folder since when a record was tried alone.

    After a crash, Lambda sends each half of the batch, until a record that stops the function is alone. When Lambda
    restarts the function in the same environment, it keeps `/tmp` (AWS Lambda Developer Guide, "Lambda execution
    environment lifecycle").
    """

    def __init__(self, folder: Path, now: Callable[[], float] = time.time) -> None:
        self._folder = folder
        self._now = now

    def begin(self, record: Mapping[str, Any]) -> float:
        """Return for how many seconds tries of the record have begun without an end. 0 for its first try."""
        path, now = self._path(record), self._now()
        try:
            return max(0.0, now - float(path.read_text()))
        except (OSError, ValueError):
            with suppress(OSError):  # Without a memory, the record is told or fails as ever.
                self._folder.mkdir(exist_ok=True)
                path.write_text(str(now))
            return 0.0

    def end(self, record: Mapping[str, Any]) -> None:
        """Forget a record."""
        with suppress(OSError):
            self._path(record).unlink()

    def _path(self, record: Mapping[str, Any]) -> Path:
        return self._folder / hashlib.sha256(str(record.get("eventID")).encode()).hexdigest()
