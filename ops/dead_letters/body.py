"""The order in a message body, read so that it can be shown and corrected even if it is not valid."""

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, NoReturn

from handler.contract import Attribute
from handler.order import REQUIRED_TEXT, is_envelope
from ops.errors import InvalidInput
from ops.text import as_json_text


def order_in(body: str) -> dict[str, Any] | None:
    """Read the JSON object that is meant to be the order, from the SNS envelope if there is one. None if not found."""
    document = _object(body)
    if document is not None and is_envelope(document):
        return _object(str(document.get("Message")))
    return document


def order_id_in(body: str) -> str | None:
    order_id = (order_in(body) or {}).get(Attribute.ORDER_ID)
    return order_id if isinstance(order_id, str) else None


def readable(body: str) -> str:
    """Format the order on several lines. A body without a JSON object stays as it is."""
    order = order_in(body)
    return body if order is None else as_json_text(order, indent=2)


def compact(text: str) -> str:
    """Format a JSON object on one line. Any other text stays as it is."""
    document = _object(text)
    return text if document is None else as_json_text(document)


def with_fields(body: str, changes: Mapping[str, str]) -> str:
    """Return the order with some fields set. Raises InvalidInput if the body contains no JSON object."""
    order = order_in(body)
    if order is None:
        raise InvalidInput("the body is not a JSON object, so its fields cannot be set: correct it in an editor")
    return as_json_text(order | {name: _value(name, text) for name, text in changes.items()})


def with_order(body: str, order: str) -> str:
    """Return the body with another order, in the SNS envelope if there is one."""
    document = _object(body)
    if document is not None and is_envelope(document):
        return as_json_text(document | {"Message": order})
    return order


def _value(name: str, text: str) -> object:
    """Read a value as text if the field requires text. Otherwise read it as JSON, if it is JSON."""
    if name in REQUIRED_TEXT:
        return text
    try:
        return _loads(text)
    except ValueError:
        return text


def _object(text: str) -> dict[str, Any] | None:
    try:
        document = _loads(text)
    except (ValueError, RecursionError):
        return None
    return document if isinstance(document, dict) else None


def _loads(text: str) -> Any:
    return json.loads(text, parse_float=Decimal, parse_constant=_reject)


def _reject(constant: str) -> NoReturn:
    raise ValueError(constant)
