"""The simulation, compared with what can be calculated by hand."""

from dataclasses import replace

import pytest

from infra.mapping_limits import most_orders_per_second
from ops.capacity import limits
from ops.capacity.inputs import CapacityInputs
from ops.capacity.profile import Profile, peak, steady
from ops.capacity.run import Hop, Run
from ops.capacity.simulation import simulate
from ops.capacity.table import Table, Written, hot_writes
from tests.support.capacity import BATCH, BATCH_SECONDS, COLD_SECONDS, accounted, per_second, stack

CAPACITY = per_second(stack())
COLD_ORDERS = 2 * COLD_SECONDS / BATCH_SECONDS * BATCH
"""The orders that two environments could process while they start."""

HALF_AN_HOUR = int(limits.TABLE_DOUBLING_SECONDS.value)


def test_concurrency_is_invocations_times_their_duration() -> None:
    run = simulate(stack(maximum_concurrency=5), steady(40, 600))
    # Four full batches a second, because a poller that is busy finds more orders when it comes back.
    assert run.timeline.concurrency[-1] <= 5
    assert run.timeline.concurrency[-1] == pytest.approx(run.invocations / 600 * BATCH_SECONDS, rel=0.01)
    assert run.reached == {}


def test_a_backlog_grows_by_what_exceeds_the_capacity() -> None:
    run = simulate(stack(), steady(CAPACITY + 25, 100))
    assert run.timeline.backlog[99] == pytest.approx(25 * 100 + COLD_ORDERS)


def test_a_backlog_drains_at_the_capacity_that_the_flow_leaves() -> None:
    run = simulate(stack(), peak(30, 140, ramp=0, seconds=100))
    # The flow before the peak has warmed both environments.
    assert run.drained_after == pytest.approx(100 * 100 / (CAPACITY - 30), abs=1)


def test_a_peak_finds_the_pollers_that_the_flow_before_it_needed() -> None:
    wide = stack(maximum_concurrency=50, table_writes=40_000)
    assert simulate(wide, peak(600, 620, ramp=0, seconds=60)).timeline.concurrency[0] >= 30
    assert simulate(wide, peak(0, 620, ramp=0, seconds=60)).timeline.concurrency[0] == 5


def test_the_oldest_order_is_as_old_as_the_backlog_takes_to_process() -> None:
    run = simulate(stack(), steady(2 * CAPACITY, 100))
    assert run.oldest_seconds == pytest.approx(101 + COLD_ORDERS / CAPACITY, abs=1)


def test_the_mapping_adds_300_batches_a_minute_while_orders_wait() -> None:
    run = simulate(stack(maximum_concurrency=1000), steady(1e5, 60))
    assert run.timeline.concurrency[59] == pytest.approx(5 + 59 * 5)
    assert list(run.reached)[:1] == [Hop.PUBLISH]
    assert run.reached[Hop.GROWTH] == 0


@pytest.mark.parametrize("rate", [1000, 2000, 4000, 6000, 8000])
def test_orders_of_a_flow_that_begins_at_once_wait_for_a_thousandth_of_its_rate(rate: int) -> None:
    inputs = replace(CapacityInputs.of_stack("dev"), batch_size=100, batching_window_seconds=1, table_writes=40_000)
    run = simulate(replace(inputs, maximum_concurrency=rate // 100), steady(rate, 60))
    assert run.oldest_seconds == pytest.approx(rate / 1000, abs=1)


def test_maximum_concurrency_limits_a_mapping_that_has_grown() -> None:
    run = simulate(stack(maximum_concurrency=20), steady(1000, 60))
    assert max(run.timeline.concurrency) == 20
    assert run.reached == {Hop.GROWTH: 0, Hop.MAPPING_CONCURRENCY: 3}


@pytest.mark.parametrize("batch", [2, 10, 1000])
def test_a_concurrent_batch_takes_a_hundred_orders_a_second(batch: int) -> None:
    inputs = stack(batch_size=batch, batching_window_seconds=1, batch_seconds=lambda _orders: 0.001)
    assert simulate(inputs, steady(10_000, 60)).timeline.written[30] == pytest.approx(2 * 100)


def test_lambda_throttles_more_than_ten_invocations_a_second_for_each_reserved_execution() -> None:
    small = stack(batch_size=1, batch_seconds=lambda _orders: 0.02, reserved_concurrency=2)
    run = simulate(small, steady(30, 10))
    assert max(run.timeline.written) <= 2 * 10
    assert run.reached[Hop.FUNCTION_CONCURRENCY] <= 1


def test_sns_refuses_what_exceeds_the_quota_of_the_region() -> None:
    run = simulate(stack(region="eu-south-2", maximum_concurrency=1000), steady(400, 50))
    assert run.reached[Hop.PUBLISH] == 0
    assert run.stored == pytest.approx(400 * 50)
    assert sum(run.timeline.written[:50]) + run.timeline.backlog[49] == pytest.approx(300 * 50)
    # 100 a second wait at the publisher, which SNS accepts at 300 a second.
    assert run.drained_after is not None
    assert run.drained_after >= 50 * 100 // 300


def test_throttled_orders_reach_the_dead_letter_queue_without_fault_of_their_own() -> None:
    run = simulate(stack(maximum_concurrency=40, account_concurrency=4), steady(800, 300))
    assert run.reached[Hop.FUNCTION_CONCURRENCY] < run.reached[Hop.RECEIVES]
    assert run.dead > 0
    assert run.reached[Hop.RECEIVES] >= 3 * 30


def test_a_reserve_protects_from_other_functions() -> None:
    run = simulate(stack(maximum_concurrency=40, account_concurrency=4, reserved_concurrency=40), steady(800, 300))
    assert run.dead == 0
    assert Hop.FUNCTION_CONCURRENCY not in run.reached


def test_the_table_throttles_above_its_warm_throughput_and_retries_come_after_the_visibility_timeout() -> None:
    run = simulate(stack(maximum_concurrency=5, table_writes=80), steady(100, 10))
    assert max(run.timeline.written) <= 80
    assert run.reached[Hop.TABLE] == 1, "cold starts slow the first second"
    assert Hop.RECEIVES not in run.reached
    assert run.stored == pytest.approx(1000)
    assert run.oldest_seconds == pytest.approx(30, abs=1)


@pytest.mark.parametrize(("seconds", "throttles"), [(HALF_AN_HOUR, False), (HALF_AN_HOUR - 10, True)])
def test_the_table_takes_twice_its_peak_after_half_an_hour(seconds: int, throttles: bool) -> None:
    rates = [80.0] * seconds + [150.0] * 10
    run = simulate(stack(maximum_concurrency=8, table_writes=100), Profile(rates=rates, after=0))
    assert (Hop.TABLE in run.reached) == throttles


def test_the_table_never_exceeds_its_maximum_however_long_the_peak_is() -> None:
    run = simulate(stack(maximum_concurrency=8, maximum_table_writes=100), Profile(rates=[120.0] * 4000, after=0))
    assert max(run.timeline.written) == pytest.approx(100)
    assert run.reached[Hop.TABLE] > 0
    assert run.dead > 0


def test_orders_wait_and_are_not_throttled_if_the_mapping_receives_no_more_than_the_maximum() -> None:
    run = simulate(stack(maximum_concurrency=5, maximum_table_writes=100), steady(150, 60))
    assert run.dead == 0
    assert Hop.TABLE not in run.reached


def test_orders_expire_at_the_end_of_their_retention() -> None:
    run = simulate(stack(message_retention_seconds=60), steady(2 * CAPACITY, 200))
    assert Hop.RETENTION in run.reached
    assert run.oldest_seconds <= 60
    # What waits never exceeds what is processed in a retention, so the rest expires.
    assert run.expired == pytest.approx(200 * CAPACITY + COLD_ORDERS - 60 * CAPACITY, rel=0.02)


def test_a_batch_that_exceeds_the_timeout_is_stored_in_part_and_its_rest_comes_again() -> None:
    run = simulate(stack(batch_seconds=lambda _orders: 10.0, processor_timeout_seconds=5), steady(1, 10))
    assert run.reached[Hop.TIMEOUT] == 0
    # Half of the orders fail each time, and each has three receives.
    assert run.dead == pytest.approx(10 / 2**3)
    assert run.stored == pytest.approx(10 - run.dead)


def test_a_batch_of_several_seconds_is_in_flight_until_it_ends_and_its_orders_get_older() -> None:
    run = simulate(stack(batch_seconds=lambda _orders: 3.0), steady(1, 10))
    assert run.timeline.oldest_seconds[0] == 3
    assert run.timeline.written[:4] == [0, 0, 0, 1]
    assert run.timeline.in_flight[5] == pytest.approx(3)


def test_the_queue_gives_no_order_while_120_000_are_in_flight() -> None:
    slow = stack(
        maximum_concurrency=1000,
        batch_size=1000,
        batching_window_seconds=1,
        processor_timeout_seconds=600,
        visibility_timeout_seconds=3600,
        batch_seconds=lambda _orders: 300.0,
    )
    run = simulate(slow, steady(5000, 120))
    assert Hop.IN_FLIGHT in run.reached
    assert max(run.timeline.in_flight) <= limits.IN_FLIGHT.value * 1.001


def test_a_batching_window_makes_fewer_invocations_and_older_orders() -> None:
    alone = simulate(stack(maximum_concurrency=5), steady(4, 60))
    together = simulate(stack(maximum_concurrency=5, batching_window_seconds=1), steady(4, 60))
    assert (alone.invocations, together.invocations) == pytest.approx((240, 48))
    assert (alone.oldest_seconds, together.oldest_seconds) == (0, 1)


def test_a_run_stops_at_the_first_order_that_is_too_old() -> None:
    run = simulate(stack(), steady(2 * CAPACITY, 100), oldest_allowed=10)
    assert run.drained_after is None
    assert run.oldest_seconds == 11


def test_a_flow_above_the_capacity_never_drains() -> None:
    run = simulate(stack(), Profile(rates=[CAPACITY + 1] * 10, after=CAPACITY + 1))
    assert run.drained_after is None
    assert accounted(run) == pytest.approx(run.published)


def test_invalid_orders_take_a_receive_each_time_and_leave_less_for_others() -> None:
    poisoned = Profile(rates=[30.0] * 100, after=0, invalid=0.4)
    run = simulate(stack(), poisoned)
    assert (run.rejected, run.stored, run.dead) == pytest.approx((1200, 1800, 0))
    # Three receives for 12 of 30 orders: 54 a second, where 40 can be processed.
    assert run.reached[Hop.MAPPING_CONCURRENCY] <= 3
    assert max(run.timeline.written) < CAPACITY


def test_invalid_orders_wait_for_their_visibility_timeout_unless_they_are_retried_at_once() -> None:
    def seconds(at_once: bool) -> int:
        run = simulate(stack(retry_invalid_orders_at_once=at_once), Profile(rates=[10.0], after=0, invalid=1))
        assert run.drained_after is not None
        return run.drained_after

    assert (seconds(True), seconds(False)) == (3, 3 * 30)


def test_pollers_that_are_needed_stay() -> None:
    run = simulate(stack(maximum_concurrency=100), steady(600, 300))
    # 600 orders a second need 30 batches. Once there are so many, no order waits.
    assert max(run.timeline.backlog[30:]) == pytest.approx(0, abs=1e-6)
    assert run.timeline.concurrency[-1] == pytest.approx(30)


POLLERS = {"maximum_concurrency": 0, "minimum_pollers": 2, "maximum_pollers": 20}


def test_provisioned_pollers_are_ready_at_once_for_ten_batches_each_and_a_hundred_orders_a_second() -> None:
    run = simulate(stack(**POLLERS, batch_seconds=lambda _orders: 0.01), steady(200, 60))
    assert run.timeline.concurrency[0] == 2 * 10
    assert run.timeline.concurrency[-1] == pytest.approx(2 * 10)
    assert run.timeline.executions[-1] == pytest.approx(20 * 0.01)


def test_provisioned_pollers_add_a_thousand_batches_a_minute_up_to_their_maximum() -> None:
    run = simulate(stack(**POLLERS), steady(5000, 60))
    assert run.timeline.concurrency[6] == pytest.approx(20 + 6 * 1000 / 60)
    assert max(run.timeline.concurrency) == 200
    assert run.reached[Hop.MAPPING_CONCURRENCY] > run.reached[Hop.GROWTH]


def test_a_mapping_without_a_maximum_grows_to_1250_batches() -> None:
    run = simulate(stack(maximum_concurrency=0, table_writes=40_000), steady(30_000, 600))
    assert max(run.timeline.concurrency) == 1250


def test_a_poller_that_waits_for_orders_is_no_execution_of_the_function() -> None:
    run = simulate(
        stack(maximum_concurrency=50, reserved_concurrency=50, batch_seconds=lambda _: 0.01), steady(5000, 60)
    )
    assert max(run.timeline.concurrency) == pytest.approx(50)
    assert max(run.timeline.executions) == pytest.approx(50 * 0.01 / 0.1)


@pytest.mark.parametrize("settings", [POLLERS, {"maximum_concurrency": 20}])
def test_a_preview_warns_of_a_plan_from_the_rate_on_at_which_orders_wait(settings: dict[str, int]) -> None:
    inputs = stack(**{**POLLERS, "minimum_pollers": 0, "maximum_pollers": 0, **settings}, batch_seconds=lambda _: 0.01)
    maximum, pollers = inputs.maximum_concurrency, inputs.maximum_pollers
    most = most_orders_per_second(maximum_concurrency=maximum, maximum_pollers=pollers)

    def waiting(rate: float) -> float:
        return simulate(inputs, steady(rate, 600)).timeline.backlog[599]

    assert waiting(0.95 * most) == pytest.approx(0)
    assert waiting(1.05 * most) > 0.05 * most * 500


def test_a_partition_takes_a_thousand_writes_a_second_of_one_order() -> None:
    table = Table(40_000)
    many, few = table.take(0, 20_000, 2_500), table.take(1, 20_000, 250)
    assert many == Written(share=1, hot_share=1_000 / 2_500, writes=21_000, limit=Hop.PARTITION)
    assert few == Written(share=1, hot_share=1, writes=20_250, limit=None)
    assert table.take(2, 60_000, 0).share == pytest.approx(40_000 / 60_000)


def test_versions_of_an_order_that_share_a_batch_are_one_write() -> None:
    assert hot_writes(orders=1_000, hot=200, batches=1_000) == pytest.approx(200)
    assert hot_writes(orders=3_000, hot=1_200, batches=1_500) == pytest.approx(1_500 * (1 - 0.6**2))
    assert hot_writes(orders=1_000, hot=1_000, batches=100) == pytest.approx(100)


def test_the_versions_that_a_partition_refuses_for_good_are_those_of_no_other_order() -> None:
    single = stack(maximum_concurrency=0, batch_size=1, table_writes=40_000, batch_seconds=lambda _orders: 0.02)

    def run(seconds: int) -> Run:
        return simulate(single, Profile(rates=[3_000.0] * seconds, after=0, hottest=0.4))

    # 1,200 a second arrive, and 1,000 can be written. The others die, except for those whose retries follow the flow.
    assert run(900).dead - run(600).dead == pytest.approx(300 * (1_200 - 1_000), rel=0.02)
    assert run(600).dead < 0.4 * 3_000 * 600


def test_the_limit_of_a_partition_is_reached_before_that_of_the_table() -> None:
    small = stack(maximum_concurrency=0, batch_size=2, table_writes=40_000, batch_seconds=lambda _orders: 0.02)
    run = simulate(small, Profile(rates=[3_000.0] * 120, after=0, hottest=0.8))
    assert Hop.PARTITION in run.reached
    assert Hop.TABLE not in run.reached


def noisy(share: float, rate: float = 2 * CAPACITY) -> Profile:
    return Profile(rates=[rate] * 100, before=CAPACITY, after=0, noisiest=share)


def test_without_message_groups_all_customers_wait_for_the_backlog_of_one() -> None:
    run = simulate(stack(), noisy(0.9))
    assert run.oldest_seconds == pytest.approx(100, abs=1)
    assert run.others_oldest_seconds == pytest.approx(run.oldest_seconds, abs=1)


def test_with_message_groups_the_other_customers_wait_only_for_each_other() -> None:
    grouped, alone = (simulate(stack(), noisy(0.9), has_groups=has_groups) for has_groups in (True, False))
    assert grouped.others_oldest_seconds == 0
    # The last order is one of the noisy customer, in both cases.
    assert (grouped.drained_after, grouped.oldest_seconds) == (alone.drained_after, alone.oldest_seconds)


def test_message_groups_add_no_capacity_for_the_other_customers() -> None:
    run = simulate(stack(), noisy(0.2), has_groups=True)
    # The others alone send 1.6 times what the stack processes.
    assert run.others_oldest_seconds == pytest.approx(100 * (1 - 1 / 1.6) * 1.6, abs=1)


def test_orders_of_all_customers_are_throttled_alike() -> None:
    small = stack(maximum_concurrency=5, table_writes=80)
    run = simulate(small, noisy(0.5, rate=100), has_groups=True)
    assert run.others_oldest_seconds >= small.visibility_timeout_seconds


def test_orders_of_the_noisy_customer_expire_while_the_others_are_received() -> None:
    short = stack(message_retention_seconds=60)
    grouped, alone = (simulate(short, noisy(0.8, rate=4 * CAPACITY), has_groups=groups) for groups in (True, False))
    assert grouped.others_oldest_seconds < 60 <= grouped.oldest_seconds
    assert grouped.expired == pytest.approx(alone.expired, rel=0.02)
