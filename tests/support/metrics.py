"""CloudWatch metrics as log records declare them, and as a dashboard shows them."""

import json
from collections.abc import Mapping
from typing import Any

from tests.support.pipeline import Pipeline

Identity = tuple[str, str, frozenset[tuple[str, str]]]
"""Namespace, name and dimensions: CloudWatch adds up the values of equal identities, whoever reports them."""


def logged(pipeline: Pipeline, order_id: str) -> set[Identity]:
    """Return the metrics that CloudWatch extracts from the log records of an order."""
    events = pipeline.clients.logs.filter_log_events(logGroupName=pipeline.outputs["logGroupName"])["events"]
    records = [json.loads(event["message"]) for event in events if order_id in event["message"]]
    return {metric for record in records if "_aws" in record for metric in _declared(record)}


def _declared(record: Mapping[str, Any]) -> set[Identity]:
    return {
        (declared["Namespace"], metric["Name"], frozenset((key, record[key]) for key in keys))
        for declared in record["_aws"]["CloudWatchMetrics"]
        for keys in declared["Dimensions"]
        for metric in declared["Metrics"]
    }


def shown(pipeline: Pipeline) -> set[Identity]:
    """Return the metrics in the graphs of the dashboard."""
    dashboard = pipeline.clients.cloudwatch.get_dashboard(DashboardName=pipeline.outputs["dashboardName"])
    return {
        (line[0], line[1], frozenset(zip(line[2:-1:2], line[3:-1:2], strict=True)))
        for widget in json.loads(dashboard["DashboardBody"])["widgets"]
        for line in widget["properties"].get("metrics", [])
        if len(line) > 1  # no expression over other lines
    }
