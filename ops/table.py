"""Reads orders from the table."""

from collections.abc import Collection, Iterator, Mapping
from itertools import islice
from typing import TYPE_CHECKING, Any

from handler.contract import PARTITION_KEY, Attribute
from handler.item import Item, attributes_of

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

StoredOrder = Mapping[str, Any]
"""An order as the table stores it: its attributes as plain values."""
MAX_KEYS = 100
"""The maximum number of keys in one request (DynamoDB API Reference, BatchGetItem)."""


def get_order(dynamodb: "DynamoDBClient", table: str, order_id: str) -> StoredOrder | None:
    """Read an order with strong consistency. None if the table does not have it."""
    item = dynamodb.get_item(TableName=table, Key={PARTITION_KEY: {"S": order_id}}, ConsistentRead=True).get("Item")
    return attributes_of(item) if item else None


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
    """Read the whole table, up to the limit, one page at a time and in no particular order."""
    wanted = {Attribute.STATUS: status, Attribute.USER_ID: user}
    conditions = {name: value for name, value in wanted.items() if value is not None}
    filters: dict[str, Any] = {}
    if conditions:
        filters = {
            "FilterExpression": " AND ".join(f"#{name} = :{name}" for name in conditions),
            "ExpressionAttributeNames": {f"#{name}": name for name in conditions},
            "ExpressionAttributeValues": {f":{name}": {"S": value} for name, value in conditions.items()},
        }
    pages = dynamodb.get_paginator("scan").paginate(TableName=table, **filters)
    return islice((attributes_of(item) for page in pages for item in page["Items"]), limit)


def count_orders(dynamodb: "DynamoDBClient", table: str) -> int:
    """Count the orders by reading the whole table with strong consistency."""
    pages = dynamodb.get_paginator("scan").paginate(TableName=table, Select="COUNT", ConsistentRead=True)
    return sum(page["Count"] for page in pages)
