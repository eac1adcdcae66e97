"""How many columns a text takes in a terminal, and texts that fit into some columns.

East Asian characters and emoji take two columns, and marks that combine with the character before them take none.
"""

import unicodedata
from collections.abc import Iterator

PAGE = 80
"""The columns of the smallest usual terminal."""
_WITHOUT_WIDTH = frozenset({"Mn", "Me", "Cf"})
"""The general categories of characters that take no column."""


def width_of(text: str) -> int:
    """The columns of a printable text."""
    return len(text) if text.isascii() else sum(map(_width, text))


def padded(text: str, width: int) -> str:
    """The text with spaces up to a width. A longer text stays as it is."""
    return text + " " * (width - width_of(text))


def cut(text: str, width: int) -> str:
    """The text, or its beginning and `…` if it does not fit."""
    return text if width_of(text) <= width else f"{text[: _fitting(text, width - 1)]}…"


def wrapped(text: str, width: int, others: int | None = None) -> Iterator[str]:
    """Break a text into lines that fit: at a space, or anywhere if there is none. The first line can be wider."""
    while (end := max(_fitting(text, width), 1)) < len(text):
        space = text.rfind(" ", 1, end + 1)
        end = space if space > 0 else end
        yield text[:end].rstrip()
        text = text[end:].lstrip()
        width = others or width
    yield text


def _fitting(text: str, width: int) -> int:
    """The number of characters at the beginning of a text that fit."""
    taken = 0
    for position, character in enumerate(text):
        taken += _width(character)
        if taken > width:
            return position
    return len(text)


def _width(character: str) -> int:
    if unicodedata.category(character) in _WITHOUT_WIDTH:
        return 0
    return 2 if unicodedata.east_asian_width(character) in {"W", "F"} else 1
