"""`orders dlq archive`, killed at each of its steps: no letter is lost, and the archive can be finished."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from ops.cli.exit_codes import Exit
from ops.dead_letters.archive import read_letters
from ops.dead_letters.letter import Letter
from tests.support.dead_letters import OrderQueues
from tests.support.killed_letters import LETTERS, assert_killed, count, dead_and_visible, written
from tests.support.killing import ForkedCommand

ARCHIVE_POINTS = 18


@pytest.mark.parametrize("point", range(1, ARCHIVE_POINTS + 1))
def test_an_archive_that_is_killed_loses_nothing_and_is_finished(
    orders: ForkedCommand, queues: OrderQueues, tmp_path: Path, point: int
) -> None:
    letters = queues.fill(LETTERS)
    file = tmp_path / "letters.jsonl"
    command = ("dlq", "archive", str(file), "--all", "--confirm")
    ran = assert_killed(orders(queues, tmp_path, *command, kill_at=point), point)
    left = count(dead_and_visible(queues, ran, point))
    kept = count(archived(file))
    assert (left | kept).keys() == set(map(written, letters))

    ended = orders(queues, tmp_path, *command)
    assert ended.code == (Exit.DONE if left else Exit.INCOMPLETE), ended
    assert_all_archived(queues, letters, file)


def archived(file: Path) -> list[Letter]:
    return [letter for _, letter in read_letters(file) if letter] if file.exists() else []


def assert_all_archived(queues: OrderQueues, letters: Sequence[Letter], file: Path) -> None:
    """Assert that each letter is in the file once, that the file is valid, and that both queues are empty."""
    assert count(archived(file)) == count(letters)
    assert {letter.message_id for letter in archived(file)} == {letter.message_id for letter in letters}
    assert len(file.read_text().splitlines()) == len(letters)
    for queue in (queues.dead_letters, queues.source):
        assert queues.hidden(queue) + queues.visible(queue) == 0


def test_an_archive_that_is_not_killed_keeps_each_letter_once(
    orders: ForkedCommand, queues: OrderQueues, tmp_path: Path
) -> None:
    letters = queues.fill(LETTERS)
    file = tmp_path / "letters.jsonl"
    ran = orders(queues, tmp_path, "dlq", "archive", str(file), "--all", "--confirm", kill_at=ARCHIVE_POINTS + 1)
    assert (ran.code, ran.points, ran.err) == (Exit.DONE, ARCHIVE_POINTS, "")
    assert_all_archived(queues, letters, file)
