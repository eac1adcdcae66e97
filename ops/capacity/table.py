"""The on-demand table of the model."""

from ops.capacity import limits


class Table:
    """Takes a number of writes a second that doubles after a peak. Order IDs are spread evenly over its partitions."""

    def __init__(self, writes: float) -> None:
        self.writes = min(writes, limits.TABLE_QUOTA.value)
        self._peak = 0.0

    def take(self, now: int, orders: float) -> float:
        """Write orders. Returns how many the table accepts."""
        if now and now % limits.TABLE_DOUBLING_SECONDS.value == 0:
            self.writes = min(max(self.writes, 2 * self._peak), limits.TABLE_QUOTA.value)
            self._peak = 0.0
        accepted = min(orders, self.writes)
        self._peak = max(self._peak, accepted)
        return accepted
