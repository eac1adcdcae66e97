"""The entries of a journal: those that no run writes are errors."""

import json
from pathlib import Path

import pytest

from ops.dead_letters.journal import read_run, unfinished_runs
from ops.dead_letters.run_state import InvalidEntry, RunState
from ops.errors import InvalidInput
from tests.support.journals import write_journal

BEGUN = {"step": "begun", "ids": ["m1", "m2"]}
SENDING = {"step": "sending", "ids": ["m1"]}
SENT = {"step": "sent", "copies": {"m1": "c1"}, "rejected": []}


def refusal(path: Path) -> str:
    with pytest.raises(InvalidInput) as told:
        read_run(path)
    return str(told.value)


@pytest.mark.parametrize(
    "entry",
    [
        5,
        None,
        [],
        {},
        {"step": 5},
        {"step": "sending"},
        {"step": "sending", "ids": "m1"},
        {"step": "sending", "ids": [1]},
        {"step": "sending", "ids": [""]},
        {"step": "sent", "copies": ["m1"], "rejected": []},
        {"step": "sent", "copies": {"m1": None}, "rejected": []},
        {"step": "sent", "copies": {"m1": "m1"}, "rejected": []},
        {"step": "sent", "copies": {"m1": "c1"}},
        {"step": "deleted", "ids": {"m1": "m1"}},
        {"step": "begun", "ids": 5},
        {"step": "begun", "ids": [], "rate": float("nan")},
        {"step": "begun", "ids": [], "rate": float("inf")},
        {"step": "begun", "ids": [], "rate": True},
        {"step": "begun", "ids": [], "rate": 0},
        {"step": "begun", "ids": [], "stopAt": 2},
        {"step": "begun", "ids": [], "wait": "yes"},
        {"step": "begun", "ids": [], "why": 5},
        {"step": "begun", "what": "purge", "ids": []},
    ],
    ids=str,
)
def test_an_entry_of_wrong_types_is_refused(entry: object) -> None:
    # A run that has begun would refuse another begin, whatever its types.
    sending = set[str]() if isinstance(entry, dict) and entry.get("step") == "begun" else {"m1"}
    state = RunState(sending=set(sending))
    with pytest.raises(InvalidEntry):
        state.apply(entry)  # type: ignore[arg-type]
    assert state == RunState(sending=sending)


@pytest.mark.parametrize(
    ("entries", "line"),
    [
        ([BEGUN, SENT], 2),  # Never sent.
        ([BEGUN, SENDING, SENT, SENT], 4),
        ([BEGUN, {**SENDING, "ids": ["m9"]}], 2),  # Not of the run.
        ([BEGUN, {"step": "deleted", "ids": ["m9"]}], 2),
        ([BEGUN, BEGUN], 2),
    ],
)
def test_an_entry_that_no_run_writes_there_is_named_with_file_and_line(
    tmp_path: Path, entries: list[object], line: int
) -> None:
    path = write_journal(tmp_path / "run.jsonl", *entries)
    assert refusal(path).startswith(f"{path} is damaged, line {line}: ")


@pytest.mark.parametrize(
    "content", [b"5\n", b"{}\n", b"\xff\xfe\n", b"[" * 100_000 + b"\n", b"\n", b"1" * 5000 + b"\n"]
)
def test_a_file_that_is_no_journal_is_named(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "run.jsonl"
    path.write_bytes(content)
    assert f"{path} is damaged, line 1: " in refusal(path)


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        (SENT, "it has no checksum"),
        ({**SENT, "chain": 5}, "it has no checksum"),
        ({**SENT, "chain": "0" * 32}, "its checksum does not match"),
    ],
)
def test_an_entry_by_hand_is_refused(tmp_path: Path, entry: object, reason: str) -> None:
    path = write_journal(tmp_path / "run.jsonl", BEGUN, SENDING)
    with path.open("a") as file:
        file.write(json.dumps(entry) + "\n")
    assert f"line 3: {reason}" in refusal(path)


def test_a_step_of_a_later_version_changes_nothing(tmp_path: Path) -> None:
    path = write_journal(tmp_path / "run.jsonl", BEGUN, {"step": "paused"}, SENDING)
    assert read_run(path) == RunState(begun=read_run(path).begun, sending={"m1"})


def test_the_entry_of_another_journal_is_refused(tmp_path: Path) -> None:
    paths = [tmp_path / "a.jsonl", tmp_path / "b.jsonl"]
    for path, ids in zip(paths, (["m1"], ["m1", "m2"]), strict=True):
        write_journal(path, {**BEGUN, "ids": ids}, SENDING, SENT)
    first, second = (path.read_bytes().splitlines(keepends=True) for path in paths)
    paths[0].write_bytes(b"".join([*first[:2], second[2]]))
    assert "line 3: its checksum does not match" in refusal(paths[0])


def test_a_run_whose_first_entry_is_missing_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    folder = tmp_path / "orders" / "sqs_1_OrderDLQ"
    folder.mkdir(parents=True)
    path = write_journal(folder / "run.jsonl", SENDING)
    with pytest.raises(InvalidInput) as told:
        unfinished_runs("https://sqs/1/OrderDLQ")
    assert str(told.value).startswith(f"{path} is damaged, line 1: a run begins with")
