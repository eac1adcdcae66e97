"""Waiting for what happens in other processes. How long it takes is never asserted, only that it comes."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

PATIENCE_SECONDS = 60


def eventually(look: Callable[[], T | None], what: str) -> T:
    """What `look` finds, as soon as that is anything."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        if found := look():
            return found
        time.sleep(0.05)
    raise AssertionError(f"waited {PATIENCE_SECONDS} s in vain for {what}")
