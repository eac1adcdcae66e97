"""A change of an order, as a record of the table's stream shows it."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from handler.document import read_object
from handler.item import Item, json_of
from handler.order import Order, read_stored_order

REMOVED = "REMOVE"
"""The eventName of a record without a new image (DynamoDB Streams API Reference, Record)."""


class Change(NamedTuple):
    """A version of an order that the table stored, and the version that it replaced."""

    table_arn: str
    order: Order
    previous: Mapping[str, Any] | None
    """The attributes of the previous version. None if the order is new."""


def read_change(record: Mapping[str, Any]) -> Change | None:
    """Read the change from a record of the stream. None for a removed item, and for an item that stayed the same.

    Raises InvalidOrder if the new item is not a valid order: somebody else has written it to the table.
    """
    if record["eventName"] == REMOVED:
        return None
    images = record["dynamodb"]
    new, old = images["NewImage"], images.get("OldImage")
    if new == old:
        return None
    return Change(table_arn_of(record), stored_order(new), read_object(json_of(old))[0] if old else None)


def table_arn_of(record: Mapping[str, Any]) -> str:
    """Return the ARN of the table to which the stream of a record belongs."""
    arn: str = record["eventSourceARN"].partition("/stream/")[0]
    return arn


def stored_order(item: Item) -> Order:
    """Read an order from an item of the table. Raises InvalidOrder if the item is not a valid order."""
    return read_stored_order(json_of(item))
