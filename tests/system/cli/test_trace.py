"""`orders trace` on the emulator."""

from typing import Any
from uuid import uuid4

import pytest

from ops.cli.dlq import looking
from ops.cli.exit_codes import Exit
from ops.dead_letters.timing import Timing
from tests.support.command import CommandResult, Orders, stored_order
from tests.support.orders import body
from tests.support.pipeline import Pipeline
from tests.support.waiting import eventually


@pytest.fixture(autouse=True)
def short_polls(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(looking, "TIMING", Timing(poll_seconds=0, check_seconds=0.2))


def steps_of(here: Orders, order_id: str) -> list[dict[str, Any]]:
    [found] = here("trace", order_id, "--since", "1h", "--json").json
    return list(found["steps"])


def has_step(here: Orders, order_id: str, what: str) -> bool:
    return any(step["what"] == what for step in steps_of(here, order_id))


def explains_its_exit_code(ran: CommandResult) -> bool:
    """Whether the exit code is 1 if and only if a line says what is not known. Other tests leave messages behind."""
    return (ran.code == Exit.INCOMPLETE) == ("not known: " in ran.err)


def test_the_life_of_a_stored_order_is_shown(here: Orders, pipeline: Pipeline) -> None:
    order_id = stored_order(here, pipeline)
    eventually(lambda: has_step(here, order_id, "told"), "the event")
    assert [step["what"] for step in steps_of(here, order_id)] == ["published", "stored", "told", "in the table"]
    ran = here("trace", order_id)
    assert explains_its_exit_code(ran)
    assert max(map(len, ran.out.splitlines())) <= 80
    assert "published version 2025-05-03T12:00:00Z, by the publisher's clock" in " ".join(ran.out.split())
    assert ran.out.splitlines()[-2].split() == ["now", "in", "the", "table"]


def test_the_life_of_a_mended_order_is_shown(
    here: Orders, pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    order_id = f"T-{uuid4()}"
    pipeline.publish([body(order_id, quantity=0)])
    eventually(lambda: has_step(here, order_id, "dead"), "the dead letter")
    reason = ("--confirm", "--reason", "the shop sent 0")
    assert here("dlq", "edit", order_id, "--set", "quantity=1", *reason).code == Exit.DONE
    assert here("dlq", "redrive", order_id, "--confirm", "--wait").code == Exit.DONE
    eventually(lambda: has_step(here, order_id, "told"), "the event")
    ran = here("trace", order_id)
    assert explains_its_exit_code(ran)
    whats = [step["what"] for step in steps_of(here, order_id)]
    assert whats == ["published", *["failed"] * 3, "edited", "redriven", "stored", "told", "in the table"]
    told = " ".join(ran.out.split())
    assert "attempt 3 of 3: invalid: quantity must be at least 1" in told
    assert "because the shop sent 0; done, as message " in told


def test_an_unknown_order_has_no_life(here: Orders) -> None:
    ran = here("trace", "T-unknown")
    assert (ran.code, ran.out) == (Exit.INCOMPLETE, "")
    assert ran.err.startswith("nothing is known about order T-unknown\n")
    assert here("trace", "").code == Exit.USAGE


def test_a_trace_writes_no_control_characters_into_the_terminal(here: Orders, pipeline: Pipeline) -> None:
    order_id = f"T-\x1b[2J\n{uuid4()}"
    pipeline.publish([body(order_id, status="\x1b[2J")])
    eventually(lambda: pipeline.order(order_id), "the order in the table")
    ran = here("trace", order_id)
    assert "\x1b" not in ran.out + ran.err
    assert "status \\x1b[2J" in ran.out
