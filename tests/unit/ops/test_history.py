"""The history, read from a fake log stream to which somebody else wrote."""

import json
import os
import pwd
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, cast

import pytest

from ops.cli.dlq.history import _print
from ops.cli.output import print_json
from ops.dead_letters.letter import Letter
from ops.dead_letters.named import MAX_NAMED_BYTES, NAMED, named
from ops.history import read_history, recorded
from tests.support.corruption import changes, cuts
from tests.support.memory_system import MemorySystem
from tests.support.orders import body

RECORD = {"history": "purge", "run": "abc", "who": "me", "why": "", "step": "ended", "deleted": 3}
AT = 1_746_273_600_000


class FakeLogs:
    """A log stream with one event."""

    exceptions = SimpleNamespace(ResourceNotFoundException=KeyError)

    def __init__(self, message: str) -> None:
        self._message = message

    def get_paginator(self, _operation: str) -> "FakeLogs":
        return self

    def paginate(self, **_request: object) -> Iterator[Mapping[str, Any]]:
        yield {"events": [{"timestamp": AT, "message": self._message}]}


def records(message: str) -> list[Mapping[str, Any]]:
    return list(read_history(cast("Any", FakeLogs(message)), "group", datetime.now(UTC)))


def test_a_record_has_the_time_of_its_event_whatever_it_says(capsys: pytest.CaptureFixture[str]) -> None:
    [record] = records(json.dumps({**RECORD, "at": "yesterday"}))
    assert record == {**RECORD, "at": AT}
    _print(record)
    assert capsys.readouterr().out.startswith("2025-05-03 12:00:00Z")


@pytest.mark.parametrize("name", ["history", "run", "who", "why", "step"])
@pytest.mark.parametrize("wrong", [None, 5, [], {}], ids=str)
def test_a_record_of_wrong_types_is_shown_as_unreadable(
    name: str, wrong: object, capsys: pytest.CaptureFixture[str]
) -> None:
    text = json.dumps({**RECORD, name: wrong})
    assert records(text) == [{"unreadable": text, "at": AT}]
    _print(records(text)[0])
    assert "unreadable" in capsys.readouterr().out


@pytest.mark.parametrize(
    "text", ["", "5", "null", "[]", "{}", "a line", "[" * 100_000, "\ud800"], ids=lambda text: text[:9]
)
def test_a_line_of_somebody_else_is_shown_as_unreadable(text: str) -> None:
    assert records(text) == [{"unreadable": text, "at": AT}]


@pytest.mark.parametrize("levels", [98, 99, 100, 300, 500, 900, 985, 991, 5000])
def test_a_record_of_any_depth_is_printed_or_shown_as_unreadable(
    levels: int, capsys: pytest.CaptureFixture[str]
) -> None:
    text = json.dumps({**RECORD, "details": "?"}).replace('"?"', f"{'[' * levels}NaN{']' * levels}")
    [record] = records(text)
    assert ("unreadable" in record) == (levels > 99)
    _print(record)
    print_json(record)
    assert "nan" in capsys.readouterr().out.lower()


def test_a_record_with_damage_at_any_byte_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    whole = json.dumps(RECORD).encode()
    for damaged in (*changes(whole), *cuts(whole)):
        [record] = records(damaged.decode(errors="replace"))
        assert record["at"] == AT
        _print(record)
    assert "Traceback" not in capsys.readouterr().err


def no_such_user(uid: int) -> pwd.struct_passwd:
    raise KeyError(f"getpwuid(): uid not found: {uid}")


def test_a_user_without_a_name_is_recorded_by_number(monkeypatch: pytest.MonkeyPatch) -> None:
    memory = MemorySystem()
    for name in ("LOGNAME", "USER", "LNAME", "USERNAME", "HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(pwd, "getpwuid", no_such_user)
    with recorded(memory.system, "purge", reason=""):
        pass
    assert memory.logs.records[0]["who"] == f"arn:aws:iam::123456789012:user/ann (uid {os.getuid()})"


def letter(message_id: str, content: str) -> Letter:
    return Letter(message_id=message_id, body=content, attributes={}, system={})


def test_a_record_names_its_letters_for_scripts_only(capsys: pytest.CaptureFixture[str]) -> None:
    names = named([letter("m1", body("O1")), letter("m2", "not JSON")])
    assert names == {NAMED: {"m1": "O1", "m2": None}}
    [record] = records(json.dumps({**RECORD, **names}))
    assert record[NAMED] == names[NAMED]
    _print(record)
    assert "m1" not in capsys.readouterr().out


def test_a_record_names_all_of_its_letters_or_none() -> None:
    half = letter("m1", body("x" * (MAX_NAMED_BYTES // 2)))
    assert named([half]) != {}
    assert named([half, letter("m2", half.body)]) == {}
