"""Reads orders from the table."""

import sys
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any

from handler.contract import INSTANT, MAX_PARTITION_KEY_BYTES, PARTITION_KEY, Attribute
from handler.document import is_unicode
from handler.fields import FIELDS
from handler.item import Item, attributes_of
from ops.text import readings

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

StoredOrder = Mapping[str, Any]
"""An order as the table stores it: its attributes as plain values, always in the same sequence."""
_FIRST = (*(field.name for field in FIELDS), INSTANT)
MAX_KEYS = 100
"""The maximum number of keys in one request (DynamoDB API Reference, BatchGetItem)."""


def get_order(dynamodb: "DynamoDBClient", table: str, order_id: str) -> StoredOrder | None:
    """Read an order with strong consistency. None if the table does not have it.

    An ID that DynamoDB cannot hold is in no table, and a request with it would fail.
    """
    if not order_id or not is_unicode(order_id) or len(order_id.encode()) > MAX_PARTITION_KEY_BYTES:
        return None
    item = dynamodb.get_item(TableName=table, Key={PARTITION_KEY: {"S": order_id}}, ConsistentRead=True).get("Item")
    return _in_sequence(attributes_of(item)) if item else None


def find_order(dynamodb: "DynamoDBClient", table: str, typed: str) -> StoredOrder | None:
    """Read the order with this ID, which can be given as it is or as it is shown, with escapes."""
    found = (get_order(dynamodb, table, order_id) for order_id in readings(typed))
    return next((order for order in found if order is not None), None)


def get_items(dynamodb: "DynamoDBClient", table: str, order_ids: Collection[str]) -> Mapping[str, Item]:
    """Read the items of up to MAX_KEYS orders, by id, with strong consistency."""
    found: dict[str, Item] = {}
    waiting: Any = {
        table: {"Keys": [{PARTITION_KEY: {"S": order_id}} for order_id in order_ids], "ConsistentRead": True}
    }
    while waiting and waiting[table]["Keys"]:
        answer = dynamodb.batch_get_item(RequestItems=waiting)
        found |= {item[PARTITION_KEY]["S"]: item for item in answer["Responses"].get(table, [])}
        waiting = answer.get("UnprocessedKeys")
    return found


def list_orders(
    dynamodb: "DynamoDBClient",
    table: str,
    *,
    status: str | None = None,
    user: str | None = None,
    limit: int | None = None,
) -> Iterator[StoredOrder]:
    """Read the whole table, up to the limit, one page at a time and in no particular order.

    A status or a user can be given as it is or as it is shown, with escapes.
    """
    wanted = {Attribute.STATUS: status, Attribute.USER_ID: user}
    conditions = {
        name: [text for text in readings(value) if is_unicode(text)]
        for name, value in wanted.items()
        if value is not None
    }
    if not all(conditions.values()):  # DynamoDB has no such text.
        return iter(())
    pages = dynamodb.get_paginator("scan").paginate(TableName=table, **_filter(conditions))
    orders = (_in_sequence(attributes_of(item)) for page in pages for item in page["Items"])
    return islice(orders, limit and min(limit, sys.maxsize))  # It takes no larger number.


def _in_sequence(order: StoredOrder) -> StoredOrder:
    """Return the order with the fields of the contract first, and the others by name. DynamoDB keeps no sequence."""
    first = [name for name in _FIRST if name in order]
    return {name: _sorted(order[name]) for name in (*first, *sorted(order.keys() - set(first)))}


def _sorted(value: Any) -> Any:
    """Return a value in which each map has its names in sequence."""
    match value:
        case dict():
            return {name: _sorted(value[name]) for name in sorted(value)}
        case list():
            return [_sorted(inner) for inner in value]
        case _:
            return value


def _filter(conditions: Mapping[str, Sequence[str]]) -> Any:
    """The parameters of a scan for the items whose attributes have one of these values each."""
    if not conditions:
        return {}
    values = {f":{name}{at}": {"S": text} for name, texts in conditions.items() for at, text in enumerate(texts)}
    tests = (
        f"#{name} IN ({', '.join(f':{name}{at}' for at in range(len(texts)))})" for name, texts in conditions.items()
    )
    return {
        "FilterExpression": " AND ".join(tests),
        "ExpressionAttributeNames": {f"#{name}": name for name in conditions},
        "ExpressionAttributeValues": values,
    }


def stored_items(dynamodb: "DynamoDBClient", table: str, *, since: str = "") -> Iterator[Item]:
    """Read the items of all versions since an instant, and of unknown ones, page by page and in no particular order."""
    conditions: Any = {}
    if since:
        conditions = {
            "FilterExpression": "attribute_not_exists(#instant) OR #instant >= :since",
            "ExpressionAttributeNames": {"#instant": INSTANT},
            "ExpressionAttributeValues": {":since": {"S": since}},
        }
    pages = dynamodb.get_paginator("scan").paginate(TableName=table, ConsistentRead=True, **conditions)
    return (item for page in pages for item in page["Items"])


def stored_ids(dynamodb: "DynamoDBClient", table: str) -> Iterator[str]:
    """Read the IDs of all orders, page by page and in no particular order."""
    pages = dynamodb.get_paginator("scan").paginate(
        TableName=table,
        ConsistentRead=True,
        ProjectionExpression="#id",
        ExpressionAttributeNames={"#id": PARTITION_KEY},
    )
    return (item[PARTITION_KEY]["S"] for page in pages for item in page["Items"])


def count_orders(dynamodb: "DynamoDBClient", table: str) -> int:
    """Count the orders by reading the whole table with strong consistency."""
    pages = dynamodb.get_paginator("scan").paginate(TableName=table, Select="COUNT", ConsistentRead=True)
    return sum(page["Count"] for page in pages)
