"""Archives of dead letters: damage to the file is detected."""

from pathlib import Path

import pytest

from ops.dead_letters.archive import open_archive, read_archive, read_letters
from ops.dead_letters.letter import Letter
from ops.errors import UserError


def letter(message_id: str, body: str = "{}") -> Letter:
    binary = {"blob": {"DataType": "Binary", "BinaryValue": b"\x00\xff"}}
    return Letter(message_id=message_id, body=body, attributes=binary, system={"SentTimestamp": "1000"})


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "letters.jsonl"
    with open_archive(path) as write:
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
    with open_archive(file) as write:
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
    with open_archive(file) as write:
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
