"""Journals and archives with damage at every byte: an error that names file and line, or the right content."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from ops.dead_letters.archive import open_archive, read_archive, read_letters
from ops.dead_letters.journal import journal, read_run
from ops.dead_letters.letter import Letter
from ops.dead_letters.run_state import RunState
from ops.errors import InvalidInput
from tests.support.corruption import changes, cuts

LETTERS = [
    Letter(
        message_id=f"m{number}",
        body='{"orderId": "ä"}',
        attributes={"blob": {"DataType": "Binary", "BinaryValue": b"\x00\xff"}},
        system={"SentTimestamp": "1000"},
    )
    for number in range(2)
]


@pytest.fixture
def run(tmp_path: Path) -> Path:
    path = tmp_path / "run.jsonl"
    with journal(path) as steps:
        steps.note("begun", ids=["m1", "m2"], rate=10.0, stopAt=0.2, wait=False, why="", chosen="")
        steps.sending(["m1", "m2"])
        steps.sent({"m1": "c1"}, ["m2"])
        steps.deleted(["m1"])
        steps.sending(["m2"])
    return path


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    path = tmp_path / "letters.jsonl"
    with open_archive(path) as (_, write):
        write(LETTERS)
    return path


def prefixes(path: Path) -> Iterator[RunState]:
    """The states of a run after each of its steps."""
    state = RunState()
    yield RunState()
    for line in path.read_text().splitlines():
        state.apply(json.loads(line))
        yield RunState(state.begun, set(state.sending), dict(state.sent), set(state.deleted), state.ended)


def read_or_error(path: Path) -> RunState | None:
    """Read a run and continue it. None if both report the damage."""
    try:
        state = read_run(path)
    except InvalidInput as error:
        assert f"{path} is damaged, line " in str(error)
        assert len(str(error).splitlines()) == 1
        with pytest.raises(InvalidInput), journal(path):
            pytest.fail("a damaged journal was continued")
        return None
    with journal(path) as steps:
        steps.note("ended")
    assert read_run(path).ended
    return state


def test_a_changed_journal_is_never_believed(run: Path) -> None:
    whole, content = read_run(run), run.read_bytes()
    for changed in changes(content):
        run.write_bytes(changed)
        assert read_or_error(run) in (None, whole)


def test_a_journal_that_was_cut_is_that_of_a_run_which_was_killed_earlier(run: Path) -> None:
    states, content = list(prefixes(run)), run.read_bytes()
    for cut in cuts(content):
        run.write_bytes(cut)
        assert read_or_error(run) in states


def test_a_changed_archive_is_never_believed_and_loses_no_letter_when_it_is_continued(archive: Path) -> None:
    content, whole = archive.read_bytes(), read_archive(archive).digests
    for changed in changes(content):
        archive.write_bytes(changed)
        found = read_archive(archive)
        assert found.damaged or found.digests == whole
        assert all(letter in LETTERS for _, letter in read_letters(archive) if letter)
        if found.damaged:
            with pytest.raises(InvalidInput, match=r"letters\.jsonl .* line \d"), open_archive(archive):
                pytest.fail("a damaged archive was continued")
            assert archive.read_bytes() == changed
        else:
            with open_archive(archive) as (_, write):
                write([])
            assert read_archive(archive).digests == whole


def test_a_cut_archive_says_so_and_keeps_its_whole_letters(archive: Path) -> None:
    content = archive.read_bytes()
    first = content.index(b"\n") + 1
    for cut in cuts(content):
        archive.write_bytes(cut)
        found = read_archive(archive)
        assert found.damaged == []
        assert len(found.digests) == (len(cut) >= first - 1) + (len(cut) >= len(content) - 1)
        assert (found.cut is None) == (len(cut) in {0, first - 1, first, len(content) - 1})
