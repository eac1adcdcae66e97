"""Waiting for events in other processes. Tests assert that an event happens, not how long it takes."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

PATIENCE_SECONDS = 60


def eventually(look: Callable[[], T | None], what: str, patience_seconds: float = PATIENCE_SECONDS) -> T:
    """Call `look` until its result is true, and return the result. Raises AssertionError when the patience ends."""
    deadline = time.monotonic() + patience_seconds
    while time.monotonic() < deadline:
        if found := look():
            return found
        time.sleep(0.05)
    raise AssertionError(f"waited {patience_seconds} s in vain for {what}")
