"""The function's log records."""

import io
import json
from datetime import datetime
from typing import Any

from handler.contract import FUNCTION_DIMENSION
from handler.log import Log, Measurement


def _logged(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def _has_a_bug() -> None:
    raise RuntimeError("a bug")


def test_a_record_is_one_line_with_its_fields_and_its_context() -> None:
    stream = io.StringIO()
    log = Log(stream)
    log.context["requestId"] = "r1"
    log.error("order\nfailed", attempt=2)
    [entry] = _logged(stream)
    when = datetime.fromisoformat(entry.pop("timestamp"))
    assert when.tzinfo is not None
    assert entry == {
        "level": "ERROR",
        "message": "order\nfailed",
        "service": "orders",
        "requestId": "r1",
        "attempt": 2,
    }


def test_a_bug_is_logged_with_its_traceback() -> None:
    stream = io.StringIO()
    try:
        _has_a_bug()
    except RuntimeError:
        Log(stream).bug("batch failed")
    [entry] = _logged(stream)
    assert entry["exception"].splitlines()[0] == "Traceback (most recent call last):"
    assert entry["exception"].splitlines()[-1] == "RuntimeError: a bug"


def test_metrics_are_in_cloudwatchs_embedded_format() -> None:
    stream = io.StringIO()
    measurements = [Measurement("BatchSize", "Count", [2]), Measurement("OrderAge", "Seconds", [1.5, 3])]
    log = Log(stream)
    log.context[FUNCTION_DIMENSION] = "OrderProcessor"
    log.info("batch processed", measurements, stored=["O1"])  # noqa: PLE1205 - not a logger of the standard library
    [entry] = _logged(stream)
    assert entry.pop("_aws")["CloudWatchMetrics"] == [
        {
            "Namespace": "Orders",
            "Dimensions": [["FunctionName"]],
            "Metrics": [{"Name": "BatchSize", "Unit": "Count"}, {"Name": "OrderAge", "Unit": "Seconds"}],
        }
    ]
    del entry["timestamp"]
    assert entry == {
        "level": "INFO",
        "message": "batch processed",
        "service": "orders",
        "FunctionName": "OrderProcessor",
        "BatchSize": [2],
        "OrderAge": [1.5, 3],
        "stored": ["O1"],
    }


def test_a_record_without_metrics_declares_none() -> None:
    stream = io.StringIO()
    Log(stream).info("nothing to do")
    assert "_aws" not in _logged(stream)[0]
