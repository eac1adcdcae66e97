"""Text is exact and safe to print, and what is shown can be typed."""

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handler.document import is_unicode
from ops.text import as_json_text, is_printable_ascii, is_typed_as, needs_no_quotes, printable, readings

PIECES = st.characters(exclude_categories=()) | st.sampled_from(["\\", "\n", "x1b", "\\x0a", "\\u202e", "\ud800"])
ANY_TEXT = st.lists(PIECES).map("".join)
"""Includes lone surrogates, and texts that look like escapes."""


@given(ANY_TEXT)
def test_json_is_one_printable_line_of_valid_utf_8(text: str) -> None:
    for keeps in (str.isprintable, is_printable_ascii):
        shown = as_json_text({text: [text]}, keeps=keeps)
        assert shown.isprintable()
        assert shown.encode().decode() == shown
        assert json.loads(shown) == json.loads(json.dumps({text: [text]}))
    assert is_unicode(as_json_text(text, keeps=is_unicode))


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("SUR\ud800", '"SUR\\ud800"'),
        ("\u202e\x7f\u2028\x85", '"\\u202e\\u007f\\u2028\\u0085"'),
        ("\U000e0001é😀", '"\\udb40\\udc01é😀"'),
        ([Decimal("1.50"), Decimal("1E+125")], "[1.50, 1E+125]"),
        (("B", b"\x00\xff"), '["B", "AP8="]'),
        ({"a": float("nan"), "b": [float("-inf"), 1.5, Decimal(2)]}, '{"a": "nan", "b": ["-inf", 1.5, 2]}'),
    ],
    ids=["surrogate", "controls", "supplementary", "numbers", "bytes", "no number"],
)
def test_json_has_no_character_that_a_terminal_or_a_parser_cannot_take(value: object, shown: str) -> None:
    assert as_json_text(value) == shown


def test_indented_json_keeps_its_line_breaks_only() -> None:
    assert as_json_text({"a": "\n\u2028"}, indent=2) == '{\n  "a": "\\n\\u2028"\n}'


@given(ANY_TEXT)
def test_a_printable_text_is_one_line_and_is_not_escaped_twice(text: str) -> None:
    assert printable(text).isprintable()
    assert printable(printable(text)) == printable(text)


@given(ANY_TEXT)
def test_what_is_shown_can_be_typed(text: str) -> None:
    for shown in (text, printable(text), as_json_text(text)[1:-1]):
        assert is_typed_as(text, shown) or not is_unicode(text)
    if sum(not character.isprintable() for character in text) + text.count("\\") <= 6:
        assert text in readings(printable(text))


@given(ANY_TEXT)
def test_a_text_is_read_as_it_is_first_and_then_only_as_what_is_shown_so(typed: str) -> None:
    first, *_ = read = readings(typed)
    assert first == typed
    assert all(is_typed_as(text, typed) for text in read)


@pytest.mark.parametrize("name", ["O1", "T-8f3a_b.c:d@e/f+g", "Täßchen", "中文"])
def test_a_plain_name_is_typed_as_it_is(name: str) -> None:
    assert needs_no_quotes(name)


@pytest.mark.parametrize(
    "name",
    [
        *("", "-x", "a b", "a\n", "A 1; touch x #", "$x", "it's", 'a"', "a\\n", "~", "*", "\ud800"),
        *("\u3164", "\u115f", "\uffa0", "\u2800", "\u034f", "O1\u3164", "O\u11601", "\U00013441"),
    ],
)
def test_another_name_is_not_plain(name: str) -> None:
    assert not needs_no_quotes(name)
