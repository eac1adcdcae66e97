"""Pausing and resuming, on an event source mapping in memory."""

import getpass
from collections.abc import Callable

import pytest

from ops.errors import NoAccess, NothingDone
from ops.pause.switch import pause, resume
from ops.system import System
from tests.unit.ops.pause.conftest import ANN, Killed, Switchboard

POINTS = 8
"""Where a switch can be killed: before it creates the stream, which it tries twice, and around each of three writes."""


@pytest.fixture(autouse=True)
def user(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(getpass, "getuser", lambda: "ann")


def wait(_seconds: float) -> None:
    """Wait without waiting."""


def run(switch: Callable[..., None], system: System, reason: str = "the table is restored") -> None:
    switch(system, reason=reason, sleep=wait)


def test_a_pause_is_recorded_before_the_mapping_is_disabled_and_after_it(board: Switchboard) -> None:
    run(pause, board.system)
    assert (board.state, board.writes) == ("Disabled", ["begun", "Disabling", "ended"])
    assert (found := board.last_pause())
    assert (found.who, found.why, found.resumed_by) == (f"{ANN} (ann)", "the table is restored", "")


def test_a_resume_ends_the_pause(board: Switchboard) -> None:
    run(pause, board.system)
    run(resume, board.system)
    assert (board.state, board.last_pause()) == ("Enabled", None)


@pytest.mark.parametrize("slowness", [0, 1, 30])
def test_a_switch_waits_until_lambda_has_made_it(board: Switchboard, slowness: int) -> None:
    board.slowness = slowness
    run(pause, board.system)
    assert board.state == "Disabled"
    run(resume, board.system)
    assert board.state == "Enabled"


@pytest.mark.parametrize("state", ["Enabling", "Disabling"])
def test_a_switch_waits_for_the_change_of_somebody_else(board: Switchboard, state: str) -> None:
    board.state = state
    run(pause if state == "Enabling" else resume, board.system)
    assert board.writes[0] == "begun"


def test_a_mapping_that_lambda_never_switches_is_reported(board: Switchboard) -> None:
    board.slowness = 10_000
    with pytest.raises(NoAccess, match="the event source mapping is Disabling for 300 s"):
        run(pause, board.system)


def test_a_second_pause_changes_nothing_and_keeps_the_first_reason(board: Switchboard) -> None:
    run(pause, board.system, "first")
    writes = list(board.writes)
    with pytest.raises(NothingDone, match="OrderProcessor is paused already"):
        run(pause, board.system, "second")
    assert board.writes == writes
    assert (found := board.last_pause())
    assert found.why == "first"


def test_a_resume_of_what_is_not_paused_changes_nothing(board: Switchboard) -> None:
    with pytest.raises(NothingDone, match="OrderProcessor processes orders: it is not paused"):
        run(resume, board.system)
    assert board.writes == []


def test_a_mapping_that_was_disabled_by_hand_is_resumed(board: Switchboard) -> None:
    board.state = "Disabled"
    assert board.last_pause() is None
    run(resume, board.system)
    assert board.state == "Enabled"


def test_a_function_without_a_mapping_is_named(board: Switchboard) -> None:
    board.mappings = 0
    with pytest.raises(NoAccess, match="OrderProcessor has no event source mapping"):
        run(pause, board.system)


def test_the_points_of_a_switch_are_all_tried(board: Switchboard) -> None:
    board.kill_at = POINTS + 1
    run(pause, board.system)
    board.kill_at = 1
    with pytest.raises(Killed):
        run(resume, board.system)


@pytest.mark.parametrize("point", range(1, POINTS + 1))
def test_a_pause_that_is_killed_anywhere_is_either_not_made_or_recorded(board: Switchboard, point: int) -> None:
    board.kill_at = point
    with pytest.raises(Killed):
        run(pause, board.system)
    board.survive()
    if board.state == "Enabled":
        run(pause, board.system)
    else:
        with pytest.raises(NothingDone):
            run(pause, board.system)
    assert (found := board.last_pause())
    assert found.why == "the table is restored"
    run(resume, board.system)
    assert (board.state, board.last_pause()) == ("Enabled", None)


@pytest.mark.parametrize("point", range(1, POINTS + 1))
def test_a_resume_that_is_killed_anywhere_can_be_repeated_and_a_new_pause_is_told(
    board: Switchboard, point: int
) -> None:
    run(pause, board.system, "first")
    board.kill_at = point + POINTS
    with pytest.raises(Killed):
        run(resume, board.system)
    board.survive()
    if board.state == "Disabled":
        assert (found := board.last_pause())
        assert (found.why, found.resumed_by) == ("first", f"{ANN} (ann)" if "begun" in board.writes[1:] else "")
        run(resume, board.system)
    else:
        with pytest.raises(NothingDone):
            run(resume, board.system)
    assert board.state == "Enabled"
    run(pause, board.system, "second")
    assert (found := board.last_pause())
    assert (found.why, found.resumed_by) == ("second", "")
