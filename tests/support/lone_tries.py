"""The memory of lone tries of one execution environment."""

import tempfile
import time
from collections.abc import Callable
from itertools import count
from pathlib import Path

from handler.notifier.tries import LoneTries

_folder = tempfile.TemporaryDirectory()
_environments = count()


def lone_tries(now: Callable[[], float] = time.time) -> LoneTries:
    """Return the memory of another environment. It survives a crash of the function, and not the tests."""
    return LoneTries(Path(_folder.name, str(next(_environments))), now)
