"""The orders of each second that a deployed stack has had, from the metrics of its topic."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from ops.capacity.profile import Profile
from ops.errors import NothingDone
from ops.system import System

if TYPE_CHECKING:
    from mypy_boto3_cloudwatch import CloudWatchClient

PERIOD_SECONDS = 60
"""The shortest period of SNS. CloudWatch keeps it for 15 days (CloudWatch API Reference, GetMetricData)."""


def measured(system: System, seconds: int, now: datetime) -> Profile:
    """Read the last whole minutes. The orders of each are spread evenly over its seconds.

    Raises NothingDone if nothing was published.
    """
    end = now.replace(second=0, microsecond=0)
    minutes = max(1, seconds // PERIOD_SECONDS)
    start = end - minutes * timedelta(seconds=PERIOD_SECONDS)
    topic = system.outputs.topic_arn.rpartition(":")[2]
    rates = [0.0] * (minutes * PERIOD_SECONDS)
    for time, orders in _published(system.clients.cloudwatch, topic, start, end):
        first = int((time - start).total_seconds())
        rates[first : first + PERIOD_SECONDS] = [orders / PERIOD_SECONDS] * PERIOD_SECONDS
    if not any(rates):
        raise NothingDone(f"nothing was published to {topic} since {start:%Y-%m-%d %H:%M} UTC")
    return Profile(rates=rates, after=0)


def _published(
    cloudwatch: "CloudWatchClient", topic: str, start: datetime, end: datetime
) -> Iterator[tuple[datetime, float]]:
    """Yield the messages of each minute that had some."""
    metric = {
        "Namespace": "AWS/SNS",
        "MetricName": "NumberOfMessagesPublished",
        "Dimensions": [{"Name": "TopicName", "Value": topic}],
    }
    stat: Any = {"Metric": metric, "Period": PERIOD_SECONDS, "Stat": "Sum"}
    token: dict[str, Any] = {}
    while True:
        page = cloudwatch.get_metric_data(
            MetricDataQueries=[{"Id": "published", "MetricStat": stat}], StartTime=start, EndTime=end, **token
        )
        for result in page["MetricDataResults"]:
            yield from zip(result["Timestamps"], result["Values"], strict=True)
        if not (following := page.get("NextToken")):
            return
        token = {"NextToken": following}
