"""The rules for orders that a JSON Schema cannot express, each with a check of the JSON text.

Most of them are about the text, of which a validator sees only the parsed value.
"""

import json
import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from handler.contract import INSTANT, MAX_PARTITION_KEY_BYTES, Attribute
from handler.document import MAX_DEPTH
from handler.fields import FIELDS


class Number(str):
    """A number with the characters of the text."""

    __slots__ = ()


class Members(tuple[tuple[str, Any], ...]):
    """An object with all of its members, in their sequence."""

    __slots__ = ()

    def get(self, name: str) -> Any:
        return dict(self).get(name)


class Unexpressed(NamedTuple):
    rule: str
    is_kept: Callable[[Members], bool]
    """Whether an order keeps the rule. An order that the schema rejects may get either answer."""


def as_written(text: str) -> Any:
    """Read a JSON text without a loss: objects as Members, numbers as Number. Raises ValueError if it is not JSON."""
    return json.loads(text, object_pairs_hook=Members, parse_int=Number, parse_float=Number)


def _values(value: object) -> Iterator[object]:
    """The value and all values in it, names included."""
    yield value
    match value:
        case Members():
            for name, inner in value:
                yield name
                yield from _values(inner)
        case list():
            for inner in value:
                yield from _values(inner)


def _has_each_field_once(order: Members) -> bool:
    return all(len(dict(one)) == len(one) for one in _values(order) if isinstance(one, Members))


def _has_storable_numbers(order: Members) -> bool:
    return all(_is_storable(Decimal(one)) for one in _values(order) if isinstance(one, Number))


def _is_storable(number: Decimal) -> bool:
    significant = "".join(map(str, number.as_tuple().digits)).strip("0")
    return number == 0 or (len(significant) <= 38 and -130 <= number.adjusted() <= 125)


_WHOLE_NUMBERS = [field.name for field in FIELDS if not field.is_text]


def _has_whole_numbers_without_point(order: Members) -> bool:
    written = [value for name, value in order if name in _WHOLE_NUMBERS and isinstance(value, Number)]
    return not any(set(number) & set(".eE") for number in written)


def _is_unicode(order: Members) -> bool:
    texts = [one for one in _values(order) if isinstance(one, str)]
    return not any("\ud800" <= character <= "\udfff" for text in texts for character in text)


def _is_shallow(order: Members) -> bool:
    return _depth(order) <= MAX_DEPTH + 1


def _depth(value: object) -> int:
    """The number of arrays and objects in each other."""
    match value:
        case Members():
            return 1 + max((_depth(inner) for _, inner in value), default=0)
        case list():
            return 1 + max(map(_depth, value), default=0)
        case _:
            return 0


def _has_short_identifier(order: Members) -> bool:
    return len(str(order.get(Attribute.ORDER_ID)).encode(errors="replace")) <= MAX_PARTITION_KEY_BYTES


def _has_existing_time(order: Members) -> bool:
    return _shape(order) is None or _instant(order) is not None


def _repeats_its_instant(order: Members) -> bool:
    return INSTANT not in dict(order) or order.get(INSTANT) == _instant(order)


_TIMESTAMP = re.compile(
    "(?P<local>[0-9]{4}-?[0-9]{2}-?[0-9]{2}T[0-9]{2}:?[0-9]{2}(:?[0-9]{2})?)([.,](?P<fraction>[0-9]+))?"
    "(Z|(?P<sign>[+-])(?P<hours>[0-9]{2})(:?(?P<minutes>[0-9]{2}))?)"
)


def _shape(order: Members) -> re.Match[str] | None:
    """The parts of the timestamp. None if it is no ISO 8601 time, which the schema rejects."""
    return _TIMESTAMP.fullmatch(str(order.get(Attribute.TIMESTAMP)))


def _instant(order: Members) -> str | None:
    """The timestamp in UTC, as the table stores it. None if there is no such time."""
    shape = _shape(order)
    if shape is None:
        return None
    digits = re.sub("[^0-9]", "", shape["local"])
    numbers = [int(digits[:4]), *(int(digits[at : at + 2]) for at in range(4, len(digits), 2))]
    offset = timedelta(hours=int(shape["hours"] or 0), minutes=int(shape["minutes"] or 0))
    try:
        local = datetime(*numbers)  # type: ignore[arg-type]  # noqa: DTZ001 - the offset is a number of its own
        utc = local + offset if shape["sign"] == "-" else local - offset
    except (ValueError, OverflowError):
        return None
    fraction = (shape["fraction"] or "").rstrip("0")
    return utc.isoformat() + (f".{fraction}" if fraction else "")


UNEXPRESSED = (
    Unexpressed("A field occurs once in its object.", _has_each_field_once),
    Unexpressed(
        "A number has up to 38 significant digits, and is 0 or has a magnitude from 1E-130 to 9.9E+125.",
        _has_storable_numbers,
    ),
    Unexpressed(
        f"Whole numbers ({', '.join(_WHOLE_NUMBERS)}) are written without a decimal point and an exponent.",
        _has_whole_numbers_without_point,
    ),
    Unexpressed("A text has no half of a surrogate pair.", _is_unicode),
    Unexpressed(f"A field has at most {MAX_DEPTH} arrays and objects inside each other.", _is_shallow),
    Unexpressed(f"{Attribute.ORDER_ID} has at most {MAX_PARTITION_KEY_BYTES:,} bytes in UTF-8.", _has_short_identifier),
    Unexpressed(f"The day of {Attribute.TIMESTAMP} exists, and is in the years 1 to 9999 in UTC.", _has_existing_time),
    Unexpressed(
        f"{INSTANT}, if it is there, is {Attribute.TIMESTAMP} in UTC, as the table stores it.", _repeats_its_instant
    ),
)
