"""`orders dlq redrive`, killed at each of its steps: no letter is lost, and the redrive can be finished."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest

from ops.cli.exit_codes import Exit
from ops.dead_letters.journal import read_run, unfinished_runs
from ops.dead_letters.letter import Letter
from ops.dead_letters.run_state import RunState
from tests.support.dead_letters import OrderQueues
from tests.support.killed_letters import LETTERS, assert_killed, count, dead_and_visible, written
from tests.support.killing import ForkedCommand

REDRIVE = ("dlq", "redrive", "--all", "--confirm", "--rate", "1000")
RESUME = ("dlq", "redrive", "--resume")
UNDELIVERED = ("--queue", "undelivered")

# Number of points that the command reaches with LETTERS. The last test asserts it.
REDRIVE_POINTS = 53


def finish(orders: ForkedCommand, queues: OrderQueues, folder: Path) -> None:
    """Do what a user does after the command was killed: resume the run, or start a new one."""
    if unfinished_runs(queues.dead_letters):
        ended = orders(queues, folder, *RESUME)
    elif queues.visible(queues.dead_letters):
        ended = orders(queues, folder, *REDRIVE)
    else:
        assert "nothing to resume" in orders(queues, folder, *RESUME).err
        return
    assert ended.code == Exit.DONE, ended
    assert unfinished_runs(queues.dead_letters) == []


def journal_of(folder: Path) -> RunState:
    """Read the journal of the only run. It is empty if the run was killed before it wrote one."""
    paths = list(folder.glob("orders/*/*.jsonl"))
    return read_run(paths[0]) if paths else RunState()


def assert_sent_again_only_where_in_doubt(
    letters: Sequence[Letter], killed: RunState, before: Counter[str], after: Counter[str]
) -> None:
    """Assert that letters recorded as sent are in the queue once, and that only letters in doubt were sent twice."""
    for letter in letters:
        there = before[written(letter)]
        if letter.message_id in killed.sent:
            assert (there, after[written(letter)]) == (1, 1)
        else:
            assert there <= (letter.message_id in killed.sending)
            assert after[written(letter)] == there + 1
    assert after.keys() == set(map(written, letters))


@pytest.mark.parametrize("point", range(1, REDRIVE_POINTS + 1))
def test_a_redrive_that_is_killed_loses_nothing_and_is_finished(
    orders: ForkedCommand, queues: OrderQueues, tmp_path: Path, point: int
) -> None:
    letters = queues.fill(LETTERS)
    queues.store(letters)
    ran = assert_killed(orders(queues, tmp_path, *REDRIVE, kill_at=point), point)
    killed = journal_of(tmp_path)
    left, sent = count(dead_and_visible(queues, ran, point)), count(queues.letters_in(queues.source))
    assert (left | sent).keys() == set(map(written, letters))
    assert max(left.values(), default=1) == 1

    finish(orders, queues, tmp_path)
    assert queues.hidden(queues.dead_letters) + queues.visible(queues.dead_letters) == 0
    assert_sent_again_only_where_in_doubt(letters, killed, sent, count(queues.letters_in(queues.source)))


@pytest.mark.parametrize("point", range(1, REDRIVE_POINTS + 1))
def test_a_redrive_of_undelivered_orders_that_is_killed_loses_nothing_and_is_finished(
    orders: ForkedCommand, queues: OrderQueues, tmp_path: Path, point: int
) -> None:
    letters = queues.undelivered.fill(LETTERS)
    queues.store(letters)
    ran = assert_killed(orders(queues, tmp_path, *REDRIVE, *UNDELIVERED, kill_at=point), point)
    left, sent = count(dead_and_visible(queues.undelivered, ran, point)), count(queues.letters_in(queues.source))
    assert (left | sent).keys() == set(map(written, letters))

    command = RESUME if unfinished_runs(queues.undelivered.dead_letters) else REDRIVE
    ended = orders(queues, tmp_path, *command, *UNDELIVERED)
    assert ended.code == (Exit.DONE if left or command == RESUME else Exit.INCOMPLETE), ended
    assert queues.visible(queues.undelivered.dead_letters) == queues.visible(queues.dead_letters) == 0
    assert count(queues.letters_in(queues.source)).keys() == set(map(written, letters))


def test_a_redrive_that_is_not_killed_sends_each_letter_once(
    orders: ForkedCommand, queues: OrderQueues, tmp_path: Path
) -> None:
    letters = queues.fill(LETTERS)
    queues.store(letters)
    ran = orders(queues, tmp_path, *REDRIVE, kill_at=REDRIVE_POINTS + 1)
    assert (ran.code, ran.points, ran.err) == (Exit.DONE, REDRIVE_POINTS, "")
    assert queues.hidden(queues.dead_letters) + queues.visible(queues.dead_letters) == 0
    assert count(queues.letters_in(queues.source)) == count(letters)
