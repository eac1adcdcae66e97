"""The function's log records."""

import io
import json
from datetime import UTC, datetime
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from handler.contract import FUNCTION_DIMENSION
from handler.log import Log, Measurement


def _logged(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def _has_a_bug(name: str = "a bug") -> None:
    raise RuntimeError(name)


def test_a_record_is_one_line_with_its_fields_and_its_context() -> None:
    stream = io.StringIO()
    log = Log(stream)
    log.context["requestId"] = "r1"
    log.error("order\nfailed", {"attempt": 2})  # noqa: PLE1205 - not a logger of the standard library
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
    assert entry["level"] == "ERROR"
    assert entry["exception"].splitlines()[0] == "Traceback (most recent call last):"
    assert entry["exception"].splitlines()[-1] == "RuntimeError: a bug"


def test_metrics_are_in_cloudwatchs_embedded_format() -> None:
    stream = io.StringIO()
    measurements = [Measurement("OrdersStored", "Count", [2]), Measurement("OrderAge", "Seconds", [1.5, 3])]
    log = Log(stream)
    log.context[FUNCTION_DIMENSION] = "OrderProcessor"
    began = datetime.now(UTC)
    log.info("batch processed", {"stored": ["O1"]}, measurements)  # noqa: PLE1205 - not a logger of the standard library
    end = datetime.now(UTC)
    [entry] = _logged(stream)
    metadata = entry.pop("_aws")
    assert int(began.timestamp() * 1000) <= metadata["Timestamp"] <= int(end.timestamp() * 1000)
    assert metadata["CloudWatchMetrics"] == [
        {
            "Namespace": "Orders",
            "Dimensions": [["FunctionName"]],
            "Metrics": [{"Name": "OrdersStored", "Unit": "Count"}, {"Name": "OrderAge", "Unit": "Seconds"}],
        }
    ]
    del entry["timestamp"]
    assert entry == {
        "level": "INFO",
        "message": "batch processed",
        "service": "orders",
        "FunctionName": "OrderProcessor",
        "OrdersStored": [2],
        "OrderAge": [1.5, 3],
        "stored": ["O1"],
    }


def test_a_log_without_metrics_writes_no_measurements() -> None:
    stream = io.StringIO()
    Log(stream, with_metrics=False).info("done", {"stored": ["O1"]}, [Measurement("OrdersStored", "Count", [1])])
    assert _logged(stream)[0].keys() == {"level", "message", "timestamp", "service", "stored"}


def test_a_record_without_metrics_declares_none() -> None:
    stream = io.StringIO()
    Log(stream).info("nothing to do", {})
    assert "_aws" not in _logged(stream)[0]


def test_a_record_of_any_size_stays_below_cloudwatchs_limit_and_says_what_it_omits() -> None:
    for huge in ("x" * 1_000_000, "\x00" * 100_000, "😀" * 100_000, "\ud800" * 100_000, '"\\' * 100_000):
        stream = io.StringIO()
        Log(stream).error("order failed", {"messageId": "m1", "orderId": huge, "attempt": 1, "reason": huge})
        assert len(stream.getvalue().encode()) < 256 * 1024
        [entry] = _logged(stream)
        assert (entry["messageId"], entry["attempt"]) == ("m1", 1)
        start, _, end = entry["orderId"].partition("…")
        assert huge.startswith(start)
        assert huge.endswith(end)
        assert len(start) > 500
        assert entry["omitted"] == dict.fromkeys(["orderId", "reason"], len(huge) - len(start) - len(end))


def test_a_traceback_that_is_too_long_keeps_its_beginning_and_its_end() -> None:
    stream = io.StringIO()
    try:
        _has_a_bug("x" * 300_000 + "!")
    except RuntimeError:
        Log(stream).bug("batch failed")
    [entry] = _logged(stream)
    assert entry["exception"].startswith("Traceback (most recent call last):")
    assert entry["exception"].endswith("x!")
    assert entry["omitted"].keys() == {"exception"}


def test_a_list_that_is_too_long_keeps_its_first_entries_and_the_record_counts_the_others() -> None:
    ids = [f"O{number}" for number in range(100_000)]
    stream = io.StringIO()
    Log(stream).info("batch processed", {"stored": ids})
    [entry] = _logged(stream)
    kept = len(entry["stored"])
    assert kept > 500
    assert entry["stored"] == ids[:kept]
    assert entry["omitted"] == {"stored": len(ids) - kept}


def test_a_long_value_that_is_neither_a_text_nor_a_list_is_omitted_as_one() -> None:
    stream = io.StringIO()
    Log(stream).error("order failed", {"messageId": "m1", "order": {"note": "x" * 300_000}})
    [entry] = _logged(stream)
    assert (entry["messageId"], entry["order"], entry["omitted"]) == ("m1", None, {"order": 1})


@given(
    st.dictionaries(
        st.sampled_from(["stored", "stale", "reason", "orderId", *(f"field{number}" for number in range(60))]),
        st.builds(
            lambda value, times: value * times,
            st.text(st.characters(), min_size=1) | st.lists(st.text(st.characters(), max_size=9)),
            st.integers(1, 100_000),
        ),
        max_size=60,
    ),
    st.booleans(),
)
@settings(max_examples=50)
def test_no_fields_make_a_record_too_large(fields: dict[str, Any], with_metrics: bool) -> None:
    stream = io.StringIO()
    measurements = [Measurement("OrderAge", "Seconds", [1.234] * 100)] if with_metrics else []
    Log(stream).info("batch processed", fields, measurements)
    assert len(stream.getvalue().encode()) < 256 * 1024
    [entry] = _logged(stream)
    changed = {name for name, value in fields.items() if entry[name] != value}
    assert entry.get("omitted", {}).keys() == changed
    assert ("_aws" in entry) == with_metrics
