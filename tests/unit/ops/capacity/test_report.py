"""What a run says about the hops."""

from ops.capacity.profile import steady
from ops.capacity.report import assumptions, uses
from ops.capacity.run import Hop
from ops.capacity.simulation import simulate
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
