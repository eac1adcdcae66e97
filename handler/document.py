"""Reading JSON documents, and rejecting those that DynamoDB cannot store."""

import json
from decimal import Clamped, Context, Decimal, DecimalException, Inexact, Overflow, Rounded, Subnormal, Underflow
from typing import Any, NoReturn

from handler.errors import InvalidOrder

# DynamoDB's limits (DynamoDB Developer Guide, "Constraints"). A number has up to 38 significant digits, and is 0 or has
# a magnitude from 1E-130 to 9.9…E+125. A number that DynamoDB would round is rejected, so that no digit is lost.
_DYNAMODB_NUMBER = Context(
    prec=38, Emin=-130, Emax=125, traps=[Clamped, Inexact, Overflow, Rounded, Subnormal, Underflow]
)
MAX_DEPTH = 32

_JSON_TYPES = {
    type(None): "null",
    bool: "a boolean",
    str: "a string",
    int: "a whole number",
    Decimal: "a number with a decimal point or an exponent",
    list: "an array",
    dict: "an object",
}


def read_object(text: str) -> dict[str, Any]:
    """Read a JSON object, with its numbers as `int` or `Decimal`.

    Raises InvalidOrder if the text is not a JSON object, or if DynamoDB cannot store one of its numbers.
    """
    try:
        document = _JSON.decode(text)
    except (ValueError, RecursionError) as error:
        raise InvalidOrder(f"not JSON: {error}", "not JSON") from None
    if not isinstance(document, dict):
        raise InvalidOrder(f"not a JSON object but {json_type(document)}")
    return document


def _number(text: str) -> Decimal:
    try:
        return _DYNAMODB_NUMBER.create_decimal(text)
    except DecimalException:
        raise InvalidOrder("a number exceeds DynamoDB's limits: 38 digits, magnitude 1E-130 to 9.9E+125") from None


def _whole_number(text: str) -> int:
    return int(text) if len(text) <= _DYNAMODB_NUMBER.prec else int(_number(text))


def _unambiguous(members: list[tuple[str, Any]]) -> dict[str, Any]:
    document = dict(members)
    if len(document) < len(members):
        names = [name for name, _ in members]
        twice = next(name for name in names if names.count(name) > 1)
        raise InvalidOrder(f"the field {twice[:50]!r} occurs more than once", "a field occurs more than once")
    return document


def _reject_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a JSON number")


_JSON = json.JSONDecoder(
    parse_float=_number,
    parse_int=_whole_number,
    parse_constant=_reject_constant,
    object_pairs_hook=_unambiguous,
)


def is_plain(text: str) -> bool:
    """Whether a quick check of the JSON text shows that DynamoDB accepts its strings, names and nesting, as usual."""
    return text.isascii() and not ("\\u" in text or '""' in text) and text.count("{") + text.count("[") <= MAX_DEPTH


def require_storable(value: object, depth: int = 0) -> None:
    """Raise InvalidOrder if DynamoDB would reject a string, a name or the nesting anywhere in the value."""
    if depth > MAX_DEPTH:
        raise InvalidOrder(f"nested deeper than {MAX_DEPTH} levels")
    match value:
        case str() if not _is_unicode(value):
            raise InvalidOrder("contains an unpaired surrogate, which is not valid Unicode")
        case dict():
            if "" in value:
                raise InvalidOrder("a field has no name")
            for name, inner in value.items():
                require_storable(name, depth)
                require_storable(inner, depth + 1)
        case list():
            for inner in value:
                require_storable(inner, depth + 1)


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def json_type(value: object) -> str:
    """Return the name of a value's JSON type, for reasons."""
    return _JSON_TYPES[type(value)]
