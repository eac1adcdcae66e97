"""Paces requests."""

import time


class Pacer:
    """Delays requests so that at most `rate` items a second are sent. None means no limit."""

    def __init__(self, rate: float | None) -> None:
        self._rate = rate
        self._next_at = time.monotonic()

    def batch_size(self, max_items: int) -> int:
        """The number of items in a request: at most what one second allows, so that they do not come in bursts."""
        return max(1, min(max_items, int(self._rate or max_items)))

    def wait(self, count: int) -> None:
        """Wait until a request with this number of items may be sent."""
        if self._rate:
            time.sleep(max(0.0, self._next_at - time.monotonic()))
            self._next_at = max(self._next_at, time.monotonic()) + count / self._rate
