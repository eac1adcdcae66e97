"""Restoring letters from an archive: each of them once."""

from pathlib import Path

import pytest

from ops.dead_letters.archive import open_archive, restore_journal
from ops.dead_letters.journal import journal
from ops.dead_letters.letter import CAME_FROM, Letter
from ops.dead_letters.restore import RestoreResult, plan_restore, restore_letters, restored_ids
from ops.errors import InvalidInput, NothingDone
from tests.support.memory_system import DLQ, MemorySystem
from tests.support.orders import body

BODIES = [body(f"O{number}") for number in range(12)]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """An archive of twelve letters, of which the first one occurs twice."""
    path = tmp_path / "letters.jsonl"
    letters = [
        Letter(message_id=f"old{number}", body=one, attributes={}, system={}) for number, one in enumerate(BODIES)
    ]
    with open_archive(path) as (_, write):
        write([*letters, letters[0]])
    return path


def test_the_restored_letters_are_recorded_beside_the_archive(tmp_path: Path) -> None:
    file = tmp_path / "letters.jsonl"
    assert restored_ids(file) == set()
    with journal(restore_journal(file)) as steps:
        steps.sending(["m1", "m2"])
        steps.sent({"m1": "copy"}, ["m2"])
    assert restored_ids(file) == {"m1"}


def test_each_letter_is_restored_once_with_a_mark(memory: MemorySystem, file: Path) -> None:
    plan = plan_restore(file)
    assert (plan.path, plan.count, plan.restored_before, plan.cut) == (file, 12, 0, None)
    assert restore_letters(memory.system, plan, reason="a mistake") == RestoreResult(restored=12, rejected={})
    assert memory.sqs.bodies(DLQ) == BODIES
    requests = memory.sqs.asked("send_message_batch")
    assert [len(request["Entries"]) for request in requests] == [10, 2]
    marks = [entry["MessageAttributes"][CAME_FROM] for request in requests for entry in request["Entries"]]
    assert [mark["StringValue"] for mark in marks] == [f"old{number}" for number in range(12)]
    begun, ended = memory.logs.records
    assert (begun["history"], begun["why"], begun["file"]) == ("restore", "a mistake", str(file))
    assert (begun["letters"], ended["restored"], ended["rejected"]) == (12, 12, 0)


def test_what_was_restored_is_not_restored_again(memory: MemorySystem, file: Path) -> None:
    restore_letters(memory.system, plan_restore(file), reason="")
    plan = plan_restore(file)
    assert (plan.count, plan.restored_before) == (0, 12)
    with pytest.raises(NothingDone) as raised:
        restore_letters(memory.system, plan, reason="")
    assert str(raised.value) == f"every letter in {file} was restored before"
    assert (len(memory.sqs.bodies(DLQ)), len(memory.logs.records)) == (12, 2)


def test_what_another_run_restored_after_the_plan_is_not_restored_again(memory: MemorySystem, file: Path) -> None:
    plan = plan_restore(file)
    restore_letters(memory.system, plan, reason="")
    with pytest.raises(NothingDone, match="was restored before, by another run"):
        restore_letters(memory.system, plan, reason="")
    assert memory.sqs.bodies(DLQ) == BODIES
    assert memory.logs.records[-1]["step"] == "stopped"


def test_a_letter_that_sqs_rejects_is_reported_and_can_be_restored_later(memory: MemorySystem, file: Path) -> None:
    memory.sqs.rejected = frozenset({BODIES[3], BODIES[11]})
    reason = "InvalidMessageContents: not like this"
    result = restore_letters(memory.system, plan_restore(file), reason="")
    assert result == RestoreResult(restored=10, rejected={"old3": reason, "old11": reason})
    assert (memory.logs.records[-1]["restored"], memory.logs.records[-1]["rejected"]) == (10, 2)
    memory.sqs.rejected = frozenset()
    plan = plan_restore(file)
    assert (plan.count, plan.restored_before) == (2, 10)
    restore_letters(memory.system, plan, reason="")
    assert sorted(memory.sqs.bodies(DLQ)) == sorted(BODIES)


def test_a_line_that_is_cut_off_is_reported_and_the_other_letters_are_restored(
    memory: MemorySystem, file: Path
) -> None:
    file.write_bytes(file.read_bytes() + file.read_bytes()[:50])
    plan = plan_restore(file)
    assert (plan.count, plan.cut) == (12, 14)
    restore_letters(memory.system, plan, reason="")
    assert memory.sqs.bodies(DLQ) == BODIES


def test_nothing_is_restored_from_a_damaged_archive(file: Path) -> None:
    file.write_bytes(file.read_bytes() + b"damage\n")
    with pytest.raises(InvalidInput) as raised:
        plan_restore(file)
    assert str(raised.value) == f"{file} is damaged, line 14: use an undamaged copy, or another file"
