"""Laws that the model of capacity keeps with any settings and any flow."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ops.capacity import limits
from ops.capacity.profile import Profile, steady
from ops.capacity.queue import NEGLIGIBLE
from ops.capacity.run import Run
from ops.capacity.simulation import simulate
from tests.support.capacity import accounted, stack

RATES = st.lists(st.floats(0, 400) | st.floats(0, 3 * NEGLIGIBLE), min_size=1, max_size=40)
ANY_STACK = st.fixed_dictionaries(
    {
        "region": st.sampled_from(["us-east-1", "eu-south-2"]),
        "visibility_timeout_seconds": st.integers(5, 40),
        "max_receive_count": st.integers(1, 4),
        "message_retention_seconds": st.integers(60, 400),
        "maximum_concurrency": st.sampled_from([0, 2, 5, 40]),
        "minimum_pollers": st.just(2),
        "maximum_pollers": st.sampled_from([0, 0, 2, 4]),
        "batch_size": st.integers(1, 20),
        "batching_window_seconds": st.integers(0, 3),
        "batch_seconds": st.sampled_from([0.01, 0.3, 2.5, 8.0]).map(lambda seconds: lambda _orders: seconds),
        "account_concurrency": st.sampled_from([3.0, 1000.0]),
        "table_writes": st.sampled_from([20.0, 4000.0]),
        "maximum_table_writes": st.sampled_from([0, 0, 10, 5000]),
    }
)

KINDS: dict[str, st.SearchStrategy[Any]] = {
    "rates": RATES,
    "after": st.just(0.0),
    "invalid": st.sampled_from([0.0, 0.2, 1.0]),
    "hottest": st.sampled_from([0.0, 0.5, 1.0]),
    "noisiest": st.sampled_from([0.0, 0.3, 0.9]),
}


@settings(deadline=None, max_examples=150)
@given(ANY_STACK, st.builds(Profile, **KINDS), st.booleans(), st.booleans())
def test_no_order_appears_or_disappears(
    changes: dict[str, Any], profile: Profile, at_once: bool, has_groups: bool
) -> None:
    rates = profile.rates
    run = simulate(stack(**changes, retry_invalid_orders_at_once=at_once), profile, has_groups=has_groups)
    assert run.drained_after is not None
    assert accounted(run) == pytest.approx(sum(rates), abs=1e-3)
    least = min(run.stored, run.dead, run.rejected, run.expired, run.refused, run.in_flight, *run.timeline.backlog)
    assert least == pytest.approx(0, abs=1e-6) or least > 0


@settings(deadline=None, max_examples=60)
@given(ANY_STACK, RATES, st.integers(0, 39))
def test_no_order_appears_or_disappears_while_the_flow_goes_on(
    changes: dict[str, Any], rates: list[float], allowed: int
) -> None:
    run = simulate(stack(**changes), Profile(rates=rates, after=0), oldest_allowed=allowed)
    assert accounted(run) == pytest.approx(run.published, abs=1e-3)


def drained(run: Run) -> int:
    assert run.drained_after is not None
    return run.drained_after


# AWS itself breaks these laws elsewhere. More orders make the mapping and the table grow sooner. An empty queue makes
# the mapping shrink before the next burst. Concurrency above the throughput of the table sends orders back. An order
# that is received sooner can be throttled, and return later than one that waited.
FIXED = {"maximum_concurrency": 5, "table_writes": 40_000.0}


@settings(deadline=None, max_examples=60)
@given(RATES, st.floats(1, 3))
@example([NEGLIGIBLE], 2.0)
@example([65.0, 300.17176903033527], 1.25)  # what is left of the first second is a rounding error, and no order
def test_more_orders_never_drain_sooner(rates: list[float], factor: float) -> None:
    fewer = simulate(stack(**FIXED), Profile(rates=rates, after=0))
    more = simulate(stack(**FIXED), Profile(rates=[rate * factor for rate in rates], after=0))
    assert drained(more) >= drained(fewer)
    assert more.oldest_seconds >= fewer.oldest_seconds


@settings(deadline=None, max_examples=60)
@given(st.floats(0, 2000), st.integers(1, 60), st.integers(2, 60), st.integers(0, 60))
def test_more_concurrency_never_makes_orders_older(rate: float, seconds: int, concurrency: int, added: int) -> None:
    small = stack(table_writes=40_000.0, maximum_concurrency=concurrency)
    large = replace(small, maximum_concurrency=concurrency + added)
    profile = steady(rate, seconds)
    assert simulate(large, profile).oldest_seconds <= simulate(small, profile).oldest_seconds


# With less than an order, the customers' rounding errors would last for different times.
WHOLE_RATES = st.lists(st.integers(0, 400), min_size=1, max_size=40)
NOISY = st.floats(limits.NOISY_SHARE.value, 0.99, exclude_min=True)


@settings(deadline=None, max_examples=60)
@given(WHOLE_RATES, NOISY)
def test_with_message_groups_the_other_customers_never_wait_longer_and_all_orders_take_the_same_time(
    rates: list[int], noisiest: float
) -> None:
    profile = Profile(rates=rates, after=0, noisiest=noisiest)
    alone, grouped = (simulate(stack(**FIXED), profile, has_groups=has_groups) for has_groups in (False, True))
    for second, (before, after) in enumerate(
        zip(alone.timeline.others_oldest_seconds, grouped.timeline.others_oldest_seconds, strict=True)
    ):
        assert after <= before, second
    assert grouped.timeline.written == pytest.approx(alone.timeline.written, abs=1e-3)
    assert grouped.timeline.backlog == pytest.approx(alone.timeline.backlog, abs=1e-3)


@settings(deadline=None, max_examples=60)
@given(ANY_STACK, st.builds(Profile, **{**KINDS, "noisiest": st.floats(0, limits.NOISY_SHARE.value)}))
def test_without_a_noisy_customer_message_groups_change_nothing(changes: dict[str, Any], profile: Profile) -> None:
    inputs = stack(**changes)
    assert simulate(inputs, profile, has_groups=True) == simulate(inputs, profile)
