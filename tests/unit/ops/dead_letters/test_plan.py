"""Planning a redrive, and the rest of one that was stopped."""

from pathlib import Path
from typing import cast

import pytest

from ops.dead_letters.journal import journal, read_run, unfinished_runs
from ops.dead_letters.lease import Lease
from ops.dead_letters.letter import Letter
from ops.dead_letters.look import Look
from ops.dead_letters.plan import Pace, PaceChanges, plan_redrive, resume_redrive
from ops.dead_letters.run_state import RunState
from ops.dead_letters.timing import Timing
from ops.errors import NothingDone

QUEUE = "https://sqs.eu-west-1.amazonaws.com/123456789012/OrderDLQ"


class FakeLook:
    """A look that holds some letters, beside others that are hidden."""

    timing = Timing()

    def __init__(self, *message_ids: str, others: int = 0) -> None:
        self.leases = [_lease(message_id) for message_id in message_ids]
        self._others = others

    def count_others(self) -> int:
        return self._others


def look(*message_ids: str, others: int = 0) -> Look:
    return cast("Look", FakeLook(*message_ids, others=others))


def _lease(message_id: str) -> Lease:
    letter = Letter(message_id=message_id, body="{}", attributes={}, system={"SentTimestamp": "0"})
    return Lease(
        message_id=message_id,
        logged_as=(message_id,),
        order_id=None,
        first_seen=letter.first_seen,
        receipt="receipt",
        position=0,
    )


@pytest.fixture
def stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[tuple[Path, RunState]]:
    """A run of five letters: one is deleted, two are sent, one of them deleted without a record, and one in doubt."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    plan = plan_redrive(QUEUE, [], [], pace=Pace(), reason="", chosen="")
    with journal(plan.journal) as steps:
        steps.note("begun", ids=["m1", "m2", "m3", "m4", "m5"], rate=5.0, stopAt=0.5, wait=True, why="calm", chosen="x")
        steps.sending(["m1", "m2", "m3"])
        steps.sent({"m1": "c1", "m2": "c2", "m3": "c3"}, [])
        steps.deleted(["m1"])
        steps.sending(["m4"])
    return unfinished_runs(QUEUE)


def test_a_resumed_run_does_what_is_left_at_its_own_pace(stopped: list[tuple[Path, RunState]]) -> None:
    plan = resume_redrive(look("m2", "m4", "m5", "other"), stopped, PaceChanges())
    assert [lease.message_id for lease in plan.leases] == ["m2", "m4", "m5"]
    assert plan.already_sent == {"m1", "m2", "m3"}
    assert (plan.already_deleted, plan.in_doubt) == (["m3"], 1)
    assert (plan.pace, plan.reason, plan.chosen) == (Pace(rate=5.0, stop_at=0.5, wait=True), "calm", "x")
    assert plan.is_resumed
    assert read_run(plan.journal).begun


def test_a_resumed_run_takes_another_pace(stopped: list[tuple[Path, RunState]]) -> None:
    plan = resume_redrive(look("m2"), stopped, PaceChanges(rate=50, stop_at=0.0))
    assert plan.pace == Pace(rate=50, stop_at=0.0, wait=True)


def test_a_run_is_not_resumed_while_its_letters_are_hidden(stopped: list[tuple[Path, RunState]]) -> None:
    with pytest.raises(NothingDone) as raised:
        resume_redrive(look("m2", others=3), stopped, PaceChanges())
    assert str(raised.value).startswith("3 letters of that run not visible yet: SQS makes them visible within 120 s")


def test_nothing_is_resumed_if_no_run_was_stopped() -> None:
    with pytest.raises(NothingDone) as raised:
        resume_redrive(look("m1"), [], PaceChanges())
    assert "nothing to resume" in str(raised.value)


def test_a_new_run_knows_what_stopped_runs_have_sent(stopped: list[tuple[Path, RunState]]) -> None:
    plan = plan_redrive(QUEUE, [_lease("m2"), _lease("m9")], stopped, pace=Pace(), reason="", chosen="")
    assert plan.already_sent == {"m1", "m2", "m3"}
    assert read_run(plan.journal) == RunState()
