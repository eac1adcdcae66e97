"""The event source mapping and the function of the model: how many orders they take in a second."""

import math
from typing import NamedTuple

from infra.mapping_limits import BATCHES_OF_A_POLLER
from ops.capacity import limits
from ops.capacity.inputs import CapacityInputs
from ops.capacity.queue import NEGLIGIBLE


class Taken(NamedTuple):
    """What the mapping does in a second."""

    orders: float
    invocations: float
    concurrency: float
    """Batches that are received, started or processed at the same time."""
    executions: float
    """Batches that the function processes at the same time."""
    seconds: float
    """Duration of a batch."""
    stored_share: float
    """The share of a batch that the function finishes before its timeout."""
    throttled_share: float
    """The share of the batches that Lambda throttles."""
    lacks_room: bool
    """Whether orders were left because too many are in flight."""


class Mapping:
    """Pollers whose number grows while orders wait, and environments that start cold.

    A poller fills its batch from what waits. A batch that does not fill is sent when the batching window ends.
    """

    def __init__(self, inputs: CapacityInputs, before: float = 0.0) -> None:
        """Begin as it is after a long flow of this many orders a second."""
        self._inputs = inputs
        self._cold_seconds = limits.COLD_START_SECONDS[inputs.architecture].value
        self._most = inputs.most_concurrent
        if inputs.maximum_pollers:
            self._least = float(inputs.minimum_pollers * BATCHES_OF_A_POLLER)
            self._growth, self._messages = limits.POLLER_GROWTH.value, limits.POLLER_MESSAGES.value
        else:
            self._least = min(limits.MAPPING_START.value, self._most)
            self._growth, self._messages = limits.MAPPING_GROWTH.value, limits.MESSAGES.value
        self._full = self._busy_seconds(inputs.batch_size)
        self.allowed = min(self._most, max(self._least, self._needed(before)))
        batch = self.batch_in_flow(before)
        self._warm = min(self.allowed, before / batch * self._busy_seconds(batch))

    @property
    def is_grown(self) -> bool:
        return self.allowed >= self._most

    def batch_in_flow(self, rate: float) -> float:
        """Return the orders in a batch if none of them had to wait for a poller."""
        return min(self._inputs.batch_size, 1 + rate * self._inputs.batching_window_seconds)

    def window_seconds(self, rate: float) -> float:
        """Return how long orders wait for their batch."""
        return min(self._inputs.batching_window_seconds, self._inputs.batch_size / rate) if rate else 0.0

    def take(self, visible: float, rate: float, room: float) -> Taken:
        """Take visible orders, of which `rate` arrived in this second. Leave what has no room in flight."""
        concurrency = self.allowed
        available = concurrency - max(0.0, concurrency - self._warm) * self._cold_seconds
        most = available / self._full * self._inputs.batch_size
        wanted = min(visible, most)
        orders = min(wanted, room / min(1.0, self._full))
        # Orders share a batch if they arrive within the window, or if the pollers are busy.
        batch = min(self._inputs.batch_size, max(self.batch_in_flow(rate), orders * self._full / available))
        busy = self._busy_seconds(batch)
        invocations = orders / batch
        used = min(1.0, invocations * busy / available) * concurrency
        self._warm = max(used, self._warm - (self._warm - used) / limits.IDLE_SECONDS.value)
        seconds = self._inputs.batch_seconds(math.ceil(batch))
        executions = invocations * min(seconds, self._inputs.processor_timeout_seconds)
        return Taken(
            orders,
            invocations,
            used,
            executions,
            min(seconds, self._inputs.processor_timeout_seconds),
            min(1.0, self._inputs.processor_timeout_seconds / seconds),
            self._throttled_share(executions, invocations),
            orders < wanted,
        )

    def scale(self, orders: float, *, orders_wait: bool) -> None:
        """Add pollers if orders were left in the queue, or else remove some that full batches would not need."""
        if orders_wait:
            self.allowed = min(self._most, self.allowed + self._growth)
        else:
            self.allowed = max(self._least, self._needed(orders), self.allowed - self._growth)

    def _needed(self, orders: float) -> float:
        """The concurrent batches of a flow if all batches are full."""
        return orders / self._inputs.batch_size * self._full

    def _throttled_share(self, executions: float, invocations: float) -> float:
        """The share of the batches that exceed the concurrency of the function, or its invocations a second."""
        allowed = self._inputs.function_concurrency
        share = 1 - min(1.0, allowed / max(executions, 1), limits.INVOCATIONS.value * allowed / max(invocations, 1))
        return share if share > NEGLIGIBLE else 0.0

    def _busy_seconds(self, batch: float) -> float:
        """How long a batch occupies a poller, which receives only so many messages a second."""
        seconds = min(self._inputs.batch_seconds(math.ceil(batch)), self._inputs.processor_timeout_seconds)
        return max(seconds, batch / self._messages)
