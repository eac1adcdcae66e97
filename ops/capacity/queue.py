"""The queue of the model: orders as cohorts, which arrived in the same second and have the same receive count."""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

NEGLIGIBLE = 1e-6
"""Orders. Sums of fractions differ by less, and so little must not count as an old order."""


@dataclass(slots=True)
class Cohort:
    """Orders that arrived in the same second, and were received equally often. A cohort can hold a part of an order."""

    arrived: int
    receives: int
    orders: float
    valid: bool = True
    hot: bool = False
    """Whether they are versions of the order that has the most."""
    noisy: bool = False
    """Whether they are of the noisiest customer."""

    def part(self, orders: float, receives: int) -> "Cohort":
        """Return some of these orders, which were received this often."""
        return Cohort(self.arrived, receives, orders, self.valid, self.hot, self.noisy)


class Oldest(NamedTuple):
    """The age of the oldest order in seconds."""

    of_all: int
    of_others: int
    """Without the orders of the noisiest customer."""


class Queue:
    """Visible and hidden orders. Orders that return are received first, then the oldest ones.

    A fair queue gives the orders of the noisiest customer only if no other order is visible.
    """

    def __init__(self, *, max_receive_count: int, retention_seconds: int, is_fair: bool = False) -> None:
        self._max_receive_count = max_receive_count
        self._retention = retention_seconds
        self._returned: deque[Cohort] = deque()
        self._fresh: deque[Cohort] = deque()
        self._noisy_returned = deque[Cohort]() if is_fair else self._returned
        self._noisy_fresh = deque[Cohort]() if is_fair else self._fresh
        self._waiting = [self._returned, self._fresh]
        """All visible orders, in the sequence in which they are received."""
        if is_fair:
            self._waiting += [self._noisy_returned, self._noisy_fresh]
        self._hidden_until: dict[int, list[Cohort]] = {}
        self.visible = 0.0
        self.hidden = 0.0
        self.dead = 0.0
        """Valid orders in OrderDLQ."""
        self.rejected = 0.0
        """Invalid orders in OrderDLQ."""
        self.expired = 0.0

    def arrive(self, now: int, orders: float, *, valid: bool = True, hot: bool = False, noisy: bool = False) -> None:
        if orders:
            (self._noisy_fresh if noisy else self._fresh).append(Cohort(now, 0, orders, valid, hot, noisy))
            self.visible += orders

    def tick(self, now: int) -> Oldest:
        """Begin a second: orders become visible again, move to OrderDLQ or expire. Returns the age of the oldest."""
        oldest = of_others = 0
        for cohort in self._hidden_until.pop(now, ()):
            self.hidden -= cohort.orders
            oldest = max(oldest, now - cohort.arrived)
            if not cohort.noisy:
                of_others = max(of_others, now - cohort.arrived)
            if now - cohort.arrived >= self._retention:
                self.expired += cohort.orders
            elif cohort.receives >= self._max_receive_count:
                if cohort.valid:
                    self.dead += cohort.orders
                else:
                    self.rejected += cohort.orders
            else:
                (self._noisy_returned if cohort.noisy else self._returned).append(cohort)
                self.visible += cohort.orders
        for waiting in self._waiting:
            while waiting and now - waiting[0].arrived >= self._retention:
                cohort = waiting.popleft()
                self.visible = max(0.0, self.visible - cohort.orders)
                self.expired += cohort.orders
        return Oldest(oldest, of_others)

    def receive(self, orders: float) -> list[Cohort]:
        """Receive this many orders, or all that are visible."""
        received: list[Cohort] = []
        for waiting in self._waiting:
            while waiting:
                first = waiting[0]
                if first.orders <= orders + NEGLIGIBLE:
                    taken = waiting.popleft()
                    taken.receives += 1
                elif orders > NEGLIGIBLE:
                    taken = first.part(orders, first.receives + 1)
                    first.orders -= orders
                else:
                    break
                received.append(taken)
                self.visible = max(0.0, self.visible - taken.orders)
                orders -= taken.orders
        return received

    def hide(self, received: Iterable[Cohort], share: float, until: int) -> float:
        """Keep a share of received orders hidden until a later second. Returns the number of orders."""
        failed = [one.part(one.orders * share, one.receives) for one in received]
        orders = sum(one.orders for one in failed)
        self._hidden_until.setdefault(until, []).extend(failed)
        self.hidden += orders
        return orders

    def oldest(self, now: int) -> Oldest:
        """Return the age of the oldest visible order at the end of a second."""
        end = now + 1
        of_all = [waiting[0].arrived for waiting in self._waiting if waiting]
        if not of_all:
            return Oldest(0, 0)
        of_others = [
            next((one.arrived for one in waiting if not one.noisy), end) for waiting in (self._returned, self._fresh)
        ]
        return Oldest(end - min(of_all), end - min(of_others))
