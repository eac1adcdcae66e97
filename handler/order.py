"""Parsing a message body as an order, or rejecting it with a reason."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from handler.contract import INSTANT, MAX_PARTITION_KEY_BYTES, Attribute
from handler.document import is_plain, json_type, read_object, require_storable
from handler.errors import InvalidOrder

# InvalidOrder is a part of parse_order's interface.
__all__ = ["REQUIRED_TEXT", "InvalidOrder", "Order", "is_envelope", "is_same_content", "parse_order"]

REQUIRED_TEXT = (Attribute.ORDER_ID, Attribute.USER_ID, Attribute.ITEM_NAME, Attribute.STATUS, Attribute.TIMESTAMP)

# ISO 8601 in its basic and extended format. The zone is optional here, so that a missing one has an error of its own.
# Python's own parser accepts more formats, and its version determines which ones.
_TIMESTAMP = re.compile(
    r"(?P<whole>\d{4}-?\d\d-?\d\dT\d\d:?\d\d(:?(?P<second>\d\d))?)"
    r"(?(second)([.,](?P<fraction>\d+))?)"
    r"(?P<zone>Z|[+-]\d\d(:?\d\d)?)?",
    re.ASCII,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A valid order: its id, its version, and all fields of its message, including unknown ones.

    `instant` is the timestamp in UTC, in a format that sorts by time: `2025-05-03T12:00:00`, followed by the fraction
    of a second without trailing zeros. Numbers are `int` or `Decimal` and never `float`, because a float could change
    their digits.
    """

    order_id: str
    instant: str
    attributes: Mapping[str, Any]


def is_same_content(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether two versions of an order with the same instant have equal content, in any format of the timestamp."""
    return _is_same({**one, Attribute.TIMESTAMP: None}, {**other, Attribute.TIMESTAMP: None})


def _is_same(one: object, other: object) -> bool:
    """Whether two JSON values are equal. In contrast to Python, a boolean never equals a number."""
    match one, other:
        case dict(), dict():
            return one.keys() == other.keys() and all(_is_same(value, other[name]) for name, value in one.items())
        case list(), list():
            return len(one) == len(other) and all(map(_is_same, one, other))
        case _:
            return one == other and isinstance(one, bool) == isinstance(other, bool)


def parse_order(body: str) -> Order:
    """Read an order from a message body, raw or wrapped in an SNS envelope.

    Raises InvalidOrder if the body is not a valid order, with a reason for the person who corrects the message.
    """
    attributes = _unwrap(read_object(body))
    order_id = attributes.get(Attribute.ORDER_ID)
    try:
        if not is_plain(body):
            require_storable(attributes)
        _validate(attributes)
        instant = _instant(attributes[Attribute.TIMESTAMP])
        _remove_instant(attributes, instant)
    except InvalidOrder as invalid:
        invalid.order_id = order_id if isinstance(order_id, str) and order_id else None
        raise
    return Order(order_id=attributes[Attribute.ORDER_ID], instant=instant, attributes=attributes)


def _remove_instant(attributes: dict[str, Any], instant: str) -> None:
    """Remove the table's own attribute, which an order contains if somebody publishes an item of the table again."""
    if attributes.pop(INSTANT, instant) != instant:
        raise InvalidOrder(f"{INSTANT} must equal {Attribute.TIMESTAMP} in UTC")


def is_envelope(document: Mapping[str, Any]) -> bool:
    """Whether a document is an SNS envelope, which contains the order as text in `Message`."""
    return document.get("Type") == "Notification" and "TopicArn" in document


def _unwrap(document: dict[str, Any]) -> dict[str, Any]:
    """Return the document in the SNS envelope, or the document itself if it is not an envelope."""
    if not is_envelope(document):
        return document
    message = document.get("Message")
    if not isinstance(message, str):
        raise InvalidOrder("the SNS envelope has no Message")
    return read_object(message)


def _validate(attributes: Mapping[str, Any]) -> None:
    for name in REQUIRED_TEXT:
        value = attributes.get(name)
        if not isinstance(value, str) or not value.strip():
            raise _text_error(attributes, name)
    _require_quantity(attributes)
    if len(attributes[Attribute.ORDER_ID].encode()) > MAX_PARTITION_KEY_BYTES:
        raise InvalidOrder(
            f"{Attribute.ORDER_ID} is longer than {MAX_PARTITION_KEY_BYTES} bytes", field=Attribute.ORDER_ID
        )


def _text_error(attributes: Mapping[str, Any], name: str) -> InvalidOrder:
    if name not in attributes:
        return InvalidOrder(f"{name} is missing", field=name)
    value = attributes[name]
    if not isinstance(value, str):
        return InvalidOrder(f"{name} must be a string, not {json_type(value)}", field=name)
    return InvalidOrder(f"{name} is empty", field=name)


def _require_quantity(attributes: Mapping[str, Any]) -> None:
    name = Attribute.QUANTITY
    if name not in attributes:
        raise InvalidOrder(f"{name} is missing", field=name)
    value = attributes[name]
    # bool is a subclass of int, but not a quantity.
    if not isinstance(value, int) or isinstance(value, bool):
        raise InvalidOrder(f"{name} must be a whole number, not {json_type(value)}", field=name)
    if value < 1:
        raise InvalidOrder(f"{name} must be at least 1", field=name)


def _instant(timestamp: str) -> str:
    shape = _TIMESTAMP.fullmatch(timestamp)
    if shape is None:
        raise InvalidOrder(f"{Attribute.TIMESTAMP} is not an ISO 8601 time", field=Attribute.TIMESTAMP)
    if not shape["zone"]:
        raise InvalidOrder(f"{Attribute.TIMESTAMP} has no time zone", field=Attribute.TIMESTAMP)
    try:
        # Without the fraction of a second, because Python keeps only six digits. No zone changes the fraction.
        whole = datetime.fromisoformat(f"{shape['whole']}{shape['zone']}").astimezone(UTC)
    except (ValueError, OverflowError):
        raise InvalidOrder(f"{Attribute.TIMESTAMP} is not an ISO 8601 time", field=Attribute.TIMESTAMP) from None
    fraction = (shape["fraction"] or "").rstrip("0")
    return whole.replace(tzinfo=None).isoformat() + (f".{fraction}" if fraction else "")
