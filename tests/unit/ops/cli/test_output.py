"""What commands print, in any locale."""

import io
import json
import sys

import pytest

from ops.cli.output import prepare_streams, print_error, print_json, print_line, print_row
from ops.errors import InvalidInput


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252", "utf-8"])
def test_json_is_valid_utf_8_in_every_locale(monkeypatch: pytest.MonkeyPatch, encoding: str) -> None:
    written = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(written, encoding=encoding))
    print_json({"ä€😀": "\ud800\n"})
    [line] = written.getvalue().decode("utf-8").splitlines()
    assert json.loads(line) == {"ä€😀": "\ud800\n"}


def test_a_text_that_the_locale_lacks_is_escaped(monkeypatch: pytest.MonkeyPatch) -> None:
    written = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(written, encoding="ascii"))
    prepare_streams()
    print_line("中")
    assert written.getvalue() == b"\\u4e2d\n"


def test_a_line_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    print_line("a\nforged\u202e")
    print_row({"x": "a\rb", "y": {"k": "\n"}}, {"x": 0, "y": 0})
    print_error("a\x1b", "b\n")
    printed = capsys.readouterr()
    assert printed.out == 'a\\nforged\\u202e\na\\rb  {"k": "\\n"}\n'
    assert printed.err == "a\\x1b\nb\\n\n"


def test_an_error_of_several_lines_has_these_lines_and_no_other() -> None:
    error = InvalidInput("one\nforged", "two")
    assert error.lines == ("one\nforged", "two")
    assert str(error) == "one\nforged\ntwo"
