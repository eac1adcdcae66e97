"""The metrics in log records have the form in which Powertools for AWS Lambda writes them, which is AWS's own code."""

import io
import json
from typing import Any

import pytest
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.metrics.provider.cloudwatch_emf.cloudwatch import AmazonCloudWatchEMFProvider

from handler.contract import FUNCTION_DIMENSION, METRICS_NAMESPACE, ORDER_AGE, OutcomeMetric
from handler.log import Log, Measurement
from tests.judges.judge import Judge

MEASUREMENTS = [
    *(Measurement(metric, "Count", [2]) for metric in OutcomeMetric),
    Measurement(ORDER_AGE, "Seconds", [1.5, 2.5]),
]


def written_by_the_handler() -> dict[str, Any]:
    stream = io.StringIO()
    log = Log(stream)
    log.context[FUNCTION_DIMENSION] = "OrderProcessor"
    log.info("batch processed", {}, MEASUREMENTS)  # noqa: PLE1205 - not a logger of the standard library
    record: dict[str, Any] = json.loads(stream.getvalue())
    return record


def written_by_powertools(namespace: str = METRICS_NAMESPACE) -> dict[str, Any]:
    metrics = AmazonCloudWatchEMFProvider(namespace=namespace, metric_set={}, dimension_set={}, metadata_set={})
    metrics.add_dimension(FUNCTION_DIMENSION, "OrderProcessor")
    for name, unit, values in MEASUREMENTS:
        for value in values:
            metrics.add_metric(name, MetricUnit(unit), value)
    return dict(metrics.serialize_metric_set())


def without_time(record: dict[str, Any]) -> dict[str, Any]:
    about = dict(record["_aws"])
    assert isinstance(about.pop("Timestamp"), int)
    return {**record, "_aws": about}


@pytest.mark.judged(Judge.POWERTOOLS, "metrics-namespace")
def test_a_record_contains_what_powertools_writes() -> None:
    ours, theirs = without_time(written_by_the_handler()), without_time(written_by_powertools())
    assert {name: ours[name] for name in theirs} == theirs


def test_another_namespace_is_noticed() -> None:
    ours, theirs = without_time(written_by_the_handler()), without_time(written_by_powertools("Other"))
    assert ours["_aws"] != theirs["_aws"]
