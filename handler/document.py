"""Reading JSON documents, and finding what DynamoDB cannot store in them."""

import json
from collections.abc import Iterator
from decimal import Context, Decimal, DecimalException, Inexact, InvalidOperation, Overflow, Subnormal, Underflow
from typing import Any, NoReturn

from handler.errors import Flaw, InvalidOrder, flaw

# DynamoDB's limits (DynamoDB Developer Guide, "Constraints"). A number has up to 38 significant digits, and is 0 or has
# a magnitude from 1E-130 to 9.9…E+125. Zeros at its end are not significant. A number that DynamoDB would round is
# rejected, so that no digit is lost.
_DYNAMODB_NUMBER = Context(
    prec=38, Emin=-130, Emax=125, traps=[Inexact, InvalidOperation, Overflow, Subnormal, Underflow]
)
MAX_DEPTH = 31
"""The maximum number of arrays and objects around a value.

DynamoDB documents 32 levels, of which the item itself is one. PartiQL's INSERT accepts one level more than PutItem, so
that an order could be inserted and never updated.
"""
BYTE_ORDER_MARKS = ("\ufeff", "ï»¿")
"""A byte order mark at the beginning of a text, and the one of UTF-8 if somebody read its bytes as Latin-1."""
MAX_NAME = 50
"""The maximum number of characters of a field's name in a reason."""

_NUMBER_FLAW = flaw("a number exceeds DynamoDB's limits: 38 digits, magnitude 1E-130 to 9.9E+125")
_TOO_DEEP = flaw(f"nested deeper than {MAX_DEPTH} levels")
_NO_NAME = flaw("a field has no name")
_SURROGATE = flaw("contains an unpaired surrogate, which is not valid Unicode")

_JSON_TYPES = {
    type(None): "null",
    bool: "a boolean",
    str: "a string",
    int: "a whole number",
    Decimal: "a number with a decimal point or an exponent",
    list: "an array",
    dict: "an object",
}


class _Flawed(Exception):
    """The document is JSON, and has a flaw that only a decoder sees."""


def read_object(text: str) -> tuple[dict[str, Any], list[Flaw]]:
    """Read a JSON object, with its numbers as `int` or `Decimal`. Returns it with its flaws.

    A flaw is a number that DynamoDB cannot store, or a field that occurs more than once. The object then contains
    another number, or only the last value of the field. Raises InvalidOrder if the text is not a JSON object.
    """
    flaws: list[Flaw] = []
    try:
        try:
            document = _JSON.decode(text)
        except _Flawed:
            document = _lenient_decoder(flaws).decode(text)
    except RecursionError:
        raise InvalidOrder([flaw("not JSON: nested too deep to be read", "not JSON")]) from None
    except ValueError as error:
        raise InvalidOrder([flaw(f"not JSON: {_explained(text, error)}", "not JSON")]) from None
    if not isinstance(document, dict):
        raise InvalidOrder([flaw(f"not a JSON object but {json_type(document)}")])
    return document, flaws


def _explained(text: str, error: ValueError) -> str:
    if text.startswith(BYTE_ORDER_MARKS):
        return "the text begins with a byte order mark (U+FEFF), which must be removed"
    return str(error)


def _number(text: str) -> Decimal:
    try:
        # `or` replaces zeros such as 0E-200, whose exponent DynamoDB's limits do not allow.
        return _DYNAMODB_NUMBER.create_decimal(text) or Decimal()
    except DecimalException:
        raise _Flawed from None


def _whole_number(text: str) -> int:
    return int(text) if len(text) <= _DYNAMODB_NUMBER.prec else int(_number(text))


def _unambiguous(members: list[tuple[str, Any]]) -> dict[str, Any]:
    document = dict(members)
    if len(document) < len(members):
        raise _Flawed
    return document


def _reject_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a JSON number")


_JSON = json.JSONDecoder(
    parse_float=_number,
    parse_int=_whole_number,
    parse_constant=_reject_constant,
    object_pairs_hook=_unambiguous,
)


def _lenient_decoder(flaws: list[Flaw]) -> json.JSONDecoder:
    """Return a decoder that adds flaws to the list and goes on."""

    def number(text: str) -> Decimal:
        try:
            return _number(text)
        except _Flawed:
            flaws.append(_NUMBER_FLAW)
            return Decimal(-1 if text.startswith("-") else 1)

    def whole_number(text: str) -> int:
        return int(text) if len(text) <= _DYNAMODB_NUMBER.prec else int(number(text))

    def pairs(members: list[tuple[str, Any]]) -> dict[str, Any]:
        document: dict[str, Any] = {}
        for name, value in members:
            if name in document:
                flaws.append(
                    flaw(f"the field {name[:MAX_NAME]!r} occurs more than once", "a field occurs more than once")
                )
            document[name] = value
        return document

    return json.JSONDecoder(
        parse_float=number, parse_int=whole_number, parse_constant=_reject_constant, object_pairs_hook=pairs
    )


def is_plain(text: str) -> bool:
    """Whether a quick check of the JSON text shows that DynamoDB accepts its strings, names and nesting, as usual."""
    return text.isascii() and not ("\\u" in text or '""' in text) and text.count("{") + text.count("[") <= MAX_DEPTH + 1


def unstorable(value: object, depth: int = 0) -> Iterator[Flaw]:
    """Find the strings, names and nesting that DynamoDB would reject anywhere in the value of an object.

    `depth` is the number of arrays and objects around the value.
    """
    match value:
        case str() if not is_unicode(value):
            yield _SURROGATE
        case dict() | list() if depth > MAX_DEPTH:
            yield _TOO_DEEP
        case dict():
            if "" in value:
                yield _NO_NAME
            for name, inner in value.items():
                yield from unstorable(name)
                yield from unstorable(inner, depth + 1)
        case list():
            for inner in value:
                yield from unstorable(inner, depth + 1)


def is_unicode(text: str) -> bool:
    """Whether a text has no lone surrogate, so that it can be sent as UTF-8."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def json_type(value: object) -> str:
    """Return the name of a value's JSON type, for reasons."""
    return _JSON_TYPES[type(value)]
