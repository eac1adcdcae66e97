"""The cheapest settings that hold: they hold, nothing less does, and they break no rule of the settings."""

from dataclasses import replace

import pytest

from ops.capacity.inputs import CapacityInputs
from ops.capacity.profile import Profile, peak, steady
from ops.capacity.run import Run
from ops.capacity.search import Found, cheapest
from ops.capacity.simulation import simulate
from ops.cost import CostInputs
from ops.errors import InvalidInput, NothingDone
from tests.support.settings import checked

DEV = CapacityInputs.of_stack("dev")
LAUNCH = peak(10, 3000, ramp=20, seconds=120)


def found_for(profile: Profile, oldest: int, inputs: CapacityInputs = DEV) -> Found:
    return cheapest(inputs, CostInputs.of_stack("dev"), profile, oldest)


def holds(run: Run, oldest: int) -> bool:
    return run.oldest_seconds <= oldest and run.stored == pytest.approx(run.published)


@pytest.mark.parametrize("oldest", [1, 10, 60])
@pytest.mark.parametrize("profile", [LAUNCH, steady(50, 600), peak(0, 4500, ramp=60, seconds=60)])
def test_found_settings_hold_and_break_no_rule(profile: Profile, oldest: int) -> None:
    try:
        found = found_for(profile, oldest)
    except NothingDone:
        assert oldest == 1
        return
    assert holds(simulate(found.inputs, profile), oldest)
    assert checked(found.changes)[1] == []


def test_less_concurrency_does_not_hold() -> None:
    found = found_for(LAUNCH, 10).inputs
    assert found.maximum_concurrency > DEV.maximum_concurrency
    less = replace(found, maximum_concurrency=found.maximum_concurrency - 1)
    assert not holds(simulate(less, LAUNCH), 10)


def test_orders_that_may_be_older_are_cheaper_to_store() -> None:
    young, old = (found_for(steady(5, 600), oldest) for oldest in (1, 30))
    assert young.inputs.batching_window_seconds == 1
    assert old.inputs.batching_window_seconds > young.inputs.batching_window_seconds
    assert old.run.invocations < young.run.invocations


def test_no_order_waits_for_less_than_a_cent() -> None:
    # A second fills the largest batch, so a longer window saves nothing.
    assert found_for(steady(200, 60), 30).inputs.batching_window_seconds == 1


def test_batches_are_large_for_orders_that_wait() -> None:
    assert found_for(steady(300, 60), 0).inputs.batch_size == 10


def test_settings_that_hold_already_stay() -> None:
    inputs = replace(DEV, batch_size=100, batching_window_seconds=1, visibility_timeout_seconds=31)
    assert found_for(steady(200, 60), 30, inputs).changes == {}


def test_concurrency_that_is_enough_with_a_warm_table_stays() -> None:
    found = found_for(peak(0, 5000, ramp=60, seconds=300), 30, replace(DEV, maximum_concurrency=60))
    assert "maximumConcurrency" not in found.changes
    assert found.warm_writes is not None


def test_orders_are_slowed_down_rather_than_the_table_warmed() -> None:
    found = found_for(peak(0, 3900, ramp=0, seconds=300), 20, replace(DEV, maximum_concurrency=80))
    assert found.changes["maximumConcurrency"] < 80
    assert found.warm_writes is None


def test_no_valid_order_reaches_the_dead_letter_queue_however_old_orders_may_get() -> None:
    crowded, flood = replace(DEV, maximum_concurrency=80), peak(0, 5000, ramp=0, seconds=120)
    assert simulate(crowded, flood, oldest_allowed=900).dead > 0
    assert found_for(flood, 900, crowded).run.dead == 0


def test_a_reserve_that_is_too_small_grows_with_the_concurrency() -> None:
    found = found_for(LAUNCH, 10, replace(DEV, reserved_concurrency=10))
    assert found.changes["reservedConcurrency"] == found.changes["maximumConcurrency"] > 10


def test_the_table_is_warmed_only_if_it_has_to_be() -> None:
    assert found_for(LAUNCH, 10).warm_writes is None
    flood = peak(0, 5000, ramp=0, seconds=300)
    warm = found_for(flood, 20)
    assert warm.warm_writes == 5000
    assert not holds(simulate(replace(warm.inputs, table_writes=DEV.table_writes), flood), 20)


def test_a_maximum_of_the_table_is_named_instead_of_a_warmer_table() -> None:
    with pytest.raises(NothingDone) as none:
        found_for(peak(0, 3000, ramp=0, seconds=300), 60, replace(DEV, maximum_table_writes=1000))
    assert "raise the maximum of the table (maximumTableWrites)" in str(none.value)


def test_no_table_is_warmed_for_less_than_a_new_one_takes() -> None:
    found = found_for(peak(0, 1500, ramp=0, seconds=60), 10, replace(DEV, table_writes=1_000, maximum_concurrency=40))
    assert found.warm_writes == 4_000


@pytest.mark.parametrize(
    ("inputs", "profile", "problem"),
    [
        (replace(DEV, region="eu-south-2"), steady(400, 60), "(limit: publish quota of SNS, after 0 s): ask AWS"),
        (replace(DEV, account_concurrency=5), steady(2000, 600), "(limit: concurrency of the mapping, after"),
        (DEV, peak(0, 8000, ramp=0, seconds=60), "(limit: growth of the mapping, after 0 s): allow older orders"),
        (DEV, replace(steady(10, 300), invalid=0.5), "younger than 1 s: allow older orders, because retries"),
        (replace(DEV, message_retention_seconds=90), steady(1, 9), "must be less than messageRetentionSeconds"),
    ],
)
def test_the_limit_that_no_setting_raises_is_named(inputs: CapacityInputs, profile: Profile, problem: str) -> None:
    with pytest.raises(NothingDone) as none:
        found_for(profile, 1, inputs)
    assert problem in str(none.value)


def test_pollers_have_no_price_that_the_search_could_compare() -> None:
    with pytest.raises(InvalidInput) as refused:
        found_for(LAUNCH, 10, replace(DEV, maximum_concurrency=0, minimum_pollers=2, maximum_pollers=20))
    assert "because the stack provisions pollers, whose price is not known" in str(refused.value)
