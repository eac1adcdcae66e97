"""A first draft: boto3's table resource, with one order after another."""

import json
import os
from decimal import Decimal
from typing import Any

import boto3

table = boto3.resource("dynamodb").Table(os.environ["ORDERS_TABLE"])


def parse(body: str) -> Any:
    return json.loads(body, parse_float=Decimal)


def handle(event: dict[str, Any], _context: object) -> None:
    for record in event["Records"]:
        table.put_item(Item=parse(record["body"]))
