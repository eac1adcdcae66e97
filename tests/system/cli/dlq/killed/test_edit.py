"""`orders dlq edit` of many letters, killed at each of its steps: no letter is lost, and the edit can be finished."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from ops.cli.exit_codes import Exit
from ops.dead_letters.edit import edited_letter
from ops.dead_letters.journal import read_run, unfinished_runs
from ops.dead_letters.letter import Letter
from ops.dead_letters.run_state import RunState
from ops.order_body import Correction
from tests.support.dead_letters import OrderQueues
from tests.support.killed_letters import LETTERS, assert_killed, count, dead_and_visible, written
from tests.support.killing import ForkedCommand

ORDERS = [(body, attributes) for body, attributes in LETTERS if body.strip()]
FIELDS = {"itemName": "Täßchen"}
EDIT = ("dlq", "edit", "--all", "--set", "itemName=Täßchen", "--confirm")
RESUME = ("dlq", "redrive", "--resume")

# Number of points that the command reaches with ORDERS. The last test asserts it.
EDIT_POINTS = 40


def as_edited(letter: Letter) -> Letter:
    return replace(edited_letter(letter, Correction(values=FIELDS).corrected(letter.body)), message_id="")


def journal_of(folder: Path) -> RunState:
    """Read the journal of the only run. It is empty if the run was killed before it wrote one."""
    paths = list(folder.glob("orders/*/*.jsonl"))
    return read_run(paths[0]) if paths else RunState()


def finish(orders: ForkedCommand, queues: OrderQueues, folder: Path) -> None:
    """Do what a user does after the command was killed: delete what was put back, and edit the rest."""
    if unfinished_runs(queues.dead_letters):
        ended = orders(queues, folder, *RESUME)
        assert ended.code == Exit.DONE, ended
    ended = orders(queues, folder, *EDIT)
    assert ended.code == Exit.DONE or "no selected letter would change" in ended.err, ended
    assert unfinished_runs(queues.dead_letters) == []


def assert_edited(letters: Sequence[Letter], killed: RunState, before: Counter[str], after: Counter[str]) -> None:
    """Assert that only edited letters are there: each once, or twice if the answer of SQS was not recorded."""
    for letter in letters:
        edited = written(as_edited(letter))
        if letter.message_id in killed.sent:
            assert (before[edited], after[edited]) == (1, 1)
        else:
            assert before[edited] <= (letter.message_id in killed.sending)
            assert after[edited] == before[edited] + 1
    assert after.keys() == {written(as_edited(letter)) for letter in letters}


@pytest.mark.parametrize("point", range(1, EDIT_POINTS + 1))
def test_an_edit_that_is_killed_loses_nothing_and_is_finished(
    orders: ForkedCommand, queues: OrderQueues, tmp_path: Path, point: int
) -> None:
    letters = queues.fill(ORDERS)
    ran = assert_killed(orders(queues, tmp_path, *EDIT, kill_at=point), point)
    killed = journal_of(tmp_path)
    left = count(dead_and_visible(queues, ran, point))
    for letter in letters:
        assert left[written(letter)] + left[written(as_edited(letter))] >= 1
        assert left[written(letter)] <= (letter.message_id not in killed.deleted)
        assert left[written(letter)] >= (letter.message_id not in killed.sent)

    finish(orders, queues, tmp_path)
    assert_edited(letters, killed, left, count(queues.letters_in(queues.dead_letters)))


def test_an_edit_that_is_not_killed_puts_each_letter_back_once(
    orders: ForkedCommand, queues: OrderQueues, tmp_path: Path
) -> None:
    letters = queues.fill(ORDERS)
    ran = orders(queues, tmp_path, *EDIT, kill_at=EDIT_POINTS + 1)
    assert (ran.code, ran.points, ran.err) == (Exit.DONE, EDIT_POINTS, "")
    assert count(queues.letters_in(queues.dead_letters)) == count(map(as_edited, letters))
    assert queues.hidden(queues.dead_letters) == 0
