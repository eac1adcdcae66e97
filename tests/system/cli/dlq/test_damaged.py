"""`orders dlq` with damaged and forged files on the emulator: one line, and no letter is lost or doubled."""

import hashlib
import json
import os
from pathlib import Path

import pytest

from ops.cli.exit_codes import Exit
from ops.dead_letters.journal import state_folder
from tests.support.command import CommandResult, Orders
from tests.support.dead_letters import OrderQueues, dead, fill
from tests.support.journals import write_journal
from tests.support.orders import body

BEGUN = {"rate": 100.0, "stopAt": 0.2, "wait": False, "why": "", "chosen": ""}


@pytest.fixture
def run(queues: OrderQueues, dlq: Orders) -> Path:
    """The path of a stopped run's journal. `dlq` sets the folder."""
    assert callable(dlq)
    folder = state_folder(queues.dead_letters)
    folder.mkdir(parents=True)
    (folder / "20250101T000000-abc.jsonl").touch(mode=0o600)
    return folder / "20250101T000000-abc.jsonl"


def assert_one_line(ran: CommandResult, *told: str, code: Exit = Exit.USAGE) -> None:
    assert ran.code == code
    assert len(ran.err.splitlines()) == 1, ran.err
    assert all(part in ran.err for part in told), ran.err


def test_a_forged_sent_entry_deletes_no_letter(dlq: Orders, queues: OrderQueues, run: Path) -> None:
    [letter] = fill(queues, body("T-1"))
    begun = {"step": "begun", "ids": [letter.message_id], **BEGUN}
    sending = {"step": "sending", "ids": [letter.message_id]}
    sent = {"step": "sent", "copies": {letter.message_id: "a copy"}, "rejected": []}
    write_journal(run, begun, sent)
    assert_one_line(dlq("redrive", "--resume"), str(run), "line 2")
    write_journal(run, begun, sending)
    with run.open("a") as file:
        file.write(json.dumps(sent) + "\n")
    assert_one_line(dlq("redrive", "--resume"), str(run), "line 3")
    assert dead(queues) == [body("T-1")]


@pytest.mark.parametrize("content", [b"5\n", b"{}\n", b"\xff\xfe\n"])
def test_a_journal_that_is_none_is_named(dlq: Orders, queues: OrderQueues, run: Path, content: bytes) -> None:
    fill(queues, body("T-1"))
    run.write_bytes(content)
    for command in (("--resume",), ("--all",), ("--all", "--confirm")):
        assert_one_line(dlq("redrive", *command), f"{run} is damaged, line 1")
    assert dead(queues) == [body("T-1")]


@pytest.mark.parametrize("path", ["/dev/null", "/dev/stdout", "/dev/full", "a folder", "a pipe", "text", "open"])
@pytest.mark.parametrize("confirm", [(), ("--confirm",)])
def test_archive_refuses_what_is_not_its_own(
    dlq: Orders, queues: OrderQueues, tmp_path: Path, path: str, confirm: tuple[str, ...]
) -> None:
    fill(queues, body("T-1"))
    (tmp_path / "a folder").mkdir()
    os.mkfifo(tmp_path / "a pipe")
    (tmp_path / "text").write_text("a text\n")
    (tmp_path / "text").chmod(0o600)
    (tmp_path / "open").touch(mode=0o644)
    assert_one_line(dlq("archive", str(tmp_path / path), "--all", *confirm), path)
    assert (tmp_path / "text").read_text() == "a text\n"
    assert dead(queues) == [body("T-1")]


@pytest.mark.parametrize("command", ["restore", "purge"])
@pytest.mark.parametrize("path", ["/dev/null", "a folder", "a pipe"])
def test_only_a_regular_file_is_restored_or_purged(dlq: Orders, tmp_path: Path, command: str, path: str) -> None:
    (tmp_path / "a folder").mkdir()
    os.mkfifo(tmp_path / "a pipe")
    assert_one_line(dlq(command, str(tmp_path / path), "--confirm"), path, "name a regular file")


def test_a_cut_last_line_is_not_restored_without_a_word(dlq: Orders, queues: OrderQueues, tmp_path: Path) -> None:
    fill(queues, body("T-1"), body("T-2"))
    file = tmp_path / "letters.jsonl"
    dlq("archive", str(file), "--all", "--confirm")
    file.write_bytes(file.read_bytes()[:-20])
    ran = dlq("restore", str(file), "--confirm")
    assert_one_line(ran, f"{file}, line 2: the line is cut off", code=Exit.INCOMPLETE)
    assert len(dead(queues)) == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"body": 5},
        {"messageId": 5},
        {"messageId": ""},
        {"attributes": {"a": {"DataType": 5, "StringValue": "x"}}},
        {"attributes": {"a": {"StringValue": "x"}}},
        {"attributes": {"a": {"DataType": "String", "StringValue": 5}}},
        {"attributes": {"a": {"DataType": "String", "other": "x"}}},
        {"attributes": []},
        {"system": {"AWSTraceHeader": 5}},
        {"system": []},
    ],
    ids=str,
)
def test_a_letter_of_wrong_types_is_damage_though_its_checksum_is_right(
    dlq: Orders, queues: OrderQueues, tmp_path: Path, changes: dict[str, object]
) -> None:
    letter = {"messageId": "m1", "body": "{}", "attributes": {}, "system": {}, **changes}
    kept = {name: value for name, value in letter.items() if name != "system"}
    checksum = hashlib.sha256(json.dumps(kept, sort_keys=True).encode()).hexdigest()
    file = tmp_path / "letters.jsonl"
    file.touch(mode=0o600)
    file.write_text(json.dumps({"sha256": checksum, "letter": letter}) + "\n")
    for command in ("restore", "purge"):
        assert_one_line(dlq(command, str(file), "--confirm"), f"{file} is damaged, line 1")
    assert dead(queues) == []
