"""`orders pause` and `orders resume` on the emulator: orders wait, and are stored after a resume, also after a kill."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ops.capacity.deployed import deployed
from ops.capacity.inputs import CapacityInputs
from ops.cli.exit_codes import Exit
from ops.system import LOCAL
from tests.support.command import Orders
from tests.support.dead_letters import OrderQueues, new_id
from tests.support.killed_letters import KILLED
from tests.support.killing import ForkedCommand, forked_command
from tests.support.mappings import mapping_of
from tests.support.orders import body
from tests.support.pipeline import Pipeline
from tests.support.waiting import eventually

REASON = ("--reason", "the table is restored")


@pytest.fixture(autouse=True)
def not_paused(pipeline: Pipeline) -> Iterator[None]:
    """Other tests use the same pipeline."""
    yield
    name = pipeline.outputs["processorName"]
    pipeline.clients.lambda_.update_event_source_mapping(UUID=mapping_of(pipeline.clients, name)["UUID"], Enabled=True)


def state(pipeline: Pipeline) -> str:
    return mapping_of(pipeline.clients, pipeline.outputs["processorName"])["State"]


def status(here: Orders) -> dict[str, Any]:
    [answered] = here("status", "--json").json
    return answered


def test_orders_wait_during_a_pause_and_are_stored_after_it(here: Orders, pipeline: Pipeline) -> None:
    assert here("pause", *REASON, "--confirm").code == Exit.DONE
    order = new_id()
    pipeline.publish([body(order)])
    eventually(lambda: pipeline.waiting("queueUrl") == 1, "the order in the queue")
    answered = status(here)
    assert (answered["mapping"], answered["outlook"]["waiting"]) == ("Disabled", 1)
    assert answered["pause"]["why"] == "the table is restored"
    assert answered["outlook"]["drain_seconds"] > 0
    page = here("status").out
    for expected in ("paused", "since 20", "because the table is restored", "first order expires", "queue is empty"):
        assert expected in page
    assert pipeline.order(order) is None

    ran = here("resume", "--confirm")
    assert (ran.code, ran.out.splitlines()[-1]) == (Exit.DONE, "resumed OrderProcessor")
    eventually(lambda: pipeline.order(order), "the order in the table")
    assert (status(here)["pause"], status(here)["outlook"]) == (None, None)


def test_without_confirm_both_commands_show_what_they_would_do(here: Orders, pipeline: Pipeline) -> None:
    ran = here("pause", *REASON, "--intake")
    assert (ran.code, state(pipeline)) == (Exit.DONE, "Enabled")
    assert ran.out.startswith("orders that wait")
    assert '"Action": "sns:Publish"' in ran.out
    assert ran.out.endswith("nothing was changed: add --confirm to pause\n")
    assert here("pause", *REASON, "--confirm").code == Exit.DONE
    ran = here("resume")
    assert (ran.code, state(pipeline)) == (Exit.DONE, "Disabled")
    assert "because the table is restored" in ran.out
    assert ran.out.endswith("nothing was changed: add --confirm to resume\n")


def test_a_second_pause_and_a_resume_of_nothing_are_refused(here: Orders) -> None:
    assert here("resume", "--confirm").code == Exit.INCOMPLETE
    assert here("pause", *REASON, "--confirm").code == Exit.DONE
    ran = here("pause", "--reason", "again", "--confirm")
    assert (ran.code, ran.err) == (
        Exit.INCOMPLETE,
        "OrderProcessor is paused already: see `orders status`. Nothing was changed\n",
    )


def test_a_pause_needs_a_reason(here: Orders, pipeline: Pipeline) -> None:
    ran = here("pause", "--reason", " ", "--confirm")
    assert (ran.code, state(pipeline)) == (Exit.USAGE, "Enabled")


def test_the_history_tells_who_paused_and_resumed(here: Orders) -> None:
    here("pause", *REASON, "--confirm")
    here("resume", "--confirm")
    *_, begun, ended, _, resumed = here("dlq", "history", "--json").json
    assert [(one["history"], one["step"]) for one in (begun, ended, resumed)] == [
        ("pause", "begun"),
        ("pause", "ended"),
        ("resume", "ended"),
    ]


def test_a_paused_stack_has_the_capacity_with_which_it_goes_on(here: Orders, pipeline: Pipeline) -> None:
    here("pause", *REASON, "--confirm")
    found = deployed(pipeline.system)
    assert found.maximum_concurrency == CapacityInputs.of_stack(LOCAL).maximum_concurrency


@pytest.fixture(scope="module")
def forked() -> Iterator[ForkedCommand]:
    with forked_command() as command:
        yield command


@pytest.mark.parametrize("point", [1, 2])
def test_a_command_that_is_killed_beside_its_switch_can_be_repeated(
    forked: ForkedCommand, here: Orders, pipeline: Pipeline, tmp_path: Path, point: int
) -> None:
    queues = OrderQueues(clients=pipeline.clients, outputs=pipeline.outputs)
    killed = forked(queues, tmp_path, "pause", *REASON, "--confirm", kill_at=point)
    assert (killed.code, killed.points) == (KILLED, point)
    assert state(pipeline) == {1: "Enabled", 2: "Disabled"}[point]
    repeated = here("pause", *REASON, "--confirm")
    assert repeated.code == {1: Exit.DONE, 2: Exit.INCOMPLETE}[point]
    assert status(here)["pause"]["why"] == "the table is restored"

    killed = forked(queues, tmp_path, "resume", "--confirm", kill_at=point)
    assert (killed.code, killed.points) == (KILLED, point)
    if point == 1:
        assert status(here)["pause"]["resumed_by"]
    assert here("resume", "--confirm").code == repeated.code
    assert (state(pipeline), status(here)["pause"]) == ("Enabled", None)
