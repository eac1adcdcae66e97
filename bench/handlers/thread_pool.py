"""Conditional puts, ten at a time."""

import json
import os
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any

import boto3
from boto3.dynamodb.types import TypeSerializer

table_name = os.environ["ORDERS_TABLE"]
client = boto3.client("dynamodb")
threads = ThreadPoolExecutor(10)


def parse(body: str) -> Any:
    return json.loads(body, parse_float=Decimal)


def put(record: dict[str, Any]) -> None:
    item = TypeSerializer().serialize(parse(record["body"]))["M"]
    client.put_item(
        TableName=table_name,
        Item=item,
        ConditionExpression="attribute_not_exists(orderId) OR #timestamp < :timestamp",
        ExpressionAttributeNames={"#timestamp": "timestamp"},
        ExpressionAttributeValues={":timestamp": item["timestamp"]},
    )


def handle(event: dict[str, Any], _context: object) -> None:
    list(threads.map(put, event["Records"]))
