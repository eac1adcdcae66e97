"""The state of an alarm, by the rules of CloudWatch: statistic, periods, threshold, and what missing data mean.

An expression must be DIFF, the only one that this system declares. An alarm that cannot be evaluated keeps its state.
"""

import operator
import re
from collections.abc import Callable, Mapping
from typing import Any

OK, ALARM, INSUFFICIENT_DATA = "OK", "ALARM", "INSUFFICIENT_DATA"

Alarm = Mapping[str, Any]
"""An alarm as DescribeAlarms returns it."""
Read = Callable[[Mapping[str, Any], str, float, float], float | None]
"""Returns the value of a metric (namespace, name, dimensions) by its statistic, between two times. None: no data."""
Values = Callable[[int], float | None]
"""Returns the value of a period. Period 0 ends now, and period 1 ends where period 0 begins."""

_COMPARISONS: Mapping[str, Callable[[float, float], bool]] = {
    "GreaterThanOrEqualToThreshold": operator.ge,
    "GreaterThanThreshold": operator.gt,
    "LessThanOrEqualToThreshold": operator.le,
    "LessThanThreshold": operator.lt,
}
_DIFFERENCE = re.compile(r"DIFF\((\w+)\)")


def state_of(alarm: Alarm, read: Read, now: float) -> str:
    """Return the state that the alarm has at a time, in seconds since 1970."""
    values, compare = _values(alarm, read, now), _COMPARISONS.get(alarm["ComparisonOperator"])
    if values is None or compare is None:
        return str(alarm["StateValue"])
    periods = [values(number) for number in range(alarm["EvaluationPeriods"])]
    known = [value for value in periods if value is not None]
    missing = len(periods) - len(known)
    breaches = sum(compare(value, alarm["Threshold"]) for value in known)
    match alarm["TreatMissingData"]:
        case "breaching":
            breaches += missing
        case "missing" if not known:
            return INSUFFICIENT_DATA
        case "ignore" if not known:
            return str(alarm["StateValue"])
    return ALARM if breaches >= alarm.get("DatapointsToAlarm", len(periods)) else OK


def _values(alarm: Alarm, read: Read, now: float) -> Values | None:
    """Return the values that the alarm compares with its threshold. None for an expression that is not supported."""
    if alarm.get("MetricName"):
        return _of_metric(read, alarm, alarm["Statistic"], alarm["Period"], now)
    queries = {query["Id"]: query for query in alarm.get("Metrics", ())}
    [compared] = [query for query in queries.values() if query["ReturnData"]] or [{}]
    difference = _DIFFERENCE.fullmatch(compared.get("Expression", ""))
    if difference is None:
        return None
    level = queries[difference[1]]["MetricStat"]
    return _differences(_of_metric(read, level["Metric"], level["Stat"], level["Period"], now))


def _of_metric(read: Read, metric: Mapping[str, Any], statistic: str, seconds: int, now: float) -> Values:
    return lambda number: read(metric, statistic, now - (number + 1) * seconds, now - number * seconds)


def _differences(values: Values) -> Values:
    def difference(number: int) -> float | None:
        value, before = values(number), values(number + 1)
        return None if value is None or before is None else value - before

    return difference
