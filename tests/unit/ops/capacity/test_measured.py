"""The orders of each second, from the metrics of a deployed stack."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest

from infra.outputs import DeployedOutputs
from ops.capacity.measured import measured
from ops.clients import Clients
from ops.errors import NothingDone
from ops.system import System
from tests.support.fake_system import OUTPUTS

NOW = datetime(2026, 11, 27, 12, 0, 30, tzinfo=UTC)
NOON = NOW.replace(second=0)


@dataclass
class FakeCloudWatch:
    """CloudWatch with the sums of minutes, of which it returns two at a time, the newest first."""

    minutes: Mapping[datetime, float]
    asked: list[dict[str, Any]] = field(default_factory=list)

    def get_metric_data(self, *, NextToken: str = "0", **request: Any) -> dict[str, Any]:  # noqa: N803 - of AWS
        self.asked.append(request)
        times = sorted((t for t in self.minutes if request["StartTime"] <= t < request["EndTime"]), reverse=True)
        first = int(NextToken)
        page: Sequence[datetime] = times[first : first + 2]
        more = {"NextToken": str(first + 2)} if times[first + 2 :] else {}
        values = [self.minutes[time] for time in page]
        return {"MetricDataResults": [{"Timestamps": page, "Values": values}], **more}


def system(cloudwatch: FakeCloudWatch) -> System:
    return System(DeployedOutputs("prod", OUTPUTS), cast("Clients", SimpleNamespace(cloudwatch=cloudwatch)))


def test_the_orders_of_a_minute_are_spread_over_its_seconds() -> None:
    minutes = {NOON - timedelta(minutes=ago): orders for ago, orders in ((1, 600.0), (2, 60.0), (4, 6.0), (9, 1.0))}
    cloudwatch = FakeCloudWatch(minutes)
    profile = measured(system(cloudwatch), 300, NOW)
    assert profile.rates == [0.0] * 60 + [0.1] * 60 + [0.0] * 60 + [1.0] * 60 + [10.0] * 60
    assert profile.after == 0
    [query] = cloudwatch.asked[0]["MetricDataQueries"]
    assert query["MetricStat"]["Metric"]["Dimensions"] == [{"Name": "TopicName", "Value": "OrderTopic"}]
    assert len(cloudwatch.asked) == 2, "the second page"


def test_a_stack_without_orders_has_no_profile() -> None:
    with pytest.raises(NothingDone) as none:
        measured(system(FakeCloudWatch({})), 3600, NOW)
    assert str(none.value) == "nothing was published to OrderTopic since 2026-11-27 11:00 UTC"
