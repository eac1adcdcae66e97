"""Parsing a message body as an order, or rejecting it with a reason."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from handler.contract import INSTANT, MAX_PARTITION_KEY_BYTES, Attribute
from handler.document import is_plain, json_type, read_object, unstorable
from handler.errors import Flaw, InvalidOrder, flaw
from handler.fields import FIELDS

# InvalidOrder is a part of parse_order's interface.
__all__ = [
    "Flaw",
    "InvalidOrder",
    "Order",
    "is_envelope",
    "is_same_content",
    "is_same_value",
    "parse_order",
    "read_stored_order",
]

_TEXTS = tuple((field.name, field.is_required) for field in FIELDS if field.is_text)
_WHOLE_NUMBERS = tuple((field.name, field.is_required) for field in FIELDS if not field.is_text)

# ISO 8601 in its basic and extended format. The zone is optional here, so that a missing one has a flaw of its own.
# Python's own parser accepts more formats, and its version determines which ones.
_TIMESTAMP = re.compile(
    r"(?P<whole>\d{4}(?P<dash>-?)\d\d(?P=dash)\d\dT([01]\d|2[0-3])(?P<colon>:?)[0-5]\d((?P=colon)(?P<second>[0-5]\d))?)"
    r"(?(second)([.,](?P<fraction>\d+))?)"
    r"(?P<zone>Z|[+-]([01]\d|2[0-3])(:?[0-5]\d)?)?",
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
    return is_same_value({**one, Attribute.TIMESTAMP: None}, {**other, Attribute.TIMESTAMP: None})


def is_same_value(one: object, other: object) -> bool:
    """Whether two JSON values are equal. In contrast to Python, a boolean never equals a number."""
    match one, other:
        case dict(), dict():
            return one.keys() == other.keys() and all(is_same_value(value, other[name]) for name, value in one.items())
        case list(), list():
            return len(one) == len(other) and all(map(is_same_value, one, other))
        case _:
            return one == other and isinstance(one, bool) == isinstance(other, bool)


def parse_order(body: str) -> Order:
    """Read an order from a message body, raw or wrapped in an SNS envelope.

    Raises InvalidOrder if the body is not a valid order, with all its flaws for the person who corrects the message.
    """
    return _checked(*_read(body))


def read_stored_order(text: str) -> Order:
    """Read an order from an item of the table as JSON.

    The item may break a rule that is younger than the order. It needs only an ID and a version. Raises InvalidOrder if
    it has none, because somebody else has written it to the table.
    """
    attributes, flaws = read_object(text)
    for name in (Attribute.ORDER_ID, Attribute.TIMESTAMP):
        value = attributes.get(name)
        if not isinstance(value, str) or not value.strip():
            flaws.append(_text_flaw(attributes, name))
    return _as_order(attributes, flaws)


def _checked(attributes: dict[str, Any], flaws: list[Flaw], text: str) -> Order:
    if not is_plain(text):
        flaws += unstorable(attributes)
    _add_flaws_of_fields(flaws, attributes)
    return _as_order(attributes, flaws)


def _as_order(attributes: dict[str, Any], flaws: list[Flaw]) -> Order:
    """Return the attributes as an order. Raises InvalidOrder if they or their version have flaws."""
    order_id = attributes.get(Attribute.ORDER_ID)
    instant = _instant(attributes.get(Attribute.TIMESTAMP))
    if isinstance(instant, Flaw):
        flaws.append(instant)
    # Somebody who publishes an item of the table again also publishes the table's own attribute.
    elif attributes.pop(INSTANT, instant) != instant and instant:
        flaws.append(flaw(f"{INSTANT} must equal {Attribute.TIMESTAMP} in UTC"))
    if flaws:
        raise InvalidOrder(flaws, order_id if isinstance(order_id, str) and order_id else None)
    return Order(order_id=attributes[Attribute.ORDER_ID], instant=str(instant), attributes=attributes)


def is_envelope(document: Mapping[str, Any]) -> bool:
    """Whether a document is an SNS envelope, which contains the order as text in `Message`."""
    return document.get("Type") == "Notification" and "TopicArn" in document


def _read(body: str) -> tuple[dict[str, Any], list[Flaw], str]:
    """Return the order in the body with the flaws of its JSON, and its text: the body or the envelope's message."""
    document, flaws = read_object(body)
    if not is_envelope(document):
        return document, flaws, body
    message = document.get("Message")
    if not isinstance(message, str):
        raise InvalidOrder([flaw("the SNS envelope has no Message")])
    order, flaws_of_order = read_object(message)
    return order, [*flaws, *flaws_of_order], message


def _add_flaws_of_fields(flaws: list[Flaw], attributes: Mapping[str, Any]) -> None:
    for name, is_required in _TEXTS:
        value = attributes.get(name)
        if (not isinstance(value, str) or not value.strip()) and (is_required or name in attributes):
            flaws.append(_text_flaw(attributes, name))
    for name, is_required in _WHOLE_NUMBERS:
        value = attributes.get(name)
        # bool is a subclass of int, but not a number in JSON.
        is_valid = isinstance(value, int) and not isinstance(value, bool) and value >= 1
        if not is_valid and (is_required or name in attributes):
            flaws.append(_whole_number_flaw(attributes, name))
    order_id = attributes.get(Attribute.ORDER_ID)
    # An unpaired surrogate, which is a flaw of its own, has no encoding otherwise.
    if isinstance(order_id, str) and len(order_id.encode(errors="surrogatepass")) > MAX_PARTITION_KEY_BYTES:
        name = Attribute.ORDER_ID
        flaws.append(flaw(f"{name} is longer than {MAX_PARTITION_KEY_BYTES} bytes", field=name))


def _text_flaw(attributes: Mapping[str, Any], name: str) -> Flaw:
    if name not in attributes:
        return flaw(f"{name} is missing", field=name)
    value = attributes[name]
    if isinstance(value, str):
        return flaw(f"{name} is empty", field=name)
    return flaw(f"{name} must be a string, not {json_type(value)}", field=name)


def _whole_number_flaw(attributes: Mapping[str, Any], name: str) -> Flaw:
    if name not in attributes:
        return flaw(f"{name} is missing", field=name)
    value = attributes[name]
    if isinstance(value, int) and not isinstance(value, bool):
        return flaw(f"{name} must be at least 1", field=name)
    return flaw(f"{name} must be a whole number, not {json_type(value)}", field=name)


def _instant(timestamp: object) -> str | Flaw | None:
    """Return the instant of a timestamp, its flaw, or None if it is not a text, which is a flaw found elsewhere."""
    name = Attribute.TIMESTAMP
    if not isinstance(timestamp, str) or not timestamp.strip():
        return None
    shape = _TIMESTAMP.fullmatch(timestamp)
    if shape is None:
        return flaw(f"{name} is not an ISO 8601 time", field=name)
    if not shape["zone"]:
        return flaw(f"{name} has no time zone", field=name)
    try:
        # Without the fraction of a second, because Python keeps only six digits. No zone changes the fraction.
        whole = datetime.fromisoformat(f"{shape['whole']}{shape['zone']}").astimezone(UTC)
    except OverflowError:
        return flaw(f"{name} is not in the years 1 to 9999 in UTC", field=name)
    except ValueError:
        return flaw(f"{name} is not an ISO 8601 time", field=name)
    fraction = (shape["fraction"] or "").rstrip("0")
    return whole.replace(tzinfo=None).isoformat() + (f".{fraction}" if fraction else "")
