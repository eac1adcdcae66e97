"""Evaluates the alarms of the emulator, which would mix up queues, ignore missing data and drop expressions."""
# ruff: noqa: SLF001 - the emulator has no public interface for this

import asyncio
import time
from collections.abc import Mapping
from typing import Any

from ministack.core.responses import request_scope
from ministack.services import cloudwatch, sqs

from local.alarm_state import state_of
from local.metrics import measure_queues

INTERVAL_SECONDS = 1
"""How often queues are measured and alarms are evaluated. CloudWatch does both every minute."""


def complete_alarms() -> None:
    """Change the emulator in this process: it keeps expressions, and leaves the evaluation to `watch_alarms`."""
    put = cloudwatch._put_metric_alarm

    def put_with_expressions(params: Any, declared: Any, *protocol: bool) -> Any:
        answer = put(params, declared, *protocol)
        if declared and declared.get("Metrics") and (alarm := cloudwatch._alarms.get(declared["AlarmName"])):
            alarm["Metrics"] = declared["Metrics"]
        return answer

    cloudwatch._put_metric_alarm = put_with_expressions
    cloudwatch._evaluate_alarm = lambda _alarm: None


async def watch_alarms() -> None:
    """Measure the queues and evaluate the alarms of each account and Region, without end."""
    while True:
        for account, region in _scopes():
            with request_scope(account, region):
                measure_queues()
                _evaluate()
        await asyncio.sleep(INTERVAL_SECONDS)


def _scopes() -> set[tuple[str, str]]:
    return {key[:2] for store in (sqs._queues, cloudwatch._alarms) for key in list(store._data)}


def _evaluate() -> None:
    now = time.time()
    for alarm in list(cloudwatch._alarms.values()):
        state = state_of(alarm, _read, now)
        if state != alarm["StateValue"]:
            reason = f"the metric was evaluated against the threshold {alarm['Threshold']}"
            changed = {"AlarmName": alarm["AlarmName"], "StateValue": state, "StateReason": reason}
            cloudwatch._set_alarm_state({}, changed, is_cbor=True)  # It notifies, too.


def _read(metric: Mapping[str, Any], statistic: str, start: float, end: float) -> float | None:
    dimensions = cloudwatch._dims_key(cloudwatch._dims_from_list(metric["Dimensions"]))
    points = cloudwatch._metrics.get((metric["Namespace"], metric["MetricName"], dimensions), ())
    found = [point for point in list(points) if start < point["Timestamp"] <= end]
    value: float | None = cloudwatch._stat_value(cloudwatch._calc_stats(found), statistic, found) if found else None
    return value
