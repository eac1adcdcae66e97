"""The simulation: what becomes of the orders of a profile, second by second."""

import math
from collections.abc import Sequence
from itertools import chain, repeat

from ops.capacity import limits
from ops.capacity.inputs import CapacityInputs
from ops.capacity.mapping import Mapping, Taken
from ops.capacity.profile import Profile
from ops.capacity.queue import NEGLIGIBLE, Cohort, Queue
from ops.capacity.run import Hop, Run, Timeline
from ops.capacity.table import Table, Written, hot_writes

DRAIN_SECONDS = 24 * 60 * 60
"""How long the simulation goes on after the profile, if orders still wait."""


def simulate(
    inputs: CapacityInputs, profile: Profile, *, oldest_allowed: float = math.inf, has_groups: bool = False
) -> Run:
    """Run a profile, and go on until no order waits. Stop at the first order that is older than allowed.

    `has_groups` is whether each order has its customer as message group ID, which makes the queue fair.
    """
    simulation = _Simulation(inputs, profile, has_groups=has_groups)
    seconds = len(profile.rates)
    for rate in chain(profile.rates, repeat(profile.after, DRAIN_SECONDS)):
        if simulation.now >= seconds and simulation.is_empty:
            return simulation.run(drained_after=simulation.now - seconds)
        if simulation.step(rate) > oldest_allowed:
            break
    return simulation.run(drained_after=None)


class _Simulation:
    def __init__(self, inputs: CapacityInputs, profile: Profile, *, has_groups: bool) -> None:
        self.now = 0
        self._invalid, self._hottest, self._noisiest = profile.invalid, profile.hottest, profile.noisiest
        self._visibility = inputs.visibility_timeout_seconds
        self._retries_at_once = inputs.retry_invalid_orders_at_once
        self._quota = limits.publishes(inputs.region).value
        self._queue = Queue(
            max_receive_count=inputs.max_receive_count,
            retention_seconds=inputs.message_retention_seconds,
            # All orders take the same time. So the share of the orders is the share of the processing time.
            is_fair=has_groups and profile.noisiest > limits.NOISY_SHARE.value,
        )
        self._mapping = Mapping(inputs, profile.before)
        self._table = Table(inputs.table_writes, inputs.maximum_table_writes)
        self._batches: dict[int, list[tuple[int, Sequence[Cohort], Taken]]] = {}
        """The received orders by the second in which their batches end, each with the second of the receive."""
        self._in_flight = self._refused = self._published = self._stored = self._invocations = 0.0
        self._reached: dict[Hop, int] = {}
        self._timeline = Timeline()
        self._arrive(profile.waiting * (1 - self._noisiest), noisy=False)
        self._arrive(profile.waiting * self._noisiest, noisy=True)

    @property
    def is_empty(self) -> bool:
        return self._refused + self._queue.visible + self._queue.hidden + self._in_flight <= NEGLIGIBLE

    def step(self, rate: float) -> float:
        """Simulate a second in which this many orders are published. Returns the age of the oldest order."""
        returned = self._queue.tick(self.now)
        arrived = self._publish(rate)
        taken, throttled = self._receive(arrived)
        written, hottest, refused_writes = self._write()
        orders_wait = self._queue.visible > NEGLIGIBLE
        self._note_limits(taken, written if refused_writes > NEGLIGIBLE else None, orders_wait=orders_wait)
        self._mapping.scale(taken.orders, orders_wait=orders_wait)
        window = self._mapping.window_seconds(arrived)
        waiting, busy = self._queue.oldest(self.now), int(taken.seconds) if taken.orders else 0
        oldest = max(returned.of_all, waiting.of_all, window) + busy
        seen = self._timeline
        seen.published.append(rate)
        seen.backlog.append(self._queue.visible + self._queue.hidden)
        seen.oldest_seconds.append(oldest)
        seen.others_oldest_seconds.append(max(returned.of_others, waiting.of_others, window) + busy)
        seen.concurrency.append(taken.concurrency)
        seen.executions.append(taken.executions)
        seen.invocations.append(taken.invocations)
        short = 0.0 if taken.seconds >= 1 else taken.orders * taken.seconds
        seen.in_flight.append(self._queue.hidden + self._in_flight + short + arrived * window)
        seen.written.append(written.writes)
        seen.table_limit.append(self._table.writes)
        seen.hottest.append(hottest)
        seen.throttled.append(throttled + refused_writes)
        self.now += 1
        return oldest

    def run(self, *, drained_after: int | None) -> Run:
        return Run(
            published=self._published,
            stored=self._stored,
            dead=self._queue.dead,
            rejected=self._queue.rejected,
            expired=self._queue.expired,
            refused=self._refused,
            waiting=self._queue.visible + self._queue.hidden,
            in_flight=self._in_flight,
            invocations=self._invocations,
            drained_after=drained_after,
            reached=self._reached,
            timeline=self._timeline,
        )

    def _publish(self, rate: float) -> float:
        """SNS accepts orders up to its quota. The publisher tries the others again."""
        self._published += rate
        wanted = rate + self._refused
        accepted = min(wanted, self._quota)
        self._refused = wanted - accepted
        self._arrive(accepted * (1 - self._noisiest), noisy=False)
        self._arrive(accepted * self._noisiest, noisy=True)
        return accepted

    def _arrive(self, orders: float, *, noisy: bool) -> None:
        valid = orders * (1 - self._invalid)
        self._queue.arrive(self.now, valid * (1 - self._hottest), noisy=noisy)
        self._queue.arrive(self.now, valid * self._hottest, hot=True, noisy=noisy)
        self._queue.arrive(self.now, orders * self._invalid, valid=False, noisy=noisy)

    def _receive(self, arrived: float) -> tuple[Taken, float]:
        """The mapping takes orders, and Lambda throttles the batches for which it has no concurrency."""
        window = arrived * self._mapping.window_seconds(arrived)
        room = max(0.0, limits.IN_FLIGHT.value - self._queue.hidden - self._in_flight - window)
        taken = self._mapping.take(self._queue.visible, arrived, room)
        received = self._queue.receive(taken.orders)
        throttled = 0.0
        if taken.throttled_share:
            throttled = self._queue.hide(received, taken.throttled_share, self._visible_again(self.now))
            for cohort in received:
                cohort.orders *= 1 - taken.throttled_share
        self._invocations += taken.invocations * (1 - taken.throttled_share)
        self._in_flight += sum(cohort.orders for cohort in received)
        self._batches.setdefault(self.now + int(taken.seconds), []).append((self.now, received, taken))
        return taken, throttled

    def _write(self) -> tuple[Written, float, float]:
        """Batches end: the table takes orders up to its throughput. The others are received again.

        Returns what the table took, the writes wanted for the order with the most versions, and the refused orders.
        """
        ended = self._batches.pop(self.now, [])
        spread = hottest = 0.0
        for _, received, taken in ended:
            hot = sum(one.orders for one in received if one.hot)
            orders = sum(one.orders for one in received)
            batches = taken.invocations * (1 - taken.throttled_share)
            spread += taken.stored_share * (sum(one.orders for one in received if one.valid) - hot)
            hottest += taken.stored_share * hot_writes(orders, hot, batches)
        written = self._table.take(self.now, spread, hottest)
        refused = 0.0
        for since, received, taken in ended:
            self._in_flight -= sum(cohort.orders for cohort in received)
            later = self._visible_again(since)
            for is_hot, share in ((False, written.share), (True, written.hot_share)):
                cohorts = [one for one in received if one.valid and one.hot is is_hot]
                stored = taken.stored_share * share
                total = sum(one.orders for one in cohorts)
                self._stored += total * stored
                refused += total * (taken.stored_share - stored)
                if stored < 1:
                    self._queue.hide(cohorts, 1 - stored, later)
            if self._invalid:
                at_once = self.now + 1 if self._retries_at_once else later
                self._queue.hide([one for one in received if not one.valid], 1, at_once)
        return written, hottest, refused

    def _visible_again(self, since: int) -> int:
        """When the visibility timeout of a receive ends, but not before the next second."""
        return max(since + self._visibility, self.now + 1)

    def _note_limits(self, taken: Taken, refused: Written | None, *, orders_wait: bool) -> None:
        if self._refused:
            self._reach(Hop.PUBLISH)
        if taken.lacks_room:
            self._reach(Hop.IN_FLIGHT)
        elif orders_wait:
            self._reach(Hop.MAPPING_CONCURRENCY if self._mapping.is_grown else Hop.GROWTH)
        if taken.orders and taken.throttled_share:
            self._reach(Hop.FUNCTION_CONCURRENCY)
        if taken.orders and taken.stored_share < 1:
            self._reach(Hop.TIMEOUT)
        if refused and refused.limit:
            self._reach(refused.limit)
        if self._queue.dead:
            self._reach(Hop.RECEIVES)
        if self._queue.expired:
            self._reach(Hop.RETENTION)

    def _reach(self, hop: Hop) -> None:
        self._reached.setdefault(hop, self.now)
