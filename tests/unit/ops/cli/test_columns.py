"""Texts that fit into some columns of a terminal."""

import pytest

from ops.cli.columns import cut, padded, width_of, wrapped


@pytest.mark.parametrize(
    ("text", "width"), [("", 0), ("abc", 3), ("\u00e4", 1), ("\u65e5\u672c", 4), ("\U0001f600", 2), ("e\u0301", 1)]
)
def test_a_wide_character_takes_two_columns_and_a_combining_mark_none(text: str, width: int) -> None:
    assert width_of(text) == width


def test_texts_of_the_same_width_are_padded_to_the_same_column() -> None:
    assert [padded(text, 4) for text in ("ab", "\u65e5", "abcde")] == ["ab  ", "\u65e5  ", "abcde"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("abcde", "abcde"),
        ("abcdef", "abcd\u2026"),
        ("\u65e5\u672c\u8a9e", "\u65e5\u672c\u2026"),
        ("a\u65e5\u672c\u8a9e", "a\u65e5\u2026"),
    ],
)
def test_a_text_that_does_not_fit_ends_with_an_ellipsis_and_fits(text: str, expected: str) -> None:
    assert cut(text, 5) == expected
    assert width_of(cut(text, 5)) <= 5


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("", [""]),
        ("one two", ["one two"]),
        ("one two three", ["one two", "three"]),
        ("one two  three", ["one two", "three"]),
        ("onetwothree", ["onetwoth", "ree"]),
        ("one twothreefour", ["one", "twothree", "four"]),
        ("\u65e5\u672c\u8a9e\u3067\u3059", ["\u65e5\u672c\u8a9e\u3067", "\u3059"]),
        ("a\u65e5\u672c\u8a9e\u3067", ["a\u65e5\u672c\u8a9e", "\u3067"]),
        ("one two ", ["one two "]),
    ],
)
def test_a_long_text_is_broken_at_a_space_if_there_is_one(text: str, lines: list[str]) -> None:
    assert list(wrapped(text, 8)) == lines


def test_a_character_that_never_fits_has_a_line_of_its_own() -> None:
    assert list(wrapped("\u65e5\u672c", 1)) == ["\u65e5", "\u672c"]
