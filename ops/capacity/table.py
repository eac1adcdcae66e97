"""The on-demand table of the model."""

import math
from typing import NamedTuple

from ops.capacity import limits
from ops.capacity.queue import NEGLIGIBLE
from ops.capacity.run import Hop


class Written(NamedTuple):
    """What the table accepts in a second."""

    share: float
    """The share of the writes, except for those of the order with the most versions."""
    hot_share: float
    """The share of the writes of the order with the most versions."""
    writes: float
    limit: Hop | None
    """The limit that refused the other writes."""


class Table:
    """Takes a number of writes a second that doubles after a peak, up to its maximum or the quota.

    Order IDs are spread evenly over its partitions, except for one order with many versions.
    """

    def __init__(self, writes: float, maximum: int = 0) -> None:
        self._most = min(maximum or limits.TABLE_QUOTA.value, limits.TABLE_QUOTA.value)
        self.writes = min(writes, self._most)
        self._peak = 0.0

    def take(self, now: int, spread: float, hot: float) -> Written:
        """Take writes that are spread over the partitions, and those of one order, which share a partition."""
        if now and now % limits.TABLE_DOUBLING_SECONDS.value == 0:
            self.writes = min(max(self.writes, 2 * self._peak), self._most)
            self._peak = 0.0
        hot_taken = min(hot, limits.PARTITION_WRITES.value)
        wanted = spread + hot_taken
        writes = min(wanted, self.writes)
        self._peak = max(self._peak, writes)
        share = writes / wanted if wanted else 1.0
        limit = Hop.TABLE if writes < wanted else Hop.PARTITION if hot_taken < hot else None
        return Written(share, share * hot_taken / hot if hot else 1.0, writes, limit)


def hot_writes(orders: float, hot: float, batches: float) -> float:
    """Return the batches that contain a version of the order with the most: the processor writes its last one."""
    if hot <= NEGLIGIBLE:
        return 0.0
    without = math.pow(max(0.0, 1 - hot / orders), orders / batches)
    return min(hot, batches * (1 - without))
