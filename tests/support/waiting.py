"""Waiting for events in other processes. Tests assert that an event happens, not how long it takes."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

PATIENCE_SECONDS = 60
PAUSE_SECONDS = 0.05


def eventually(
    look: Callable[[], T | None], what: str, patience: float = PATIENCE_SECONDS, pause: float = PAUSE_SECONDS
) -> T:
    """Call `look` until its result is true, and return the result. Raises AssertionError after `patience` seconds."""
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        if found := look():
            return found
        time.sleep(pause)
    raise AssertionError(f"waited {patience} s in vain for {what}")
