"""The journal of a run, wherever the run was killed."""

import json
import os
import pwd
import stat
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from ops.dead_letters.journal import journal, new_run, read_run, state_folder, unfinished_runs
from ops.dead_letters.run_state import RunState
from ops.errors import InvalidInput, NoAccess, UserError

QUEUE = "https://sqs.eu-west-1.amazonaws.com/123456789012/OrderDLQ"


@pytest.fixture
def path(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    return new_run(QUEUE)


def no_such_user(uid: int) -> pwd.struct_passwd:
    raise KeyError(f"getpwuid(): uid not found: {uid}")


@pytest.mark.parametrize("home", [None, ""])
def test_a_user_without_a_home_is_told_to_name_a_folder(monkeypatch: pytest.MonkeyPatch, home: str | None) -> None:
    monkeypatch.delenv("XDG_STATE_HOME", raising=False)
    monkeypatch.delenv("HOME")
    if home is not None:
        monkeypatch.setenv("HOME", home)
    assert str(state_folder(QUEUE)).startswith(f"{pwd.getpwuid(os.getuid()).pw_dir}/.local/state/orders/")
    monkeypatch.setattr(pwd, "getpwuid", no_such_user)
    with pytest.raises(NoAccess) as raised:
        new_run(QUEUE)
    [line] = raised.value.lines
    assert "set HOME or XDG_STATE_HOME" in line


def test_a_state_folder_whose_name_is_too_long_is_one_line(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / ("a" * 300)))
    with pytest.raises(InvalidInput) as raised:
        unfinished_runs(QUEUE)
    assert str(raised.value).endswith("File name too long")


def steps(path: Path) -> list[str]:
    return [json.loads(line)["step"] for line in path.read_text().splitlines()]


def test_all_that_was_written_is_read_back(path: Path) -> None:
    with journal(path) as written:
        written.note("begun", command="redrive", target="a queue")
        written.sending(["m1", "m2", "m3"])
        written.sent({"m1": "c1", "m2": "c2"}, ["m3"])
        written.deleted(["m1"])
        written.note("ended")
    read = read_run(path)
    assert (read.begun["command"], read.begun["target"]) == ("redrive", "a queue")
    assert (read.sending, read.sent, read.deleted, read.ended) == (set(), {"m1": "c1", "m2": "c2"}, {"m1"}, True)


def test_a_step_has_its_time_in_utc(path: Path) -> None:
    with journal(path) as written:
        written.note("begun")
    assert datetime.fromisoformat(read_run(path).begun["at"]).utcoffset() == timedelta(0)


def test_a_step_is_on_disk_when_it_was_noted(path: Path) -> None:
    with journal(path) as written:
        written.sending(["m1"])
        assert read_run(path).sending == {"m1"}
        written.sent({"m1": "c1"}, [])
        assert read_run(path).sent == {"m1": "c1"}
        written.deleted(["m1"])
        assert read_run(path).deleted == {"m1"}
        assert not read_run(path).ended


def test_what_was_being_sent_stays_in_doubt_until_its_answer_is_written_down(path: Path) -> None:
    with journal(path) as written:
        written.sending(["m1", "m2"])
        written.sending(["m3", "m4"])
        written.sent({"m3": "c3"}, ["m4"])
    read = read_run(path)
    assert (read.sending, read.sent, read.deleted) == ({"m1", "m2"}, {"m3": "c3"}, set())


def test_a_rejected_letter_is_not_in_doubt_and_may_be_sent_again(path: Path) -> None:
    with journal(path) as written:
        written.sending(["m1"])
        written.sent({}, ["m1"])
        assert read_run(path) == RunState()
        written.sending(["m1"])
        assert read_run(path).sending == {"m1"}
        written.sent({"m1": "c1"}, [])
    assert read_run(path) == RunState(sent={"m1": "c1"})


def test_steps_that_a_reader_does_not_know_are_passed_over(path: Path) -> None:
    with journal(path) as written:
        written.note("chosen", ids=["m1"])
        written.sending(["m1"])
    assert read_run(path) == RunState(sending={"m1"})


def test_a_journal_that_is_not_there_says_nothing(path: Path) -> None:
    assert read_run(path) == RunState()


@pytest.mark.parametrize("cut", [1, 2, 10, 30])
def test_a_last_line_that_was_cut_is_passed_over_and_taken_off_by_a_journal_that_goes_on(path: Path, cut: int) -> None:
    with journal(path) as written:
        written.note("begun")
        written.sending(["m1"])
        written.sent({"m1": "c1"}, [])
    before = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(before)[:-cut])
    whole = cut == 1  # A line without its line end is complete.
    assert read_run(path).sent == ({"m1": "c1"} if whole else {})
    assert read_run(path).sending == (set() if whole else {"m1"})
    with journal(path) as resumed:
        resumed.deleted(["m0"])
        resumed.note("ended")
    after = path.read_bytes().splitlines(keepends=True)
    kept = before if whole else before[:2]
    assert after[: len(kept)] == kept
    assert [json.loads(line)["step"] for line in after[len(kept) :]] == ["deleted", "ended"]
    read = read_run(path)
    assert (read.sent, read.deleted, read.ended) == ({"m1": "c1"} if whole else {}, {"m0"}, True)


def test_a_resumed_journal_keeps_what_was_there(path: Path) -> None:
    with journal(path) as written:
        written.note("begun")
        written.sending(["m1"])
    with journal(path) as resumed:
        resumed.sent({"m1": "c1"}, [])
        assert resumed.run == path.stem
    assert steps(path) == ["begun", "sending", "sent"]


def test_the_journal_of_a_run_that_is_alive_has_one_writer(path: Path) -> None:
    with journal(path) as alive:
        alive.note("begun")
        with pytest.raises(UserError, match="another command is writing it") as refused, journal(path):
            raise AssertionError("a second writer got in")
        alive.note("ended")
    assert str(path) in str(refused.value)
    assert steps(path) == ["begun", "ended"]
    with journal(path) as later:
        assert later.run == path.stem


def test_the_lock_of_a_run_that_failed_is_free_again(path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), journal(path):
        raise KeyboardInterrupt
    with journal(path) as resumed:
        resumed.note("ended")
    assert steps(path) == ["ended"]


def test_a_journal_is_read_by_its_owner_alone(path: Path) -> None:
    with journal(path) as written:
        written.note("begun")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_journals_are_kept_by_queue_under_the_users_state(tmp_path: Path, path: Path) -> None:
    assert path.parent == state_folder(QUEUE)
    assert state_folder(QUEUE).parent == tmp_path / "orders"
    assert state_folder(QUEUE) != state_folder(QUEUE.replace("OrderDLQ", "OrderUndelivered"))
    assert state_folder(QUEUE) != state_folder(QUEUE.replace("eu-west-1", "eu-west-2"))


def test_journals_are_kept_at_home_where_nothing_else_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("XDG_STATE_HOME", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert state_folder(QUEUE).parent == tmp_path / ".local/state/orders"


def test_two_runs_never_share_a_journal(path: Path) -> None:
    assert len({path, *(new_run(QUEUE) for _ in range(50))}) == 51


def test_only_runs_of_the_queue_that_were_begun_and_never_ended_are_unfinished_the_oldest_first(path: Path) -> None:
    folder = path.parent
    for name, noted in {
        "20250503T120002-b": ["begun"],
        "20250503T120001-c": ["begun"],
        "20250503T120000-a": ["begun", "ended"],
        "20250503T120003-d": [],
    }.items():
        with journal(folder / f"{name}.jsonl") as written:
            for step in noted:
                written.note(step)
    with journal(new_run(QUEUE.replace("OrderDLQ", "OrderUndelivered"))) as other:
        other.note("begun")
    with journal(path) as alive:
        alive.note("begun", command="redrive")
        found = unfinished_runs(QUEUE)
    assert [found_path.stem for found_path, _ in found] == ["20250503T120001-c", "20250503T120002-b"]


def test_a_queue_that_nothing_was_moved_from_has_no_unfinished_runs(path: Path) -> None:
    assert unfinished_runs(QUEUE) == []
    assert not path.parent.exists()


def test_a_run_in_progress_is_not_reported_as_unfinished(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    with journal(new_run("https://sqs/1/OrderDLQ")) as written:
        written.note("begun", ids=["m1"])
        assert unfinished_runs("https://sqs/1/OrderDLQ") == []
    [(path, state)] = unfinished_runs("https://sqs/1/OrderDLQ")
    assert (path, state.remaining) == (written.path, {"m1"})
