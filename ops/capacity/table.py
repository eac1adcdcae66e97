"""The on-demand table of the model."""

from typing import NamedTuple

from ops.capacity import limits
from ops.capacity.run import Hop


class Written(NamedTuple):
    """What the table accepts in a second."""

    share: float
    """The share of the orders."""
    writes: float
    hottest: float
    """Writes that were wanted for the order with the most versions."""
    limit: Hop | None
    """The limit that refused the other orders."""


class Table:
    """Takes a number of writes a second that doubles after a peak.

    Order IDs are spread evenly over its partitions, except for one order with many versions. The processor writes the
    last version of an order in a batch.
    """

    def __init__(self, writes: float, hottest_share: float) -> None:
        self.writes = min(writes, limits.TABLE_QUOTA.value)
        self._hottest_share = hottest_share
        self._peak = 0.0

    def take(self, now: int, orders: float, batches: float) -> Written:
        if now and now % limits.TABLE_DOUBLING_SECONDS.value == 0:
            self.writes = min(max(self.writes, 2 * self._peak), limits.TABLE_QUOTA.value)
            self._peak = 0.0
        versions = orders * self._hottest_share
        hottest = min(versions, batches)
        wanted = orders - versions + hottest
        spread = wanted - max(0.0, hottest - limits.PARTITION_WRITES.value)
        writes = min(spread, self.writes)
        self._peak = max(self._peak, writes)
        limit = Hop.TABLE if writes < spread else Hop.PARTITION if writes < wanted else None
        return Written(writes / wanted if wanted else 1.0, writes, hottest, limit)
