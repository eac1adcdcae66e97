"""Orders as DynamoDB writes them down: `{"quantity": {"N": "1"}}`.

boto3 has this too, but takes longer to import than all of the handler
(docs/decisions/0007-nothing-but-botocore.md).
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from handler.contract import INSTANT
from handler.order import Order

Item = dict[str, Any]


def item_of(order: Order) -> Item:
    """An order's item: everything that its message said, and its instant."""
    return {name: _written(value) for name, value in order.attributes.items()} | {INSTANT: {"S": order.instant}}


def attributes_of(item: Mapping[str, Any]) -> dict[str, Any]:
    """What an item says, its instant included. A set or bytes, which no order has, stay as a pair of type and value."""
    return {name: _read(value) for name, value in item.items()}


def _written(value: object) -> dict[str, Any]:
    match value:
        case str():
            return {"S": value}
        case bool():  # before the numbers, of which it is one to Python
            return {"BOOL": value}
        case int() | Decimal():
            return {"N": str(value)}
        case None:
            return {"NULL": True}
        case list():
            return {"L": [_written(inner) for inner in value]}
        case dict():
            return {"M": {name: _written(inner) for name, inner in value.items()}}
        case _:
            raise TypeError(f"no order holds {type(value).__name__}")


def _read(written: Mapping[str, Any]) -> Any:
    [(kind, value)] = written.items()
    match kind:
        case "N":
            return Decimal(value)
        case "NULL":
            return None
        case "L":
            return [_read(inner) for inner in value]
        case "M":
            return attributes_of(value)
        case "S" | "BOOL":
            return value
        case _:
            return kind, value
