"""The state of an alarm, from its definition and the values of its metric."""

from collections.abc import Mapping
from typing import Any

import pytest

from local.alarm_state import ALARM, INSUFFICIENT_DATA, OK, Read, state_of

NOW = 10_000.0
METRIC = {
    "Namespace": "AWS/SQS",
    "MetricName": "ApproximateNumberOfMessagesVisible",
    "Dimensions": [{"Name": "QueueName", "Value": "OrderDLQ"}],
}
RULE = {
    "StateValue": "as it was",
    "Threshold": 1.0,
    "ComparisonOperator": "GreaterThanOrEqualToThreshold",
    "EvaluationPeriods": 1,
    "TreatMissingData": "notBreaching",
}
NOT_EMPTY = {**METRIC, **RULE, "Statistic": "Maximum", "Period": 60}
GROWING = {
    **RULE,
    "Metrics": [
        {"Id": "growth", "Expression": "DIFF(level)", "Label": "growth", "ReturnData": True},
        {"Id": "level", "ReturnData": False, "MetricStat": {"Metric": METRIC, "Stat": "Maximum", "Period": 300}},
    ],
}


def periods(*values: float | None, seconds: int = 60) -> Read:
    """A metric with these values: the newest period first, and no data before the last one."""

    def read(metric: Mapping[str, Any], statistic: str, start: float, end: float) -> float | None:
        assert {name: metric[name] for name in METRIC} == METRIC
        assert (statistic, end - start) == ("Maximum", seconds)
        number = int((NOW - end) / seconds)
        return values[number] if number < len(values) else None

    return read


@pytest.mark.parametrize(("value", "state"), [(0, OK), (1, ALARM), (2, ALARM)])
def test_a_value_that_reaches_the_threshold_raises_the_alarm(value: float, state: str) -> None:
    assert state_of(NOT_EMPTY, periods(value), NOW) == state


@pytest.mark.parametrize(
    ("comparison", "states"),
    [
        ("GreaterThanOrEqualToThreshold", [OK, ALARM, ALARM]),
        ("GreaterThanThreshold", [OK, OK, ALARM]),
        ("LessThanOrEqualToThreshold", [ALARM, ALARM, OK]),
        ("LessThanThreshold", [ALARM, OK, OK]),
        ("LessThanLowerThreshold", ["as it was"] * 3),
    ],
)
def test_the_alarm_compares_as_it_declares(comparison: str, states: list[str]) -> None:
    alarm = {**NOT_EMPTY, "ComparisonOperator": comparison}
    assert [state_of(alarm, periods(value), NOW) for value in (0, 1, 2)] == states


@pytest.mark.parametrize(
    ("treatment", "state"),
    [("notBreaching", OK), ("breaching", ALARM), ("missing", INSUFFICIENT_DATA), ("ignore", "as it was")],
)
def test_missing_data_mean_what_the_alarm_declares(treatment: str, state: str) -> None:
    assert state_of({**NOT_EMPTY, "TreatMissingData": treatment}, periods(), NOW) == state


@pytest.mark.parametrize(
    ("needed", "values", "state"),
    [({}, (1, 0, 1), OK), ({}, (1, 1, 1), ALARM), ({"DatapointsToAlarm": 2}, (1, 0, 1), ALARM)],
)
def test_an_alarm_over_several_periods_needs_as_many_breaches_as_it_declares(
    needed: dict[str, int], values: tuple[float, ...], state: str
) -> None:
    assert state_of({**NOT_EMPTY, "EvaluationPeriods": 3, **needed}, periods(*values), NOW) == state


@pytest.mark.parametrize(
    ("levels", "state"),
    [((2, 2), OK), ((3, 2), ALARM), ((1, 2), OK), ((1, 0), ALARM), ((1, None), OK), ((None, 1), OK), ((), OK)],
)
def test_growth_from_one_period_to_the_next_raises_the_alarm(levels: tuple[float | None, ...], state: str) -> None:
    assert state_of(GROWING, periods(*levels, seconds=300), NOW) == state


@pytest.mark.parametrize("queries", [[], [{"Id": "growth", "Expression": "RATE(level)", "ReturnData": True}]])
def test_an_alarm_on_anything_else_keeps_its_state(queries: list[dict[str, object]]) -> None:
    assert state_of({**RULE, "Metrics": queries}, periods(1), NOW) == "as it was"
