"""The reverse question: the cheapest settings that keep orders young enough."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from infra.mapping_limits import NOT_RESERVED
from ops.capacity import limits
from ops.capacity.inputs import CapacityInputs
from ops.capacity.profile import Profile
from ops.capacity.run import Hop, Run
from ops.capacity.simulation import simulate
from ops.cost import OURS, SECONDS_A_DAY, CostInputs, in_batches
from ops.errors import InvalidInput, NothingDone
from ops.invocation import measured

WINDOWS = (0, 1, 2, 5, 10, 20, 30, 60, 120, 300)
MOST_CONCURRENT = 1_000
"""The largest maximumConcurrency (Lambda API Reference, ScalingConfig)."""
BATCH_WITHOUT_WINDOW = 10
"""The largest batch without a batching window (Lambda API Reference, CreateEventSourceMapping)."""
ADVISED_TIMEOUTS = 6
"""AWS advises a visibility timeout of so many function timeouts, and the window (Lambda Developer Guide, SQS)."""
WARM_STEP = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The settings that hold, and the run with them."""

    inputs: CapacityInputs
    run: Run
    changes: Mapping[str, int]
    """The settings to change, by key."""
    warm_writes: int | None
    """The warm throughput that the table needs, if it has less."""


def cheapest(inputs: CapacityInputs, costs: CostInputs, profile: Profile, oldest: int) -> Found:
    """Find the cheapest batch size and window that keep orders young enough, and with them the lowest concurrency.

    The concurrency of the stack stays if it is enough, because it costs nothing. No order may be refused or lost, and
    none may be older than `oldest` seconds. Raises NothingDone if no settings hold, and InvalidInput for a stack with
    provisioned pollers: their price is not in ops/prices.py.
    """
    if inputs.maximum_pollers:
        rule = "whose price is not known: ask without an allowed age, or set minimumPollers and maximumPollers to 0"
        raise InvalidInput(f"no settings can be compared, because the stack provisions pollers, {rule}")
    failed = None
    for candidate in _by_cost(inputs, costs, profile, oldest):
        run = simulate(candidate, profile, oldest_allowed=oldest)
        if _holds(run):
            return Found(inputs=candidate, run=run, changes=_changes(inputs, candidate), warm_writes=None)
        # The table can be warmed, so it does not limit the search.
        warm = replace(candidate, table_writes=limits.TABLE_QUOTA.value)
        run = simulate(_with_concurrency(warm, _most_concurrent(inputs)), profile, oldest_allowed=oldest)
        if _holds(run):
            lowest = _with_concurrency(candidate, _lowest_concurrency(warm, profile, oldest, run))
            if _holds(run := simulate(lowest, profile, oldest_allowed=oldest)):
                return Found(inputs=lowest, run=run, changes=_changes(inputs, lowest), warm_writes=None)
            warm_holds = _holds(simulate(warm, profile, oldest_allowed=oldest))
            return _with_warm_table(inputs, candidate if warm_holds else lowest, profile)
        failed = failed or run
    raise NothingDone(_why_none(oldest, failed))


def _by_cost(inputs: CapacityInputs, costs: CostInputs, profile: Profile, oldest: int) -> Iterator[CapacityInputs]:
    """Yield the stack with other batches and windows, the cheapest first. `make bench` measured the batches."""
    pairs = [
        (window, size)
        for window in WINDOWS
        for size in map(int, measured("handlers")[OURS])
        if window <= oldest and (window or size <= BATCH_WITHOUT_WINDOW)
    ]
    # Of equal ones, the shortest window and the largest batch, which fills while orders wait.
    for window, size in sorted(pairs, key=lambda pair: (_dollars(costs, profile, *pair), pair[0], -pair[1])):
        visibility = max(
            inputs.visibility_timeout_seconds, ADVISED_TIMEOUTS * inputs.processor_timeout_seconds + window
        )
        if inputs.max_receive_count * visibility < inputs.message_retention_seconds:
            yield replace(
                inputs,
                batch_size=size,
                batching_window_seconds=window,
                visibility_timeout_seconds=visibility,
            )


def _dollars(costs: CostInputs, profile: Profile, window: int, size: int) -> float:
    """The cost of a million orders in batches that fill only as far as the window waits, rounded to a cent.

    For less than a cent, no order has to wait longer.
    """
    batches = sum(rate / min(size, 1 + rate * window) for rate in profile.rates)
    orders = sum(profile.rates)
    per_day = max(1.0, orders / len(profile.rates) * SECONDS_A_DAY)
    return round(in_batches(costs, per_day, orders / batches if batches else 1).total(OURS), 2)


def _most_concurrent(inputs: CapacityInputs) -> int:
    reserves = inputs.reserved_concurrency != NOT_RESERVED
    return MOST_CONCURRENT if reserves else min(MOST_CONCURRENT, max(2, int(inputs.account_concurrency)))


def _with_concurrency(inputs: CapacityInputs, concurrency: int) -> CapacityInputs:
    reserved = inputs.reserved_concurrency
    return replace(
        inputs,
        maximum_concurrency=concurrency,
        reserved_concurrency=reserved if reserved == NOT_RESERVED else max(reserved, concurrency),
    )


def _lowest_concurrency(inputs: CapacityInputs, profile: Profile, oldest: int, highest: Run) -> int:
    """Bisect, beginning with what was used in a run with the highest concurrency, which held."""
    low, high = 2, _most_concurrent(inputs)
    middle = max(low, math.ceil(max(highest.timeline.concurrency)))
    while low < high:
        if _holds(simulate(_with_concurrency(inputs, middle), profile, oldest_allowed=oldest)):
            high = middle
        else:
            low = middle + 1
        middle = (low + high) // 2
    return low


def _holds(run: Run) -> bool:
    lost = {Hop.PUBLISH, Hop.RECEIVES, Hop.RETENTION}
    return run.drained_after is not None and not lost & run.reached.keys()


def _with_warm_table(before: CapacityInputs, after: CapacityInputs, profile: Profile) -> Found:
    """Warm the table for the most writes that it gets when it takes all of them, and no less than a new one takes."""
    most = max(simulate(replace(after, table_writes=limits.TABLE_QUOTA.value), profile).timeline.written)
    warm_writes = max(math.ceil(most / WARM_STEP) * WARM_STEP, int(limits.TABLE_WRITES.value))
    warm = replace(after, table_writes=warm_writes)
    return Found(inputs=warm, run=simulate(warm, profile), changes=_changes(before, warm), warm_writes=warm_writes)


def _changes(before: CapacityInputs, after: CapacityInputs) -> Mapping[str, int]:
    settings = {
        "maximumConcurrency": (before.maximum_concurrency, after.maximum_concurrency),
        "reservedConcurrency": (before.reserved_concurrency, after.reserved_concurrency),
        "batchSize": (before.batch_size, after.batch_size),
        "batchingWindowSeconds": (before.batching_window_seconds, after.batching_window_seconds),
        "visibilityTimeoutSeconds": (before.visibility_timeout_seconds, after.visibility_timeout_seconds),
    }
    return {key: new for key, (old, new) in settings.items() if new != old}


def _why_none(oldest: int, failed: Run | None) -> str:
    if failed is None:
        return "no settings hold: maxReceiveCount x visibilityTimeoutSeconds must be less than messageRetentionSeconds"
    sentence = f"no settings keep every order younger than {oldest} s"
    hop = next((hop for hop in _REMEDIES if hop in failed.reached), None)
    if hop is None:
        return f"{sentence}: allow older orders, because retries and windows take time without any limit"
    return f"{sentence} (limit: {hop}, after {failed.reached[hop]} s): {_REMEDIES[hop]}"


_REMEDIES = {
    Hop.PUBLISH: "ask AWS for a higher quota, or publish more slowly",
    Hop.PARTITION: "publish fewer versions of the same order",
    Hop.TABLE: "raise the maximum of the table (maximumTableWrites), or ask AWS for a higher quota of the table",
    Hop.FUNCTION_CONCURRENCY: "ask AWS for more concurrency, or reserve some",
    Hop.TIMEOUT: "give the function more memory or a longer timeout",
    Hop.IN_FLIGHT: "ask AWS for a higher quota of the queue, or make batches faster",
    Hop.GROWTH: "allow older orders, let the peak rise more slowly, or provision pollers (minimumPollers)",
    Hop.MAPPING_CONCURRENCY: "allow older orders",
    Hop.RECEIVES: "allow more receives (maxReceiveCount)",
    Hop.RETENTION: "keep orders for longer (messageRetentionSeconds)",
}
"""What to do about each limit that no setting of the search raises, the first that applies."""
