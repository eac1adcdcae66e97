"""Converting orders to and from DynamoDB's attribute values, such as `{"quantity": {"N": "1"}}`.

boto3 converts them too, but importing it takes longer than importing the whole handler
(docs/decisions/0007-nothing-but-botocore.md).
"""

import json
from binascii import b2a_base64
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from handler.contract import INSTANT
from handler.order import Order

Item = dict[str, Any]


def item_of(order: Order) -> Item:
    """Return the item of an order: all attributes of its message, and its instant."""
    return {name: _attribute_value(value) for name, value in order.attributes.items()} | {INSTANT: {"S": order.instant}}


def attributes_of(item: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values of an item's attributes, including the instant.

    A set or a binary value, which orders do not contain, becomes a pair of its DynamoDB type and its value.
    """
    return {name: _value(value) for name, value in item.items()}


def _attribute_value(value: object) -> dict[str, Any]:
    match value:
        case str():
            return {"S": value}
        case bool():  # before int, because bool is a subclass of int
            return {"BOOL": value}
        case int() | Decimal():
            return {"N": str(value)}
        case None:
            return {"NULL": True}
        case list():
            return {"L": [_attribute_value(inner) for inner in value]}
        case dict():
            return {"M": {name: _attribute_value(inner) for name, inner in value.items()}}
        case _:
            raise TypeError(f"an order cannot contain {type(value).__name__}")


def _value(attribute_value: Mapping[str, Any]) -> Any:
    [(kind, value)] = attribute_value.items()
    match kind:
        case "N":
            return Decimal(value)
        case "NULL":
            return None
        case "L":
            return [_value(inner) for inner in value]
        case "M":
            return attributes_of(value)
        case "S" | "BOOL":
            return value
        case _:
            return kind, value


def json_of(item: Mapping[str, Any]) -> str:
    """Return an item as a JSON object. Its numbers have the digits that DynamoDB stores.

    A set, which orders do not contain, becomes an array. A binary value becomes its Base64 text.
    """
    return "{" + ", ".join(f"{json.dumps(name)}: {_json_value(value)}" for name, value in item.items()) + "}"


def _json_value(attribute_value: Mapping[str, Any]) -> str:
    [(kind, value)] = attribute_value.items()
    match kind:
        case "N":
            return str(value)
        case "NULL":
            return "null"
        case "L":
            return f"[{', '.join(map(_json_value, value))}]"
        case "M":
            return json_of(value)
        case "NS":
            return f"[{', '.join(value)}]"
        case _:
            return json.dumps(value, default=_base64)


def _base64(value: bytes) -> str:
    return b2a_base64(value, newline=False).decode()
