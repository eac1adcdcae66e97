"""`orders logs` on the emulator."""

import json
import time
from collections.abc import Callable
from contextlib import suppress
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest

from ops.cli.exit_codes import Exit
from ops.local_system import LocalSystem, save_local_system
from tests.support.command import Orders, stored_order
from tests.support.orders import body
from tests.support.pipeline import Pipeline
from tests.support.waiting import eventually


def test_the_log_of_an_order_tells_its_way(here: Orders, pipeline: Pipeline) -> None:
    order_id = stored_order(here, pipeline)
    eventually(lambda: list(pipeline.log_records_of(order_id)), "its log record")
    pipeline.publish([body(order_id, quantity=0)])
    eventually(lambda: len(here("logs", "--order", order_id).out.splitlines()) == 4 or None, "all of its records")
    stored, *failures = here("logs", "--order", order_id, "--since", "10m").out.splitlines()
    assert f"INFO     stored {order_id}" in stored
    for attempt, failure in enumerate(failures, 1):
        assert f"{order_id} failed, attempt {attempt} of 3: quantity must be at least 1 (invalid)" in failure
    records = here("logs", "--order", order_id, "--json").json
    assert [record["level"] for record in records].count("ERROR") == 3


def test_a_log_that_has_nothing_says_since_when(here: Orders) -> None:
    ran = here("logs", "--order", "T-unknown", "--since", "2026-01-01T00:00:00+00:00")
    assert ran.code == Exit.INCOMPLETE
    assert ran.err == "the log contains no line about T-unknown since 2026-01-01 00:00:00 UTC\n"


@pytest.mark.parametrize("when", ["yesterday", "5000000d", "99999999999d"])
def test_a_time_that_is_none_is_named(here: Orders, when: str) -> None:
    ran = here("logs", "--since", when)
    message = f"Error: Invalid value for '--since': give 90s, 15m, 2h, 7d or an ISO 8601 time, not {when}"
    assert (ran.code, ran.out, ran.err.splitlines()[-1]) == (Exit.USAGE, "", message)


def test_an_order_whose_id_a_log_pattern_cannot_hold_is_found_in_the_log(here: Orders, pipeline: Pipeline) -> None:
    order_id = f'T-"é\\ {uuid4()}'
    pipeline.publish([body(order_id)])
    eventually(lambda: here("logs", "--order", order_id).code == Exit.DONE, "its log record")
    assert "stored T-" in here("logs", "--order", order_id).out


def test_the_log_is_followed(here: Orders, pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    order_id = stored_order(here, pipeline)
    later: list[str] = []

    def publish_then_stop(_seconds: float) -> None:
        if later:
            raise KeyboardInterrupt
        later.append(stored_order_quietly(pipeline))

    monkeypatch.setattr("ops.log.reading.time", SimpleNamespace(sleep=publish_then_stop))
    ran = here("logs", "--follow", "--since", "5m")
    assert ran.code == 130
    assert ran.out.count(f"stored {order_id}") == 1
    assert ran.out.count(f"stored {later[0]}") == 1


@pytest.fixture
def log_of(
    orders: Orders,  # noqa: ARG001 - it moves the record of the local system
    pipeline: Pipeline,
) -> Callable[..., None]:
    """Write lines into a log group of the test's own, which the command then reads."""
    logs, group = pipeline.clients.logs, f"/aws/lambda/{uuid4()}"
    logs.create_log_group(logGroupName=group)
    logs.create_log_stream(logGroupName=group, logStreamName="s")
    outputs = {**pipeline.outputs, "logGroupName": group}
    save_local_system(LocalSystem(url=pipeline.clients.emulator_url, outputs=outputs))

    def write(*lines: str, stream: str = "s") -> None:
        with suppress(logs.exceptions.ResourceAlreadyExistsException):
            logs.create_log_stream(logGroupName=group, logStreamName=stream)
        now = int(time.time() * 1000)
        events: Any = [{"timestamp": now + position, "message": line} for position, line in enumerate(lines)]
        logs.put_log_events(logGroupName=group, logStreamName=stream, logEvents=events)

    return write


REQUEST = "6f0c1f9e-6f61-4f0e-8d38-0c6f8a1c36b5"
ROUTINE = (f"START RequestId: {REQUEST} Version: $LATEST", f"END RequestId: {REQUEST}")


def test_lambdas_own_lines_and_prints_are_shown(orders: Orders, log_of: Callable[..., None]) -> None:
    printed = "the developer\x1b[2J's print"
    timed_out = f"2025-05-03T12:00:00.000Z {REQUEST} Task timed out after 5.00 seconds"
    failed = {"errorType": "Runtime.ImportModuleError", "errorMessage": "no module", "stackTrace": []}
    log_of(ROUTINE[0], printed, timed_out, json.dumps(failed), ROUTINE[1])
    shown = [line[25:] for line in orders("logs").out.splitlines()]
    assert shown == [
        "INFO     the developer\\x1b[2J's print",
        f"ERROR    Lambda: the function timed out: {timed_out}",
        "ERROR    Lambda: the function could not start: Runtime.ImportModuleError: no module",
    ]
    documents = orders("logs", "--json").json
    assert [document["message"] for document in documents] == [
        *(printed, timed_out, "Runtime.ImportModuleError: no module")
    ]
    assert [document.get("cause") for document in documents] == [
        *(None, "the function timed out", "the function could not start")
    ]
    assert len(orders("logs", "--all").out.splitlines()) == 5
    assert orders("logs", "--order", "T-1").code == Exit.INCOMPLETE


def test_a_log_with_routine_lines_only_is_not_called_empty(orders: Orders, log_of: Callable[..., None]) -> None:
    log_of(*ROUTINE)
    ran = orders("logs", "--since", "2026-01-01T00:00:00+00:00")
    assert (ran.code, ran.out) == (Exit.INCOMPLETE, "")
    assert ran.err == (
        "the log contains only 2 lines of Lambda's routine since 2026-01-01 00:00:00 UTC; --all shows them\n"
    )


def test_the_history_of_dead_letters_is_not_the_functions_log(orders: Orders, log_of: Callable[..., None]) -> None:
    log_of(json.dumps({"history": "redrive", "step": "begun"}), stream="orders-dead-letters")
    assert orders("logs", "--all").code == Exit.INCOMPLETE


def stored_order_quietly(pipeline: Pipeline) -> str:
    """Publish an order without the command, because the test reads the command's output."""
    order_id = f"T-{uuid4()}"
    pipeline.publish([body(order_id)])
    eventually(lambda: list(pipeline.log_records_of(order_id)), "its log record")
    return order_id
