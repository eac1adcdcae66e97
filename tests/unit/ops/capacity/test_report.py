"""What a run says about the hops."""

import pytest

from ops.capacity.inputs import CapacityInputs
from ops.capacity.limits import NOISY_SHARE
from ops.capacity.profile import Profile, steady
from ops.capacity.report import assumptions, dollars, uses
from ops.capacity.run import Hop, Run
from ops.capacity.simulation import simulate
from ops.cost import OURS, SECONDS_A_DAY, CostInputs, in_batches
from tests.support.capacity import stack


def test_a_function_that_may_not_run_at_all_has_no_headroom() -> None:
    inputs = stack(reserved_concurrency=0)
    run = simulate(inputs, steady(1, 10))
    assert run.stored == 0
    assert {use.hop: use.headroom for use in uses(inputs, run)}[Hop.FUNCTION_CONCURRENCY] == 0


def test_a_stack_with_a_reserve_hears_of_deployments() -> None:
    for reserved, warned in ((5, True), (-1, False)):
        inputs = stack(reserved_concurrency=reserved)
        lines = list(assumptions(inputs, simulate(inputs, steady(1, 10))))
        assert any(line.startswith("No deployment happens.") for line in lines) == warned


def test_the_assumptions_about_customers_are_named_only_if_one_has_a_share() -> None:
    inputs = stack()
    run = simulate(inputs, steady(1, 10))
    plain, noisy = (list(assumptions(inputs, run, has_noisiest=has)) for has in (False, True))
    assert noisy[: len(plain)] == plain
    assert str(NOISY_SHARE) == noisy[len(plain)]


def headroom(inputs: CapacityInputs, run: Run) -> dict[Hop, float]:
    return {use.hop: use.headroom for use in uses(inputs, run)}


def test_a_table_that_grew_has_no_headroom_where_it_was_full() -> None:
    inputs = stack(maximum_concurrency=8, table_writes=100)
    run = simulate(inputs, steady(120, 4_000))
    assert Hop.TABLE in run.reached
    assert run.timeline.table_limit[-1] > 120
    assert headroom(inputs, run)[Hop.TABLE] == 0


def test_invocations_count_against_the_concurrency_of_the_function() -> None:
    inputs = stack(account_concurrency=1, batch_size=1, batch_seconds=lambda _orders: 0.02)
    run = simulate(inputs, steady(100, 60))
    assert Hop.FUNCTION_CONCURRENCY in run.reached
    assert headroom(inputs, run)[Hop.FUNCTION_CONCURRENCY] == 0


COSTS = CostInputs(
    batch_size=10, batching_window_seconds=0, memory_megabytes=512, architecture="arm64", tells_events=True
)


@pytest.mark.parametrize("invalid", [0, 0.4, 1])
def test_only_what_is_stored_is_written_and_told(invalid: float) -> None:
    inputs = stack(maximum_concurrency=50)
    run = simulate(inputs, Profile(rates=[100.0] * 600, after=0, invalid=invalid))
    million = in_batches(
        COSTS, 100 * SECONDS_A_DAY * 600 / len(run.timeline.published), run.published / run.invocations
    )
    services = million.services[OURS]
    stored = {"DynamoDB writes", *(name for name in services if name.startswith(("event", "notifier")))}
    expected = sum(one * (1 - invalid if name in stored else 1) for name, one in services.items())
    assert dollars(COSTS, run) == pytest.approx(expected * run.published / 1e6, rel=1e-3)
    assert len(stored) == 7


def test_the_report_names_the_limits_that_the_run_had() -> None:
    inputs = stack(account_concurrency=1, table_writes=20)
    text = "\n".join(assumptions(inputs, simulate(inputs, steady(100, 60))))
    assert "The account leaves concurrent executions to the function: 1 " in text
    assert "1,000" not in text
    reserved = stack(reserved_concurrency=1)
    assert "reservedConcurrency: 1." in "\n".join(assumptions(reserved, simulate(reserved, steady(100, 60))))
    warm = stack(maximum_concurrency=5, table_writes=20)
    text = "\n".join(assumptions(warm, simulate(warm, steady(100, 60))))
    assert "The warm throughput of the table is 20 writes a second" in text
    assert "4,000" not in text
    endless = stack(maximum_concurrency=0, table_writes=40_000, account_concurrency=2_000)
    assert "1,250" in "\n".join(assumptions(endless, simulate(endless, steady(30_000, 300))))
