"""The `orders` command, killed at each of its steps: no dead letter is lost, and what was begun can be finished."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from local.emulator import emulator
from ops.dead_letters.archive import archive, read_letters, restorations
from ops.dead_letters.journal import Moves, read_moves, unfinished
from ops.dead_letters.letter import CAME_FROM, Letter
from ops.errors import Exit
from tests.support.dead_letters import Attributes, Desk, Ended, Tool, tool
from tests.support.orders import body
from tests.support.waiting import eventually

if TYPE_CHECKING:
    from local.aws import Endpoint

KILLED = -9
REDRIVE = ("dlq", "redrive", "--all", "--confirm", "--rate", "1000")
RESUME = ("dlq", "redrive", "--resume")

BINARY: Attributes = {"picture": {"DataType": "Binary.png", "BinaryValue": bytes(range(256))}}
TEXT: Attributes = {
    "text": {"DataType": "String", "StringValue": "ä€😀"},
    "number": {"DataType": "Number", "StringValue": "1.50"},
}
ENVELOPE = json.dumps(
    {"Type": "Notification", "TopicArn": "arn:aws:sns:us-east-1:1:OrderTopic", "Message": body("in an envelope")},
    indent=2,
)
UNICODE = json.dumps(json.loads(body("beyond ASCII", itemName="ä€😀 \u2028 \x85 \ufffd")), ensure_ascii=False, indent=1)
LETTERS: Sequence[tuple[str, Attributes]] = [
    (body("with bytes"), BINARY),
    (ENVELOPE, {}),
    (" \t\r\n ", TEXT),
    (UNICODE.replace("\n", "\r\n"), {**BINARY, **TEXT}),
    *((body(f"O{number}"), {}) for number in range(8)),
]
"""More than one request takes. All but one are orders, so that one of two can be sent first and get into the table."""

# How many points each command comes to with these letters: the last test of each command holds them to that.
REDRIVE_POINTS, ARCHIVE_POINTS, RESTORE_POINTS = 53, 18, 18


@pytest.fixture(scope="module")
def endpoint(worker_id: str) -> "Iterator[Endpoint]":
    with emulator(f"test-killed-{worker_id}") as started:
        yield started


@pytest.fixture(scope="module")
def orders() -> Iterator[Tool]:
    with tool() as forked:
        yield forked


@pytest.fixture
def desk(endpoint: "Endpoint", tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    return Desk.make(endpoint)


def written(letter: Letter) -> str:
    """All that has to survive when a letter moves, its message id apart."""
    fields = json.loads(letter.as_json())
    return json.dumps({name: fields[name] for name in ("body", "attributes")})


def count(letters: Iterable[Letter]) -> Counter[str]:
    return Counter(map(written, letters))


def dead_and_visible(desk: Desk) -> list[Letter]:
    """The dead letters, as soon as what was killed hides none of them any more."""
    eventually(lambda: not desk.hidden(desk.dead_letters), "the end of the hold")
    return desk.held(desk.dead_letters)


def assert_killed(ran: Ended, point: int) -> None:
    assert (ran.code, ran.points) == (KILLED, point), ran


def finish(orders: Tool, desk: Desk, folder: Path) -> None:
    """Do as a user would, who finds the tool killed: resume what can be, or else begin again."""
    if unfinished(desk.dead_letters):
        ended = orders(desk, folder, *RESUME)
    elif desk.visible(desk.dead_letters):
        ended = orders(desk, folder, *REDRIVE)
    else:
        assert "nothing to resume" in orders(desk, folder, *RESUME).err
        return
    assert ended.code == Exit.DONE, ended
    assert unfinished(desk.dead_letters) == []


def journal_of(folder: Path) -> Moves:
    """What the journal of the only run says; nothing where it did not get so far."""
    paths = list(folder.glob("orders/*/*.jsonl"))
    return read_moves(paths[0]) if paths else Moves()


def assert_sent_again_only_where_in_doubt(
    letters: Sequence[Letter], killed: Moves, before: Counter[str], after: Counter[str]
) -> None:
    """What was written down as sent is there once. Anything else was sent again, or for the first time."""
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
    orders: Tool, desk: Desk, tmp_path: Path, point: int
) -> None:
    letters = desk.fill(LETTERS)
    desk.store(letters)
    assert_killed(orders(desk, tmp_path, *REDRIVE, kill_at=point), point)
    killed = journal_of(tmp_path)
    left, sent = count(dead_and_visible(desk)), count(desk.held(desk.source))
    assert (left | sent).keys() == set(map(written, letters))
    assert max(left.values(), default=1) == 1

    finish(orders, desk, tmp_path)
    assert desk.hidden(desk.dead_letters) + desk.visible(desk.dead_letters) == 0
    assert_sent_again_only_where_in_doubt(letters, killed, sent, count(desk.held(desk.source)))


def test_a_redrive_that_is_not_killed_sends_each_letter_once(orders: Tool, desk: Desk, tmp_path: Path) -> None:
    letters = desk.fill(LETTERS)
    desk.store(letters)
    ran = orders(desk, tmp_path, *REDRIVE, kill_at=REDRIVE_POINTS + 1)
    assert (ran.code, ran.points, ran.err) == (Exit.DONE, REDRIVE_POINTS, "")
    assert desk.hidden(desk.dead_letters) + desk.visible(desk.dead_letters) == 0
    assert count(desk.held(desk.source)) == count(letters)


@pytest.mark.parametrize("point", range(1, ARCHIVE_POINTS + 1))
def test_an_archive_that_is_killed_loses_nothing_and_is_finished(
    orders: Tool, desk: Desk, tmp_path: Path, point: int
) -> None:
    letters = desk.fill(LETTERS)
    file = tmp_path / "letters.jsonl"
    command = ("dlq", "archive", str(file), "--all", "--confirm")
    assert_killed(orders(desk, tmp_path, *command, kill_at=point), point)
    left = count(dead_and_visible(desk))
    kept = count(archived(file))
    assert (left | kept).keys() == set(map(written, letters))

    ended = orders(desk, tmp_path, *command)
    assert ended.code == (Exit.DONE if left else Exit.NOT_ALL), ended
    assert_all_archived(desk, letters, file)


def archived(file: Path) -> list[Letter]:
    return [letter for _, letter in read_letters(file) if letter] if file.exists() else []


def assert_all_archived(desk: Desk, letters: Sequence[Letter], file: Path) -> None:
    """Each letter is in the file once, the file is sound, and no letter is anywhere else."""
    assert count(archived(file)) == count(letters)
    assert {letter.message_id for letter in archived(file)} == {letter.message_id for letter in letters}
    assert len(file.read_text().splitlines()) == len(letters)
    for queue in (desk.dead_letters, desk.source):
        assert desk.hidden(queue) + desk.visible(queue) == 0


def test_an_archive_that_is_not_killed_keeps_each_letter_once(orders: Tool, desk: Desk, tmp_path: Path) -> None:
    letters = desk.fill(LETTERS)
    file = tmp_path / "letters.jsonl"
    ran = orders(desk, tmp_path, "dlq", "archive", str(file), "--all", "--confirm", kill_at=ARCHIVE_POINTS + 1)
    assert (ran.code, ran.points, ran.err) == (Exit.DONE, ARCHIVE_POINTS, "")
    assert_all_archived(desk, letters, file)


def an_archive(folder: Path) -> tuple[Path, list[Letter]]:
    """A file with letters that are in no queue any more."""
    letters = [
        Letter(message_id=f"m{number}", body=body, attributes=attributes, system={})
        for number, (body, attributes) in enumerate(LETTERS)
    ]
    with archive(folder / "letters.jsonl") as write:
        write(letters)
    return folder / "letters.jsonl", letters


def as_restored(letter: Letter) -> Letter:
    mark = {"DataType": "String", "StringValue": letter.message_id}
    return Letter(message_id="", body=letter.body, attributes={**letter.attributes, CAME_FROM: mark}, system={})


@pytest.mark.parametrize("point", range(1, RESTORE_POINTS + 1))
def test_a_restore_that_is_killed_loses_nothing_and_is_finished(
    orders: Tool, desk: Desk, tmp_path: Path, point: int
) -> None:
    file, letters = an_archive(tmp_path)
    whole = file.read_bytes()
    command = ("dlq", "restore", str(file), "--confirm")
    assert_killed(orders(desk, tmp_path, *command, kill_at=point), point)
    killed = read_moves(restorations(file))
    sent = count(desk.held(desk.dead_letters))
    assert file.read_bytes() == whole

    ended = orders(desk, tmp_path, *command)
    assert ended.code == (Exit.NOT_ALL if len(killed.sent) == len(letters) else Exit.DONE), ended
    assert file.read_bytes() == whole
    assert_restored(desk, letters, killed, sent)


def assert_restored(desk: Desk, letters: Sequence[Letter], killed: Moves, sent: Counter[str]) -> None:
    after = count(desk.held(desk.dead_letters))
    for letter in letters:
        there = sent[written(as_restored(letter))]
        if letter.message_id in killed.sent:
            assert (there, after[written(as_restored(letter))]) == (1, 1)
        else:
            assert there <= (letter.message_id in killed.sending)
            assert after[written(as_restored(letter))] == there + 1
    assert after.keys() == {written(as_restored(letter)) for letter in letters}


def test_a_restore_that_is_not_killed_sends_each_letter_once(orders: Tool, desk: Desk, tmp_path: Path) -> None:
    file, letters = an_archive(tmp_path)
    ran = orders(desk, tmp_path, "dlq", "restore", str(file), "--confirm", kill_at=RESTORE_POINTS + 1)
    assert (ran.code, ran.points, ran.err) == (Exit.DONE, RESTORE_POINTS, "")
    assert count(desk.held(desk.dead_letters)) == count(map(as_restored, letters))
