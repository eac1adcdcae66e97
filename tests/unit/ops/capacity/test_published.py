"""The simulation beside runs on AWS that somebody else published.

rehanvdm.com, "7 SQS Lambda ESM Scaling Behaviours", the experiment on the processing time: orders arrive evenly, in
batches of one, and the mapping has no maximum. The author gives no rate. 1,000 orders a second fit the invocations and
the length of all four runs.
"""

import pytest

from infra.mapping_limits import BATCHES_WITHOUT_MAXIMUM
from infra.project import ROOT
from ops.capacity.profile import steady
from ops.capacity.simulation import simulate
from tests.support.capacity import stack

RATE, SECONDS = 1000, 250


@pytest.mark.parametrize(
    ("batch_milliseconds", "environments", "ramp_seconds"),
    [(100, 195, 70), (200, 358, 80), (400, 795, 170), (600, 1060, 210)],
)
def test_the_mapping_grows_as_in_the_published_runs(
    batch_milliseconds: int, environments: int, ramp_seconds: int
) -> None:
    inputs = stack(
        batch_size=1,
        maximum_concurrency=0,
        account_concurrency=BATCHES_WITHOUT_MAXIMUM,
        batch_seconds=lambda _orders: batch_milliseconds / 1000,
    )
    concurrency = simulate(inputs, steady(RATE, SECONDS)).timeline.concurrency
    most = max(concurrency)
    ramp = concurrency.index(most)
    row = f"| {batch_milliseconds} ms | {_compared(environments, most)} | {_compared(ramp_seconds, ramp)} |"
    assert row in (ROOT / "docs/scaling.md").read_text()
    assert most == pytest.approx(environments, rel=0.15)


def _compared(published: float, simulated: float) -> str:
    return f"{published:,} | {simulated:,.0f} | {simulated / published - 1:+.0%}"
