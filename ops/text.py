"""Text that is exact and safe to print.

Publishers and tables decide what an order contains. Therefore each text from outside passes through `printable` or
`as_json_text` before it is printed.
"""

import base64
import itertools
import json
import math
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from uuid import uuid4

MAX_LEVELS = 100
"""A JSON value with more levels is not formatted: its lines would be mostly indentation, and Python limits recursion.
DynamoDB stores at most 32 levels."""
_SHOWN = re.compile(r"\\(?:([nrt])|x([0-9a-f]{2})|u([0-9a-f]{4})|U([0-9a-f]{8}))")
"""An escape of `printable`."""
_CONTROLS = {"n": "\n", "r": "\r", "t": "\t"}
_BLANK_LETTERS = frozenset("\u115f\u1160\u3164\uffa0\U00013441\U00013442")
"""The letters that nobody can see: the fillers of Hangul, and the blanks of Egyptian hieroglyphs."""
_MAX_ESCAPES = 6
"""A text with more escapes is read in two ways only: with all of them, or with none."""


def as_json_text(value: object, *, indent: int | None = None, keeps: Callable[[str], bool] = str.isprintable) -> str:
    """Format a value as JSON, on one line unless indented. Decimal numbers keep all of their digits.

    Characters that `keeps` rejects are escaped. By default these are all that are not printable: a lone surrogate is
    not valid UTF-8, and others move the cursor or end a line. Bytes are encoded in base64.
    """
    # The json module can write a number only as a float. Each number is written as a marked string, and then unquoted.
    mark = uuid4().hex

    def encoded(other: object) -> str:
        match other:
            case Decimal():
                return f"{mark}{other}"
            case bytes():
                return base64.b64encode(other).decode()
            case _:
                raise TypeError(type(other).__name__)

    try:
        text = json.dumps(value, default=encoded, ensure_ascii=False, allow_nan=False, indent=indent)
    except ValueError:  # JSON has no NaN and no infinity, but Python's parser accepts them.
        text = json.dumps(_without_nan(value), default=encoded, ensure_ascii=False, indent=indent)
    if mark in text:
        text = re.sub(f'"{mark}([^"]+)"', r"\1", text)
    return _escaped(text, keeps)


def is_shallow(value: object, levels: int = MAX_LEVELS) -> bool:
    """Whether arrays and objects are nested in at most this many levels. A deeper value must not be formatted."""
    match value:
        case dict():
            return levels > 0 and all(is_shallow(inner, levels - 1) for _, inner in value.items())
        case list():
            return levels > 0 and all(is_shallow(inner, levels - 1) for inner in value)
        case _:
            return True


def as_text(value: object) -> str:
    """A text as it is, and any other value as JSON."""
    return value if isinstance(value, str) else as_json_text(value)


def printable(text: str) -> str:
    """Escape the characters that could move the cursor or forge a line. The result is one line.

    A printable text stays as it is, including its backslashes, so that nothing is escaped twice.
    """
    if text.isprintable():
        return text
    return _replaced(text, keeps=str.isprintable, escape=lambda character: repr(character)[1:-1])


def is_typed_as(text: str, typed: str) -> bool:
    """Whether the operator means a text by what they typed: the text itself, or the text as `orders` shows it."""
    return text == typed or ("\\" in typed and (printable(text) == printable(typed) or text == _read_json(typed)))


def readings(typed: str) -> Sequence[str]:
    """Every text that the operator can mean by what they typed, the most probable first.

    `is_typed_as` is true for each of them. A backslash in the text itself looks like the beginning of an escape.
    """
    parts: list[tuple[str, ...]] = []
    end = 0
    for escape in _SHOWN.finditer(typed):
        character = _character(escape)
        parts += [
            (typed[end : escape.start()],),
            (escape[0], character) if printable(character) == escape[0] else (escape[0],),
        ]
        end = escape.end()
    parts.append((typed[end:],))
    escaped = "".join(part[-1] for part in parts)
    is_short = sum(len(part) - 1 for part in parts) <= _MAX_ESCAPES
    others = map("".join, itertools.product(*parts)) if is_short else ()
    from_json = _read_json(typed)
    return list(dict.fromkeys([typed, escaped, *([] if from_json is None else [from_json]), *others]))


def needs_no_quotes(name: str) -> bool:
    """Whether a name can be typed in a shell as it is shown, without quotes and escapes."""
    return re.fullmatch(r"\w[\w.:@/+-]*", name) is not None and _BLANK_LETTERS.isdisjoint(name)


def is_printable_ascii(text: str) -> bool:
    return text.isascii() and text.isprintable()


def counted(count: int, noun: str) -> str:
    """`1 dead letter`, `2,000 dead letters`."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def some(texts: Sequence[str], most: int, separator: str = ", ") -> str:
    """The texts, and of more than `most` only the first ones and the number of the others."""
    more = len(texts) - most
    return separator.join(texts[:most]) + (f" and {more:,} more" if more > 0 else "")


def _character(escape: re.Match[str]) -> str:
    if escape[1]:
        return _CONTROLS[escape[1]]
    code = int(escape[2] or escape[3] or escape[4], 16)
    return chr(code) if code <= sys.maxunicode else escape[0]


def _read_json(typed: str) -> str | None:
    """Read a text as the inner part of a JSON string. None if it is not one."""
    try:
        text = json.loads(f'"{typed}"')
    except ValueError:
        return None
    return text if isinstance(text, str) else None


def _escaped(text: str, keeps: Callable[[str], bool]) -> str:
    """Escape characters of a JSON text, but not its line breaks. All such characters are in strings."""
    if keeps(text.replace("\n", "")):
        return text
    return _replaced(text, keeps=lambda character: character == "\n" or keeps(character), escape=_escape)


def _replaced(text: str, *, keeps: Callable[[str], bool], escape: Callable[[str], str]) -> str:
    return text.translate({ord(character): escape(character) for character in set(text) if not keeps(character)})


def _escape(character: str) -> str:
    units = character.encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{units[at : at + 4]}" for at in range(0, len(units), 4))


def _without_nan(value: object) -> object:
    match value:
        case float() if not math.isfinite(value):
            return str(value)
        case Mapping():
            return {name: _without_nan(inner) for name, inner in value.items()}
        case list() | tuple():
            return [_without_nan(inner) for inner in value]
        case _:
            return value
