"""Archives of dead letters: damage to the file is detected."""

import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ops.dead_letters.archive import (
    ArchivePlan,
    archive_letters,
    check_archive,
    cut_file,
    open_archive,
    purge_letters,
    read_archive,
    read_letters,
    read_undamaged_archive,
)
from ops.dead_letters.letter import Letter
from ops.dead_letters.look import Look
from ops.dead_letters.private_file import PrivateFile
from ops.dead_letters.restore import plan_restore
from ops.errors import InvalidInput, UserError
from tests.support.memory_system import DLQ, MemorySystem, ids
from tests.support.orders import body


def letter(message_id: str, body: str = "{}") -> Letter:
    binary = {"blob": {"DataType": "Binary", "BinaryValue": b"\x00\xff"}}
    return Letter(message_id=message_id, body=body, attributes=binary, system={"SentTimestamp": "1000"})


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "letters.jsonl"
    with open_archive(path) as (_, write):
        write([letter("m1"), letter("m2", 'é "\n\u2028')])
        write([letter("m3", "x" * 1_000_000)])
    return path


def test_letters_come_back_as_they_were(file: Path) -> None:
    assert [found for _, found in read_letters(file)] == [
        letter("m1"),
        letter("m2", 'é "\n\u2028'),
        letter("m3", "x" * 1_000_000),
    ]


def test_an_archive_is_for_its_owner_alone(file: Path) -> None:
    assert file.stat().st_mode & 0o777 == 0o600


def test_an_archive_goes_on_where_it_ended(file: Path) -> None:
    with open_archive(file) as (_, write):
        write([letter("m4")])
    assert list(read_archive(file).digests) == ["m1", "m2", "m3", "m4"]


def test_it_holds_only_the_very_letter(file: Path) -> None:
    found = read_archive(file)
    assert found.contains(letter("m1"))
    assert not found.contains(letter("m1", '{"another": "body"}'))
    assert not found.contains(letter("m9"))


def test_how_often_a_letter_was_looked_at_does_not_count(file: Path) -> None:
    again = Letter(message_id="m1", body="{}", attributes=letter("m1").attributes, system={"SentTimestamp": "2000"})
    assert read_archive(file).contains(again)


@pytest.mark.parametrize("kept", [1, 50, 200])
def test_a_line_that_was_cut_short_is_none(file: Path, kept: int) -> None:
    whole = file.read_bytes()
    file.write_bytes(whole + whole[:kept])
    found = read_archive(file)
    assert (list(found.digests), found.damaged) == (["m1", "m2", "m3"], [])


def test_what_follows_a_line_that_was_cut_short_can_be_read(file: Path) -> None:
    whole = file.read_bytes()
    file.write_bytes(whole + whole[:50])
    with open_archive(file) as (_, write):
        write([letter("m4")])
    found = read_archive(file)
    assert list(found.digests) == ["m1", "m2", "m3", "m4"]
    assert found.damaged == []


@pytest.mark.parametrize(
    "change", [(b'"m1"', b'"m7"'), (b'"{}"', b'"[]"'), (b"AP8=", b"AP4="), (b'"sha256"', b'"sha"')]
)
def test_a_changed_line_is_reported(file: Path, change: tuple[bytes, bytes]) -> None:
    file.write_bytes(file.read_bytes().replace(*change, 1))
    found = read_archive(file)
    assert (list(found.digests), found.damaged) == (["m2", "m3"], [1])


def test_an_archive_is_written_by_one_at_a_time(file: Path) -> None:
    with open_archive(file), pytest.raises(UserError, match="is in use"), open_archive(file):
        raise AssertionError("it was opened twice")
    assert len(read_archive(file).digests) == 3


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="nowhere is not a folder"), open_archive(tmp_path / "nowhere/letters.jsonl"):
        raise AssertionError("it was opened")
    assert not (tmp_path / "nowhere").exists()


def test_a_damaged_archive_is_named_with_its_lines(file: Path) -> None:
    lines = file.read_bytes().splitlines(keepends=True)
    file.write_bytes(b"".join([lines[0], b"damage\n", lines[1], b"more\n"]))
    with pytest.raises(InvalidInput) as added:
        check_archive(file)
    told = f"{file} is damaged, line 2, 4: use an undamaged copy, or another file"
    assert str(added.value) == told
    with pytest.raises(InvalidInput) as deleted:
        read_undamaged_archive(file)
    assert str(deleted.value) == told


def test_an_archive_that_does_not_exist_is_named(tmp_path: Path) -> None:
    path = tmp_path / "letters.jsonl"
    assert read_archive(path).digests == {}
    with pytest.raises(InvalidInput) as raised:
        read_undamaged_archive(path)
    assert str(raised.value).startswith(f"{path} does not exist")


@pytest.mark.parametrize("read", [check_archive, read_archive, read_undamaged_archive, plan_restore])
def test_a_name_that_is_too_long_is_one_line(tmp_path: Path, read: Callable[[Path], object]) -> None:
    for path in (tmp_path / ("a" * 300), tmp_path / ("a" * 300) / "letters.jsonl"):
        with pytest.raises(InvalidInput) as raised:
            read(path)
        assert len(raised.value.lines) == 1
        assert str(raised.value).endswith("File name too long")


def test_an_archive_whose_name_leaves_no_room_for_its_journal_is_refused(tmp_path: Path) -> None:
    path = tmp_path / ("a" * 252)
    for refused in (lambda: check_archive(path), lambda: open_archive(path).__enter__()):
        with pytest.raises(InvalidInput) as raised:
            refused()
        reason = f"`restore` writes {path.name}.restored next to it: File name too long"
        assert str(raised.value) == f"{path} cannot be used: {reason}"
    assert not path.exists()
    with open_archive(tmp_path / ("a" * 246)) as (_, write):
        write([letter("m1")])
    assert plan_restore(tmp_path / ("a" * 246)).count == 1


@pytest.mark.parametrize("path", [".", "/", ".."])
def test_a_folder_is_no_archive(path: str) -> None:
    with pytest.raises(InvalidInput) as raised:
        check_archive(Path(path))
    assert "is a folder" in str(raised.value)


def test_only_damaged_lines_are_read_as_damage(file: Path) -> None:
    lines = file.read_bytes().splitlines(keepends=True)
    file.write_bytes(b"".join([lines[0], b"\n", b"damage\n", lines[1], lines[2][:50]]))
    assert [(number, found and found.message_id) for number, found in read_letters(file)] == [
        (1, "m1"),
        (3, None),
        (4, "m2"),
    ]
    assert (read_archive(file).damaged, read_archive(file).cut) == ([3], 5)


def test_a_cut_last_line_is_kept_in_a_file_of_its_own(file: Path) -> None:
    whole = file.read_bytes()
    file.write_bytes(whole[:-2])
    last = whole.splitlines()[-1][:-1]
    with open_archive(file) as (_, write):
        write([letter("m4")])
    assert read_archive(file).damaged == []
    assert cut_file(file).read_bytes() == last + b"\n"
    assert stat.S_IMODE(cut_file(file).stat().st_mode) == 0o600


def test_a_last_line_without_its_line_end_is_completed_before_more_letters_are_added(file: Path) -> None:
    file.write_bytes(file.read_bytes().removesuffix(b"\n"))
    assert read_archive(file).lacks_line_end
    with open_archive(file) as (_, write):
        write([letter("m4")])
    found = read_archive(file)
    assert (list(found.digests), found.damaged, found.lacks_line_end) == (["m1", "m2", "m3", "m4"], [], False)


def test_a_changed_attribute_of_sqs_is_reported(file: Path) -> None:
    file.write_bytes(file.read_bytes().replace(b'"SentTimestamp": "1000"', b'"SentTimestamp": "1001"', 1))
    assert read_archive(file).damaged == [1]


def test_the_sequence_of_sqs_attributes_does_not_count(tmp_path: Path) -> None:
    path = tmp_path / "letters.jsonl"
    unsorted = Letter(message_id="m1", body="{}", attributes={}, system={"SentTimestamp": "1", "SenderId": "A"})
    with open_archive(path) as (_, write):
        write([unsorted])
    assert [found for _, found in read_letters(path)] == [unsorted]


@pytest.mark.parametrize(
    "change",
    [
        {"message_id": ""},
        {"message_id": 5},
        {"body": 5},
        {"system": {"SentTimestamp": 1000}},
        {"attributes": {"a": {"StringValue": "x"}}},
        {"attributes": {"a": {"DataType": "String", "StringValue": 5}}},
        {"attributes": {"a": {"DataType": "String", "Other": "x"}}},
    ],
    ids=str,
)
def test_a_letter_that_sqs_cannot_contain_is_damage_in_spite_of_its_checksum(
    tmp_path: Path, change: dict[str, Any]
) -> None:
    path = tmp_path / "letters.jsonl"
    parts: dict[str, Any] = {"message_id": "m1", "body": "{}", "attributes": {}, "system": {}}
    with open_archive(path) as (_, write):
        write([Letter(**{**parts, **change})])
    assert (read_archive(path).digests, read_archive(path).damaged) == ({}, [1])


BODIES = [body(f"O{number}") for number in range(12)]


def plan_for(look: Look, path: Path, *, keep: bool = False) -> ArchivePlan:
    return ArchivePlan(path=path, leases=look.leases, keep=keep, reason="full", chosen="all")


def archived(path: Path) -> list[str]:
    """The bodies of the letters in an archive."""
    return sorted(found.body for _, found in read_letters(path) if found)


@pytest.mark.parametrize("keep", [False, True])
def test_every_letter_is_archived_and_then_deleted_unless_it_is_kept(
    memory: MemorySystem, tmp_path: Path, keep: bool
) -> None:
    memory.sqs.put(DLQ, *BODIES)
    path = tmp_path / "letters.jsonl"
    with memory.look() as look:
        result = archive_letters(memory.system, look, plan_for(look, path, keep=keep))
    assert (result.written, result.deleted, result.lost) == (12, 0 if keep else 12, [])
    assert (archived(path), memory.sqs.bodies(DLQ)) == (sorted(BODIES), BODIES if keep else [])
    begun, ended = memory.logs.records
    assert (begun["history"], begun["why"], begun["file"]) == ("archive", "full", str(path))
    assert (begun["letters"], begun["kept"], begun["chosen"]) == (12, keep, "all")
    assert (ended["written"], ended.get("deleted"), ended["lost"]) == (12, None if keep else 12, 0)


def test_no_letter_is_archived_twice(memory: MemorySystem, tmp_path: Path) -> None:
    memory.sqs.put(DLQ, *BODIES)
    path = tmp_path / "letters.jsonl"
    with memory.look() as look:
        archive_letters(memory.system, look, plan_for(look, path, keep=True))
        result = archive_letters(memory.system, look, plan_for(look, path))
    assert (result.written, result.deleted, archived(path)) == (12, 12, sorted(BODIES))


def test_purged_letters_are_deleted_and_counted(memory: MemorySystem, tmp_path: Path) -> None:
    memory.sqs.put(DLQ, *BODIES)
    path = tmp_path / "letters.jsonl"
    with memory.look() as look:
        lost = purge_letters(memory.system, look, look.leases[1:], path, reason="kept elsewhere")
    assert (lost, memory.sqs.bodies(DLQ)) == ([], BODIES[:1])
    begun, ended = memory.logs.records
    assert (begun["history"], begun["why"], begun["file"]) == ("purge", "kept elsewhere", str(path))
    assert (begun["letters"], ended["deleted"], ended["lost"]) == (11, 11, 0)


def test_only_letters_that_the_archive_on_disk_contains_are_deleted(
    memory: MemorySystem, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    memory.sqs.put(DLQ, *BODIES[:3])
    path, append = tmp_path / "letters.jsonl", PrivateFile.append

    def append_without_the_first(self: PrivateFile, content: bytes) -> None:
        append(self, b"".join(content.splitlines(keepends=True)[1:]))

    monkeypatch.setattr(PrivateFile, "append", append_without_the_first)
    with memory.look() as look:
        result = archive_letters(memory.system, look, plan_for(look, path))
    assert (result.deleted, ids(result.lost), memory.sqs.bodies(DLQ)) == (2, ["m0"], BODIES[:1])


def test_letters_that_sqs_fails_to_delete_are_reported(memory: MemorySystem, tmp_path: Path) -> None:
    memory.sqs.put(DLQ, *BODIES)
    memory.sqs.is_deleting = False
    with memory.look() as look:
        leases = look.leases
        result = archive_letters(memory.system, look, plan_for(look, tmp_path / "letters.jsonl"))
    assert (result.written, result.deleted, result.lost) == (12, 0, leases)
    assert memory.sqs.bodies(DLQ) == BODIES


def test_no_attempt_to_delete_is_made_after_a_lease_ended(memory: MemorySystem, tmp_path: Path) -> None:
    memory.sqs.put(DLQ, *BODIES[:3])
    attempts = memory.end_leases_between_attempts("delete_message_batch")
    with memory.look() as look:
        leases = look.leases
        result = archive_letters(memory.system, look, plan_for(look, tmp_path / "letters.jsonl"))
    assert (result.written, result.deleted, ids(result.lost)) == (3, 0, ids(leases))
    assert (len(attempts), memory.sqs.bodies(DLQ)) == (1, BODIES[:3])
