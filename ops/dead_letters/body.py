"""The order in a message body: read to be shown and mended, whether the processor would take it or not."""

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, NoReturn

from handler.contract import Attribute
from handler.order import REQUIRED_TEXT, is_envelope
from ops.errors import Exit, UserError
from ops.terminal import as_json_text


def inner(body: str) -> dict[str, Any] | None:
    """The JSON object that is meant to be the order, out of its SNS envelope; None where there is none."""
    document = _object(body)
    if document is not None and is_envelope(document):
        return _object(str(document.get("Message")))
    return document


def readable(body: str) -> str:
    """The order on lines of its own, or the body as it is where that is no JSON object."""
    order = inner(body)
    return body if order is None else as_json_text(order, indent=2)


def with_fields(body: str, changes: Mapping[str, str]) -> str:
    """The order's text with these fields set. Raises UserError where the body is no order to set fields of."""
    order = inner(body)
    if order is None:
        raise UserError("the body is no JSON object: mend it in an editor, without --set", Exit.USAGE)
    return as_json_text(order | {name: _value(name, text) for name, text in changes.items()})


def wrapped(body: str, order: str) -> str:
    """The body with another order in it: in its envelope, where it had one."""
    document = _object(body)
    if document is not None and is_envelope(document):
        return as_json_text(document | {"Message": order})
    return order


def compact(text: str) -> str:
    """JSON on one line; what is none stays as it is."""
    document = _object(text)
    return text if document is None else as_json_text(document)


def order_id_in(body: str) -> str | None:
    order_id = (inner(body) or {}).get(Attribute.ORDER_ID)
    return order_id if isinstance(order_id, str) else None


def _value(name: str, text: str) -> object:
    """Text for the fields that are text, JSON for the others where it is any."""
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
    return json.loads(text, parse_float=Decimal, parse_constant=_refuse)


def _refuse(name: str) -> NoReturn:
    raise ValueError(name)
