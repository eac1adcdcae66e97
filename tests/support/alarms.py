"""Alarms with shorter periods, so that a test can see how they end."""

from typing import Any


def shorten_period(cloudwatch: Any, name: str, seconds: int) -> None:
    """Replace the period of a deployed alarm. All else stays as deployed."""
    [alarm] = cloudwatch.describe_alarms(AlarmNames=[name])["MetricAlarms"]
    inputs = cloudwatch.meta.service_model.operation_model("PutMetricAlarm").input_shape.members
    declared = {key: value for key, value in alarm.items() if key in inputs}
    if queries := declared.get("Metrics"):
        for query in queries:
            if "MetricStat" in query:
                query["MetricStat"]["Period"] = seconds
    else:
        declared["Period"] = seconds
    cloudwatch.put_metric_alarm(**declared)
