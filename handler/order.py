"""From a message's body to an order, or to the reason why it can never be one."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Clamped, Context, Decimal, DecimalException, Inexact, Overflow, Rounded, Subnormal, Underflow
from typing import Any, NoReturn

from handler.contract import INSTANT, MAX_PARTITION_KEY_BYTES, Attribute

REQUIRED_TEXT = (Attribute.ORDER_ID, Attribute.USER_ID, Attribute.ITEM_NAME, Attribute.STATUS, Attribute.TIMESTAMP)

# What DynamoDB can hold (DynamoDB Developer Guide, "Constraints"). A number keeps 38 significant digits and is 0 or of
# a magnitude from 1E-130 to 9.9…E+125; what would be rounded is refused, because nothing of an order may be lost.
_DYNAMODB_NUMBER = Context(
    prec=38, Emin=-130, Emax=125, traps=[Clamped, Inexact, Overflow, Rounded, Subnormal, Underflow]
)
MAX_DEPTH = 32

# ISO 8601 in its basic and extended form, with the zone that it leaves open and an order must have. Python alone would
# take more, and not the same in every version.
_TIMESTAMP = re.compile(
    r"(?P<whole>\d{4}-?\d\d-?\d\dT\d\d:?\d\d(:?(?P<second>\d\d))?)"
    r"(?(second)([.,](?P<fraction>\d+))?)"
    r"(?P<zone>Z|[+-]\d\d(:?\d\d)?)?",
    re.ASCII,
)

_JSON_TYPES = {
    type(None): "null",
    bool: "a boolean",
    str: "a string",
    int: "a whole number",
    Decimal: "a number with a point or an exponent",
    list: "an array",
    dict: "an object",
}


class InvalidOrder(Exception):
    """The message can never become an order, however often it is tried.

    The reason is for the person who mends the message; the signature is the same for all messages with that flaw.
    `field` is the field that has the flaw, where it is one field's. `order_id` is there when the message got far enough
    to say which order it is about.
    """

    def __init__(self, reason: str, signature: str | None = None, *, field: str | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.signature = signature or reason
        self.field = field
        self.order_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A valid order: its identity, its version, and everything that its message said, unknown fields included.

    `instant` is its timestamp in UTC, in a form that sorts as time does: `2025-05-03T12:00:00`, with as many digits of
    a second behind it as the timestamp has, without closing zeros. Numbers are `int` or `Decimal`, never `float`:
    DynamoDB takes no floats, and none of the digits may change.
    """

    order_id: str
    instant: str
    attributes: Mapping[str, Any]


def is_same_content(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether two versions of an order at the same instant say the same, however they write that instant."""
    return _is_same({**one, Attribute.TIMESTAMP: None}, {**other, Attribute.TIMESTAMP: None})


def _is_same(one: object, other: object) -> bool:
    """Whether two values say the same: numbers by their value, and no number is a truth value, as it is to Python."""
    match one, other:
        case dict(), dict():
            return one.keys() == other.keys() and all(_is_same(value, other[name]) for name, value in one.items())
        case list(), list():
            return len(one) == len(other) and all(map(_is_same, one, other))
        case _:
            return one == other and isinstance(one, bool) == isinstance(other, bool)


def parse_order(body: str) -> Order:
    """Read an order from a message body, raw or wrapped in an SNS envelope.

    Raises InvalidOrder with the reason, in words for the person who has to mend the message.
    """
    attributes = _unwrap(_json_object(body))
    order_id = attributes.get(Attribute.ORDER_ID)
    try:
        if not _is_plain(body):
            _require_storable(attributes)
        _validate(attributes)
        instant = _instant(attributes[Attribute.TIMESTAMP])
        _take_off_the_tables_own(attributes, instant)
    except InvalidOrder as invalid:
        invalid.order_id = order_id if isinstance(order_id, str) and order_id else None
        raise
    return Order(order_id=attributes[Attribute.ORDER_ID], instant=instant, attributes=attributes)


def _take_off_the_tables_own(attributes: dict[str, Any], instant: str) -> None:
    """Who republishes what the table holds sends this along; it is derived, so it must say the same or nothing."""
    if attributes.pop(INSTANT, instant) != instant:
        raise InvalidOrder(f"{INSTANT} is not what {Attribute.TIMESTAMP} is in UTC")


def is_envelope(document: Mapping[str, Any]) -> bool:
    """Whether SNS delivered with its envelope, so that the order is the text under `Message`."""
    return document.get("Type") == "Notification" and "TopicArn" in document


def _unwrap(document: dict[str, Any]) -> dict[str, Any]:
    """The inner document where SNS delivered with its envelope, the document itself otherwise."""
    if not is_envelope(document):
        return document
    message = document.get("Message")
    if not isinstance(message, str):
        raise InvalidOrder("the SNS envelope has no Message")
    return _json_object(message)


def _json_object(text: str) -> dict[str, Any]:
    try:
        document = _JSON.decode(text)
    except (ValueError, RecursionError) as error:
        raise InvalidOrder(f"not JSON: {error}", "not JSON") from None
    if not isinstance(document, dict):
        raise InvalidOrder(f"not a JSON object but {_json_type(document)}")
    return document


def _number(text: str) -> Decimal:
    try:
        return _DYNAMODB_NUMBER.create_decimal(text)
    except DecimalException:
        raise InvalidOrder("a number has more digits, or is larger or smaller, than DynamoDB keeps") from None


def _whole_number(text: str) -> int:
    return int(text) if len(text) <= _DYNAMODB_NUMBER.prec else int(_number(text))


def _unambiguous(members: list[tuple[str, Any]]) -> dict[str, Any]:
    document = dict(members)
    if len(document) < len(members):
        names = [name for name, _ in members]
        twice = next(name for name in names if names.count(name) > 1)
        raise InvalidOrder(f"the field {twice[:50]!r} is there more than once", "a field is there more than once")
    return document


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON number")


_JSON = json.JSONDecoder(
    parse_float=_number,
    parse_int=_whole_number,
    parse_constant=_refuse_constant,
    object_pairs_hook=_unambiguous,
)


def _validate(attributes: Mapping[str, Any]) -> None:
    for name in REQUIRED_TEXT:
        _require_text(attributes, name)
    _require_quantity(attributes)
    if len(attributes[Attribute.ORDER_ID].encode()) > MAX_PARTITION_KEY_BYTES:
        raise InvalidOrder(
            f"{Attribute.ORDER_ID} is longer than {MAX_PARTITION_KEY_BYTES} bytes", field=Attribute.ORDER_ID
        )


def _require_text(attributes: Mapping[str, Any], name: str) -> None:
    if name not in attributes:
        raise InvalidOrder(f"{name} is missing", field=name)
    value = attributes[name]
    if not isinstance(value, str):
        raise InvalidOrder(f"{name} must be a string, not {_json_type(value)}", field=name)
    if not value.strip():
        raise InvalidOrder(f"{name} is empty", field=name)


def _require_quantity(attributes: Mapping[str, Any]) -> None:
    name = Attribute.QUANTITY
    if name not in attributes:
        raise InvalidOrder(f"{name} is missing", field=name)
    value = attributes[name]
    # bool is an int to Python, and is no quantity.
    if not isinstance(value, int) or isinstance(value, bool):
        raise InvalidOrder(f"{name} must be a whole number, not {_json_type(value)}", field=name)
    if value < 1:
        raise InvalidOrder(f"{name} must be at least 1", field=name)


def _instant(timestamp: str) -> str:
    shape = _TIMESTAMP.fullmatch(timestamp)
    if shape is None:
        raise InvalidOrder(f"{Attribute.TIMESTAMP} is not an ISO 8601 time", field=Attribute.TIMESTAMP)
    if not shape["zone"]:
        raise InvalidOrder(f"{Attribute.TIMESTAMP} has no time zone", field=Attribute.TIMESTAMP)
    try:
        # The fraction of a second is left out, because Python keeps six digits of it, and no zone has one.
        whole = datetime.fromisoformat(f"{shape['whole']}{shape['zone']}").astimezone(UTC)
    except (ValueError, OverflowError):
        raise InvalidOrder(f"{Attribute.TIMESTAMP} is not an ISO 8601 time", field=Attribute.TIMESTAMP) from None
    fraction = (shape["fraction"] or "").rstrip("0")
    return whole.replace(tzinfo=None).isoformat() + (f".{fraction}" if fraction else "")


def _is_plain(text: str) -> bool:
    """Whether a glance at the JSON tells that DynamoDB would take its texts, names and nesting, as it does of most."""
    return text.isascii() and not ("\\u" in text or '""' in text) and text.count("{") + text.count("[") <= MAX_DEPTH


def _require_storable(value: object, depth: int = 0) -> None:
    """Refuse what DynamoDB would refuse, anywhere in the order."""
    if depth > MAX_DEPTH:
        raise InvalidOrder(f"nested deeper than {MAX_DEPTH} levels")
    match value:
        case str() if not _is_unicode(value):
            raise InvalidOrder("holds half of a surrogate pair, which is no text")
        case dict():
            if "" in value:
                raise InvalidOrder("a field has no name")
            for name, inner in value.items():
                _require_storable(name, depth)
                _require_storable(inner, depth + 1)
        case list():
            for inner in value:
                _require_storable(inner, depth + 1)


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _json_type(value: object) -> str:
    return _JSON_TYPES[type(value)]
