"""`orders logs` on the emulator."""

from types import SimpleNamespace
from uuid import uuid4

import pytest

from ops.cli.exit_codes import Exit
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
    assert ran.err == "the log contains no record about T-unknown since 2026-01-01 00:00:00 UTC\n"


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

    monkeypatch.setattr("ops.log.time", SimpleNamespace(sleep=publish_then_stop))
    ran = here("logs", "--follow", "--since", "5m")
    assert ran.code == 130
    assert ran.out.count(f"stored {order_id}") == 1
    assert ran.out.count(f"stored {later[0]}") == 1


def stored_order_quietly(pipeline: Pipeline) -> str:
    """Publish an order without the command, because the test reads the command's output."""
    order_id = f"T-{uuid4()}"
    pipeline.publish([body(order_id)])
    eventually(lambda: list(pipeline.log_records_of(order_id)), "its log record")
    return order_id
