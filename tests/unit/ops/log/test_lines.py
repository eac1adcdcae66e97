"""The lines of a function's log: what each says, and why an invocation failed."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ops.cli.logs import in_words
from ops.log.causes import Cause
from ops.log.lines import Line, Source, line_of
from ops.text import as_json_text, printable

NOON = datetime(2025, 5, 3, 12, tzinfo=UTC)
REQUEST = "6f0c1f9e-6f61-4f0e-8d38-0c6f8a1c36b5"
REPORT = f"REPORT RequestId: {REQUEST}\tDuration: 5000.00 ms\tBilled Duration: 5000 ms\tMemory Size: 512 MB"
RECORD = {
    "level": "ERROR",
    "message": "order failed",
    "timestamp": "2025-05-03T12:00:00.000+00:00",
    "service": "orders",
}


def line(text: str) -> Line:
    return line_of({"timestamp": int(NOON.timestamp() * 1000), "message": text, "logStreamName": "s"})


def report(**record: object) -> str:
    return event("platform.report", requestId=REQUEST, **record)


def event(kind: str, **record: object) -> str:
    return json.dumps({"time": "2025-05-03T12:00:00.000Z", "type": kind, "record": record})


def error(kind: str, message: str = "no", **rest: object) -> str:
    document = {"timestamp": "2025-05-03T12:00:00Z", "log_level": "ERROR", "errorMessage": message, "errorType": kind}
    return json.dumps({**document, "stackTrace": ['  File "/var/task/a.py", line 1\n'], **rest})


FULL = {"memorySizeMB": 128, "maxMemoryUsedMB": 128}
CAUSES: dict[str, Cause | None] = {
    f"2025-05-03T12:00:00.000Z {REQUEST} Task timed out after 5.00 seconds\n": Cause.TIMED_OUT,
    "Task timed out after 5.00 seconds": Cause.TIMED_OUT,
    report(status="timeout"): Cause.TIMED_OUT,
    f"{REPORT}\tMax Memory Used: 90 MB\tStatus: timeout": Cause.TIMED_OUT,
    error("Sandbox.Timedout", f"RequestId: {REQUEST} Error: Task timed out after 5.00 seconds"): Cause.TIMED_OUT,
    report(status="error", errorType="Runtime.OutOfMemory"): Cause.OUT_OF_MEMORY,
    report(status="failure", errorType="Runtime.ExitError", metrics=FULL): Cause.OUT_OF_MEMORY,
    f"{REPORT}\tMax Memory Used: 512 MB\tStatus: error\tError Type: Runtime.ExitError": Cause.OUT_OF_MEMORY,
    f"RequestId: {REQUEST} Error: Runtime exited with error: signal: killed\nRuntime.ExitError": Cause.OUT_OF_MEMORY,
    error("MemoryError", requestId=REQUEST): Cause.OUT_OF_MEMORY,
    "[ERROR] MemoryError: \nTraceback (most recent call last):": Cause.OUT_OF_MEMORY,
    "[ERROR] MemoryError\nTraceback (most recent call last):": Cause.OUT_OF_MEMORY,
    "[ERROR] MemoryError\rTraceback (most recent call last):": Cause.OUT_OF_MEMORY,
    "[ERROR] MemoryError: ": Cause.OUT_OF_MEMORY,
    "[ERROR] MemoryError": Cause.OUT_OF_MEMORY,
    error("Runtime.ImportModuleError", "Unable to import module 'handler.main'", requestId=""): Cause.COULD_NOT_START,
    error("KeyError", "'ORDERS_TABLE'"): Cause.COULD_NOT_START,
    "[ERROR] Runtime.ImportModuleError: Unable to import module 'handler.main': no": Cause.COULD_NOT_START,
    "[ERROR] Runtime.HandlerNotFound: no": Cause.COULD_NOT_START,
    event("platform.initReport", status="error", errorType="Runtime.UserCodeSyntaxError"): Cause.COULD_NOT_START,
    event("platform.initReport", status="timeout"): Cause.COULD_NOT_START,
    "INIT_REPORT Init Duration: 10000.00 ms\tPhase: init\tStatus: timeout": Cause.COULD_NOT_START,
    "RESTORE_REPORT Restore Duration: 10000.00 ms\tStatus: timeout": Cause.COULD_NOT_START,
    event("platform.restoreReport", status="timeout"): Cause.COULD_NOT_START,
    event("platform.restoreRuntimeDone", status="error", errorType="Runtime.ExitError"): Cause.COULD_NOT_START,
    "EXTENSION\tName: agent\tState: LaunchError\tEvents: []\tError Type: PermissionDenied": Cause.COULD_NOT_START,
    event("platform.extension", name="agent", state="LaunchError", events=[]): Cause.COULD_NOT_START,
    f"RequestId: {REQUEST} Error: Runtime exited with error: exit status 1\nRuntime.ExitError": Cause.CRASHED,
    report(status="failure", errorType="Runtime.ExitError"): Cause.CRASHED,
    error("ZeroDivisionError", requestId=REQUEST): Cause.CRASHED,
    "[ERROR] ZeroDivisionError: division by zero\nTraceback (most recent call last):": Cause.CRASHED,
    "[ERROR] AssertionError\r\nTraceback (most recent call last):": Cause.CRASHED,
    "[ERROR] Größenfehler\nTraceback (most recent call last):": Cause.CRASHED,
    json.dumps({"type": "platform.fault", "record": "Runtime exited with error: exit status 1"}): Cause.CRASHED,
    "a print": None,
    "[ERROR]\t2025-05-03T12:00:00.000Z\tid\tlogged by the code": None,
    "[ERROR] three words\nlogged by the code": None,
    'waiting until "Task timed out after 5.00 seconds" appears': None,
    report(status="success", metrics=FULL): None,
    f"{REPORT}\tMax Memory Used: 512 MB": None,
    f"START RequestId: {REQUEST} Version: $LATEST": None,
    json.dumps({"timestamp": "2025-05-03T12:00:00Z", "level": "ERROR", "message": "logged", "requestId": "r"}): None,
}


@pytest.mark.parametrize("text", CAUSES)
def test_a_line_gives_the_cause_of_a_failed_invocation(text: str) -> None:
    found = line(text)
    assert found.cause == CAUSES[text]
    if found.cause:
        assert (found.source, found.level, found.is_routine) == (Source.LAMBDA, "ERROR", False)
    if found.cause and REQUEST in text and not text.startswith("{"):
        assert found.request_id == REQUEST


def system_log_level(text: str) -> str:
    """The level of one of Lambda's events (Lambda Developer Guide, "System log level event mapping")."""
    document = json.loads(text)
    kind, record = document["type"].removeprefix("platform."), document["record"]
    if kind == "logsDropped" or record.get("status", "success") != "success":
        return "WARN"
    if kind == "extension":
        return "INFO" if record["state"] in {"Ready", "Registered"} else "WARN"
    return "INFO"


EVENTS = [text for text in CAUSES if text.startswith('{"time": ')]
"""Lambda's table of levels does not contain the older type `platform.fault`."""


@pytest.mark.parametrize("text", EVENTS)
def test_lambda_writes_each_event_with_a_cause_at_the_level_warn_and_no_other(text: str) -> None:
    assert (system_log_level(text) == "WARN") == (CAUSES[text] is not None)


@pytest.mark.parametrize(
    "text",
    [
        f"START RequestId: {REQUEST} Version: $LATEST",
        f"END RequestId: {REQUEST}",
        f"{REPORT}\tMax Memory Used: 90 MB\t",
        "INIT_START Runtime Version: python:3.13.v1",
        "RESTORE_START Runtime Version: python:3.13.v1\tRuntime Version ARN: arn",
        "RESTORE_REPORT Restore Duration: 1018.74 ms",
        "EXTENSION\tName: agent\tState: Ready\tEvents: [INVOKE, SHUTDOWN]",
        "TELEMETRY\tName: agent\tState: Subscribed\tTypes: [Platform, Function]",
        "LOGS\tName: agent\tState: Already subscribed\tTypes: [Platform]",
        event("platform.extension", name="agent", state="Ready", events=["INVOKE"]),
        event("platform.restoreReport", status="success"),
        event("platform.start", requestId=REQUEST),
        event("platform.initStart", phase="init"),
        report(status="success"),
    ],
)
def test_lambdas_lines_about_a_success_are_routine(text: str) -> None:
    assert line(text).is_routine


@pytest.mark.parametrize(
    ("record", "message"),
    [
        ({"state": "LaunchError", "errorType": "PermissionDenied"}, "extension: LaunchError, PermissionDenied"),
        ({"state": "Registered", "errorType": "Extension.Crash"}, "extension: Registered, Extension.Crash"),
    ],
    ids=["did not start", "crashed"],
)
def test_the_error_of_an_extension_is_shown(record: dict[str, object], message: str) -> None:
    found = line(event("platform.extension", name="agent", events=[], **record))
    assert (found.message, found.source, found.is_routine) == (message, Source.LAMBDA, False)


def test_the_error_of_an_extension_that_had_started_is_shown_if_the_line_is_text() -> None:
    found = line("EXTENSION\tName: agent\tState: Ready\tEvents: []\tError Type: Extension.Crash")
    assert (found.source, found.cause, found.is_routine) == (Source.LAMBDA, None, False)


@pytest.mark.parametrize(
    "text",
    [
        json.dumps({"level": "WARNING", "message": "LAMBDA_WARNING: Unhandled exception.\r", "logger": "root"}),
        "[WARNING]\t2025-05-03T12:00:00.000Z\t\tLAMBDA_WARNING: Unhandled exception.",
    ],
    ids=["JSON", "text"],
)
def test_the_warning_that_lambdas_runtime_logs_is_lambdas_and_no_routine(text: str) -> None:
    found = line(text)
    assert (found.source, found.level, found.cause, found.is_routine) == (Source.LAMBDA, "WARNING", None, False)


PRINTED = ["START of it all", "END", "a print", "EXTENSION of it all", "LOGS", "RESTORE_START", "LOGS Name: x"]


@pytest.mark.parametrize("text", [*PRINTED, json.dumps({"a": 1}), json.dumps(RECORD)])
def test_what_the_code_writes_is_no_routine(text: str) -> None:
    assert not line(text).is_routine


def test_a_record_stays_as_the_processor_wrote_it() -> None:
    assert line(json.dumps({**RECORD, "_aws": {}})).as_json() == RECORD


@pytest.mark.parametrize("changes", [{"stored": 3}, {"stored": [1]}, {"level": 5}, {"message": None}], ids=str)
def test_a_document_that_only_resembles_a_record_is_output(changes: dict[str, Any]) -> None:
    assert line(json.dumps({**RECORD, **changes})).source is Source.OUTPUT


IMPLAUSIBLE = [
    *("0001-01-01T00:00:00+14:00", "0001-01-01T00:00:00+00:00", "9999-12-31T23:59:59.999+00:00"),
    *("2025-05-02T11:59:59.999+00:00", "2025-05-04T12:00:00.001+00:00"),
]


@pytest.mark.parametrize("timestamp", ["noon", "2025-05-03", 5, None, *IMPLAUSIBLE])
def test_a_record_without_a_valid_time_has_the_time_of_its_event(timestamp: object) -> None:
    found = line(json.dumps({**RECORD, "timestamp": timestamp}))
    assert (found.source, found.at) == (Source.PROCESSOR, NOON)
    assert found.as_json()["timestamp"] == NOON.isoformat(timespec="milliseconds")


@pytest.mark.parametrize("timestamp", ["2025-05-02T12:00:00+00:00", "2025-05-04T17:00:00+05:00"])
def test_a_record_whose_time_is_within_a_day_of_its_event_keeps_its_time(timestamp: str) -> None:
    found = line(json.dumps({**RECORD, "timestamp": timestamp}))
    assert (found.at, found.at.tzinfo) == (datetime.fromisoformat(timestamp), UTC)
    assert found.as_json()["timestamp"] == timestamp


@pytest.mark.parametrize("timestamp", [RECORD["timestamp"], *IMPLAUSIBLE[:3]])
def test_a_record_of_an_event_without_a_time_has_its_own_time_unless_that_is_extreme(timestamp: str) -> None:
    found = line_of({"message": json.dumps({**RECORD, "timestamp": timestamp})})
    assert found.at == (NOON if timestamp == RECORD["timestamp"] else datetime.fromtimestamp(0, UTC))


def test_every_other_line_has_the_same_shape() -> None:
    assert line("a print\n").as_json() == {
        "timestamp": "2025-05-03T12:00:00.000+00:00",
        "level": "INFO",
        "source": "output",
        "message": "a print",
    }
    timed_out = line(f"2025-05-03T12:00:00.000Z {REQUEST} Task timed out after 5.00 seconds").as_json()
    assert (timed_out["cause"], timed_out["requestId"]) == ("the function timed out", REQUEST)


def test_an_exception_is_shown_below_the_event_and_cannot_forge_a_line() -> None:
    traceback = "Traceback (most recent call last):\n  x\nKeyError: '\x1b[2J'"
    shown = in_words(line(json.dumps({**RECORD, "message": "a\nb", "exception": traceback})))
    assert list(map(printable, shown)) == [
        "2025-05-03 12:00:00.000  ERROR    a\\nb",
        "    Traceback (most recent call last):",
        "      x",
        "    KeyError: '\\x1b[2J'",
    ]


DOCUMENTS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)
KEYS = st.sampled_from(
    [*RECORD, *("type", "record", "status", "metrics", "errorType", "stackTrace", "requestId", "stored", "errorClass")]
)
VALUES = DOCUMENTS | st.sampled_from([*RECORD.values(), "platform.report", "platform.", "timeout"])
LINES = st.text() | st.dictionaries(KEYS, VALUES).map(json.dumps) | st.sampled_from(sorted(CAUSES))


@given(LINES, st.text(max_size=5))
def test_every_line_can_be_shown_as_text_and_as_json(text: str, more: str) -> None:
    found = line(text + more)
    head, *rest = in_words(found)
    assert head.startswith(f"{found.at:%Y-%m-%d %H:%M:%S}")
    assert all(one.startswith("    ") for one in rest)
    json.loads(as_json_text(found.as_json()), parse_constant=pytest.fail)


DEEP = [f'{{"a": {"[" * levels}NaN{"]" * levels}}}' for levels in (99, 100, 300, 900, 950, 985, 991, 5000)]


@pytest.mark.parametrize("text", DEEP, ids=len)
def test_a_line_of_any_depth_is_shown_as_text_and_as_json(text: str) -> None:
    found = line(text)
    assert (found.document is None) == (len(text) > len(DEEP[0]))
    assert found.message == text
    json.loads(as_json_text({"line": [found.as_json()]}), parse_constant=pytest.fail)


@pytest.mark.parametrize("text", ['{"a":' * 100_000, '{"a": 1e999}', '{"a": NaN}', '{"a": ' + "9" * 5000 + "}"])
def test_json_that_python_reads_otherwise_is_shown(text: str) -> None:
    json.loads(as_json_text(line(text).as_json()), parse_constant=pytest.fail)
    assert list(in_words(line(text)))
