"""A first draft of a notifier: boto3's client, with one change after another."""

import json
import os
from typing import Any

import boto3
from boto3.dynamodb.types import TypeDeserializer

sns = boto3.client("sns")
deserializer = TypeDeserializer()


def read(record: dict[str, Any]) -> dict[str, Any]:
    image = record["dynamodb"]["NewImage"]
    return {name: deserializer.deserialize(value) for name, value in image.items()}


def handle(event: dict[str, Any], _context: object) -> None:
    for record in event["Records"]:
        order = read(record)
        sns.publish(
            TopicArn=os.environ["ORDERS_EVENT_TOPIC_ARN"],
            Message=json.dumps({"type": record["eventName"], "order": order}, default=str),
            MessageAttributes={"status": {"DataType": "String", "StringValue": order["status"]}},
        )
