"""`orders dlq archive`, `restore` and `purge` on the emulator."""

import json
from pathlib import Path

import pytest

from ops.cli.exit_codes import Exit
from ops.dead_letters.archive import read_letters
from ops.dead_letters.letter import CAME_FROM, Letter
from tests.support.command import Orders
from tests.support.dead_letters import ATTRIBUTES, OrderQueues, dead, fill
from tests.support.orders import body


def test_letters_are_archived_and_restored_with_all_that_they_said(
    dlq: Orders, queues: OrderQueues, tmp_path: Path
) -> None:
    bodies = [body("T-1"), " \t\r\n ", "ä€😀 \u2028 \x85", "{"]
    letters = fill(queues, *bodies, attributes=ATTRIBUTES)
    file = tmp_path / "letters.jsonl"
    dry = dlq("archive", str(file), "--all")
    assert dry.out == "would archive 4 of 4 dead letters: add --confirm to do it\n"
    assert not file.exists()
    ran = dlq("archive", str(file), "--all", "--confirm")
    assert (ran.code, ran.out) == (Exit.DONE, f"archived 4 in {file}, and deleted 4\n")
    assert queues.visible(queues.dead_letters) + queues.hidden(queues.dead_letters) == 0
    kept = [letter for _, letter in read_letters(file) if letter]
    assert {letter.digest() for letter in kept} == {letter.digest() for letter in letters}
    assert file.stat().st_mode & 0o077 == 0

    assert dlq("restore", str(file)).out == "would restore 4 dead letters: add --confirm to do it\n"
    assert dead(queues) == []
    ran = dlq("restore", str(file), "--confirm")
    assert (ran.code, ran.out) == (Exit.DONE, f"restored 4 dead letters from {file}\n")
    old = {letter.body: letter.message_id for letter in letters}
    restored = queues.letters_in(queues.dead_letters)
    assert sorted(letter.body for letter in restored) == sorted(bodies)
    for letter in restored:
        mark = {"DataType": "String", "StringValue": old[letter.body]}
        assert letter.attributes == {**ATTRIBUTES, CAME_FROM: mark}

    again = dlq("restore", str(file), "--confirm")
    assert again.code == Exit.INCOMPLETE
    assert "4 were restored before, and are left out" in again.err
    assert len(dead(queues)) == 4


def test_a_letter_is_restored_though_the_files_last_line_has_lost_its_end(
    dlq: Orders, queues: OrderQueues, tmp_path: Path
) -> None:
    fill(queues, body("T-1"), body("T-2"))
    file = tmp_path / "letters.jsonl"
    dlq("archive", str(file), "--all", "--confirm")
    file.write_text(file.read_text().rstrip("\n"))
    ran = dlq("restore", str(file), "--confirm")
    assert ran.out == f"restored 2 dead letters from {file}\n"
    assert dead(queues) == [body("T-1"), body("T-2")]


def test_what_is_archived_already_is_not_written_twice(dlq: Orders, queues: OrderQueues, tmp_path: Path) -> None:
    fill(queues, body("T-1"), body("T-2"))
    file = tmp_path / "letters.jsonl"
    ran = dlq("archive", str(file), "T-1", "--keep", "--confirm")
    assert ran.out == f"archived 1 in {file}\n"
    assert dead(queues) == [body("T-1"), body("T-2")]
    dlq("archive", str(file), "--all", "--confirm")
    assert [letter and letter.order_id for _, letter in read_letters(file)] == ["T-1", "T-2"]
    assert dead(queues) == []


def test_a_purge_deletes_only_what_is_archived_and_equal(dlq: Orders, queues: OrderQueues, tmp_path: Path) -> None:
    fill(queues, body("T-1"), body("T-2"), body("T-3"))
    file = tmp_path / "letters.jsonl"
    dlq("archive", str(file), "T-1", "T-2", "--keep", "--confirm")
    [first, second] = [letter for _, letter in read_letters(file) if letter]
    other = Letter(message_id=second.message_id, body=second.body + " ", attributes={}, system=second.system)
    file.write_text(
        "".join(f'{{"sha256": "{letter.digest()}", "letter": {letter.as_json()}}}\n' for letter in (first, other))
    )
    assert dlq("purge", str(file)).out == "would delete 1 of 3 dead letters: add --confirm to do it\n"
    assert len(dead(queues)) == 3
    ran = dlq("purge", str(file), "--confirm")
    assert (ran.code, ran.out) == (Exit.DONE, f"deleted 1 dead letter that {file} contains\n")
    left = [json.loads(letter)["orderId"] for letter in dead(queues)]
    assert sorted([first.order_id or "", *left]) == ["T-1", "T-2", "T-3"]
    assert second.order_id in left


def test_a_damaged_file_is_named_with_its_line_and_nothing_is_deleted_or_restored_for_it(
    dlq: Orders, queues: OrderQueues, tmp_path: Path
) -> None:
    fill(queues, body("T-1"), body("T-2"))
    file = tmp_path / "letters.jsonl"
    dlq("archive", str(file), "--all", "--keep", "--confirm")
    first, second = file.read_text().splitlines()
    file.write_text(f"{first}\n{second.replace('Laptop', 'Leptop')}\n")
    for command in (("purge", str(file)), ("restore", str(file)), ("archive", str(file), "--all")):
        ran = dlq(*command, "--confirm")
        assert ran.code == Exit.USAGE
        assert f"{file} is damaged, line 2: use an undamaged copy" in ran.err
        assert dead(queues) == [body("T-1"), body("T-2")]
    assert queues.hidden(queues.dead_letters) == 0


@pytest.mark.parametrize("command", ["purge", "restore"])
def test_a_file_that_is_not_there_is_named(dlq: Orders, queues: OrderQueues, tmp_path: Path, command: str) -> None:
    fill(queues, body("T-1"))
    ran = dlq(command, str(tmp_path / "nowhere.jsonl"), "--confirm")
    assert ran.code == Exit.USAGE
    assert str(tmp_path / "nowhere.jsonl") in ran.err
    assert len(ran.err.splitlines()) == 1
    assert dead(queues) == [body("T-1")]
