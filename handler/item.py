"""Converting orders to and from DynamoDB's attribute values, such as `{"quantity": {"N": "1"}}`.

boto3 converts them too, but importing it takes longer than importing the whole handler
(docs/decisions/0007-nothing-but-botocore.md).
"""

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
