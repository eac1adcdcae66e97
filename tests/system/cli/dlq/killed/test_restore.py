"""`orders dlq restore`, killed at each of its steps: no letter is lost, and the restore can be finished."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest

from ops.cli.exit_codes import Exit
from ops.dead_letters.archive import open_archive, restore_journal
from ops.dead_letters.journal import read_run
from ops.dead_letters.letter import CAME_FROM, Letter
from ops.dead_letters.run_state import RunState
from tests.support.dead_letters import OrderQueues
from tests.support.killed_letters import LETTERS, assert_killed, count, written
from tests.support.killing import ForkedCommand

RESTORE_POINTS = 18


def an_archive(folder: Path) -> tuple[Path, list[Letter]]:
    """Write an archive of letters that are in no queue."""
    letters = [
        Letter(message_id=f"m{number}", body=body, attributes=attributes, system={})
        for number, (body, attributes) in enumerate(LETTERS)
    ]
    with open_archive(folder / "letters.jsonl") as (_, write):
        write(letters)
    return folder / "letters.jsonl", letters


def as_restored(letter: Letter) -> Letter:
    mark = {"DataType": "String", "StringValue": letter.message_id}
    return Letter(message_id="", body=letter.body, attributes={**letter.attributes, CAME_FROM: mark}, system={})


@pytest.mark.parametrize("point", range(1, RESTORE_POINTS + 1))
def test_a_restore_that_is_killed_loses_nothing_and_is_finished(
    orders: ForkedCommand, queues: OrderQueues, tmp_path: Path, point: int
) -> None:
    file, letters = an_archive(tmp_path)
    whole = file.read_bytes()
    command = ("dlq", "restore", str(file), "--confirm")
    assert_killed(orders(queues, tmp_path, *command, kill_at=point), point)
    killed = read_run(restore_journal(file))
    sent = count(queues.letters_in(queues.dead_letters))
    assert file.read_bytes() == whole

    ended = orders(queues, tmp_path, *command)
    assert ended.code == (Exit.INCOMPLETE if len(killed.sent) == len(letters) else Exit.DONE), ended
    assert file.read_bytes() == whole
    assert_restored(queues, letters, killed, sent)


def assert_restored(queues: OrderQueues, letters: Sequence[Letter], killed: RunState, sent: Counter[str]) -> None:
    after = count(queues.letters_in(queues.dead_letters))
    for letter in letters:
        there = sent[written(as_restored(letter))]
        if letter.message_id in killed.sent:
            assert (there, after[written(as_restored(letter))]) == (1, 1)
        else:
            assert there <= (letter.message_id in killed.sending)
            assert after[written(as_restored(letter))] == there + 1
    assert after.keys() == {written(as_restored(letter)) for letter in letters}


def test_a_restore_that_is_not_killed_sends_each_letter_once(
    orders: ForkedCommand, queues: OrderQueues, tmp_path: Path
) -> None:
    file, letters = an_archive(tmp_path)
    ran = orders(queues, tmp_path, "dlq", "restore", str(file), "--confirm", kill_at=RESTORE_POINTS + 1)
    assert (ran.code, ran.points, ran.err) == (Exit.DONE, RESTORE_POINTS, "")
    assert count(queues.letters_in(queues.dead_letters)) == count(map(as_restored, letters))
