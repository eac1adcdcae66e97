"""What the function writes into its log."""

import io
import json
from datetime import datetime
from typing import Any

from handler.log import MAX_VALUES, JsonLines, Metric, Metrics, json_logger


def _logged(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def _has_a_bug() -> None:
    raise RuntimeError("a bug")


def test_a_record_is_one_line_with_its_fields_and_its_context() -> None:
    stream, lines = io.StringIO(), JsonLines(service="orders")
    lines.context["requestId"] = "r1"
    json_logger("test", stream, lines).error("order\n%s", "failed", extra={"attempt": 2})
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
        json_logger("test", stream, JsonLines()).exception("batch failed")
    [entry] = _logged(stream)
    assert entry["exception"].splitlines()[0] == "Traceback (most recent call last):"
    assert entry["exception"].splitlines()[-1] == "RuntimeError: a bug"


def test_lambdas_own_logger_does_not_write_the_record_again() -> None:
    assert not json_logger("test", io.StringIO(), JsonLines()).propagate


def test_details_are_not_logged_at_the_default_level() -> None:
    stream = io.StringIO()
    json_logger("test", stream, JsonLines()).debug("details")
    assert stream.getvalue() == ""


def test_metrics_are_in_cloudwatchs_embedded_format() -> None:
    stream = io.StringIO()
    Metrics("Orders", "orders", stream).write(
        [Metric("BatchSize", "Count", [2]), Metric("OrderAge", "Seconds", [1.5, 3])]
    )
    [entry] = _logged(stream)
    assert entry.pop("_aws")["CloudWatchMetrics"] == [
        {
            "Namespace": "Orders",
            "Dimensions": [["service"]],
            "Metrics": [{"Name": "BatchSize", "Unit": "Count"}, {"Name": "OrderAge", "Unit": "Seconds"}],
        }
    ]
    assert entry == {"service": "orders", "BatchSize": [2], "OrderAge": [1.5, 3]}


def test_more_values_than_a_record_may_have_go_into_the_next() -> None:
    stream = io.StringIO()
    ages = list(range(2 * MAX_VALUES + 1))
    Metrics("Orders", "orders", stream).write(
        [Metric("BatchSize", "Count", [201]), Metric("OrderAge", "Seconds", ages)]
    )
    entries = _logged(stream)
    assert [len(entry["OrderAge"]) for entry in entries] == [MAX_VALUES, MAX_VALUES, 1]
    assert [value for entry in entries for value in entry["OrderAge"]] == ages
    assert [entry.get("BatchSize") for entry in entries] == [[201], None, None]
