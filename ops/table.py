"""What the table holds."""

from collections.abc import Collection, Iterator, Mapping
from itertools import islice
from typing import TYPE_CHECKING, Any

from handler.contract import PARTITION_KEY, Attribute
from handler.item import attributes_of

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

Order = Mapping[str, Any]
MAX_KEYS = 100
"""The most keys of one request (DynamoDB API Reference, BatchGetItem)."""


def get_order(dynamodb: "DynamoDBClient", table: str, order_id: str) -> Order | None:
    """The order as it is this moment, or None."""
    item = dynamodb.get_item(TableName=table, Key={PARTITION_KEY: {"S": order_id}}, ConsistentRead=True).get("Item")
    return attributes_of(item) if item else None


def get_items(dynamodb: "DynamoDBClient", table: str, order_ids: Collection[str]) -> Mapping[str, Order]:
    """Orders as DynamoDB writes them, by id, as they are this moment; at most MAX_KEYS are asked for."""
    found: dict[str, Order] = {}
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
) -> Iterator[Order]:
    """Orders in no order, page by page, none but the page in memory. The whole table is read, up to the limit."""
    wanted = {Attribute.STATUS: status, Attribute.USER_ID: user}
    conditions = {name: value for name, value in wanted.items() if value is not None}
    narrowed: dict[str, Any] = {}
    if conditions:
        narrowed = {
            "FilterExpression": " AND ".join(f"#{name} = :{name}" for name in conditions),
            "ExpressionAttributeNames": {f"#{name}": name for name in conditions},
            "ExpressionAttributeValues": {f":{name}": {"S": value} for name, value in conditions.items()},
        }
    pages = dynamodb.get_paginator("scan").paginate(TableName=table, **narrowed)
    return islice((attributes_of(item) for page in pages for item in page["Items"]), limit)
