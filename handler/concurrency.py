"""Sending several requests at once, until a deadline."""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from typing import TypeVar

T = TypeVar("T")

CONNECTIONS = 10
"""The maximum number of concurrent requests, and of connections in botocore's pool."""


class Threads(ThreadPoolExecutor):
    """CONNECTIONS threads, which all invocations of an instance share."""

    def __init__(self) -> None:
        super().__init__(CONNECTIONS)

    def run(self, calls: Sequence[Callable[[], T]], deadline: float) -> list[T | None]:
        """Run calls concurrently. Returns their results, and None for each call that does not end before the deadline.

        The deadline is a time of `time.monotonic`, in seconds.
        """
        if time.monotonic() >= deadline:
            return [None] * len(calls)
        futures = [self.submit(call) for call in calls]
        done, late = wait(futures, timeout=max(0.0, deadline - time.monotonic()))
        for future in late:
            future.cancel()
        return [future.result() if future in done else None for future in futures]
