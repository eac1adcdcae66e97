"""The simulation beside runs on AWS that somebody else published.

rehanvdm.com, "7 SQS Lambda ESM Scaling Behaviours", the experiment on the processing time: orders arrive evenly, in
batches of one, and the mapping has no maximum. The author gives no rate, so it is fitted: with 1,000 orders a second,
the concurrency of all four runs comes closest to the published starts. The ramp and the invocations were not fitted.
"""

import pytest

from infra.mapping_limits import BATCHES_WITHOUT_MAXIMUM
from infra.project import ROOT
from ops.capacity.profile import steady
from ops.capacity.simulation import simulate
from tests.support.capacity import stack

RATE, SECONDS = 1000, 250


@pytest.mark.parametrize(
    ("batch_milliseconds", "starts", "ramp_seconds", "invocations", "tolerance"),
    [
        (100, 195, 70, 50_871, 0.5),  # 157 starts a minute, where the model adds 300
        (200, 358, 80, 55_734, 0.4),
        (400, 795, 170, 128_758, 0.25),
        (600, 1060, 210, 163_997, 0.45),
    ],
)
def test_the_mapping_grows_as_in_the_published_runs(
    batch_milliseconds: int, starts: int, ramp_seconds: int, invocations: int, tolerance: float
) -> None:
    inputs = stack(
        batch_size=1,
        maximum_concurrency=0,
        account_concurrency=BATCHES_WITHOUT_MAXIMUM,
        batch_seconds=lambda _orders: batch_milliseconds / 1000,
    )
    seen = simulate(inputs, steady(RATE, SECONDS)).timeline
    most = max(seen.concurrency)
    ramp = seen.concurrency.index(most)
    invoked = sum(seen.invocations[:ramp])
    compared = [_compared(starts, most), _compared(ramp_seconds, ramp), _compared(invocations, invoked)]
    assert f"| {batch_milliseconds} ms | {' | '.join(compared)} |" in (ROOT / "docs/scaling.md").read_text()
    assert most == pytest.approx(starts, rel=0.15)
    assert ramp == pytest.approx(ramp_seconds, rel=0.5 if batch_milliseconds == 100 else 0.15)
    assert invoked == pytest.approx(invocations, rel=tolerance)


def _compared(published: float, simulated: float) -> str:
    return f"{published:,} | {simulated:,.0f} | {simulated / published - 1:+.0%}"
