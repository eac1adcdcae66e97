"""Where orders are kept."""

from typing import TYPE_CHECKING, Protocol

import boto3
from boto3.dynamodb.types import TypeSerializer
from botocore.config import Config

from handler.order import Order

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

# botocore waits 60 s by default, longer than the function runs. One try is at most 0.5 + 0.8 s, two with the pause in
# between under 4 s, within the 5 s of the dev stack for the slowest order too. What still fails goes back to the queue.
_CLIENT_CONFIG = Config(
    connect_timeout=0.5,
    read_timeout=0.8,
    retries={"mode": "standard", "total_max_attempts": 2},
    tcp_keepalive=True,
)


class OrderStore(Protocol):
    """Keeps each order under its orderId."""

    def put(self, order: Order) -> None:
        """Store the order, in place of what was stored under its orderId."""


class DynamoDBStore:
    """Orders as items of a DynamoDB table.

    `put` raises botocore's ClientError or BotoCoreError where DynamoDB refuses or cannot be reached.
    """

    def __init__(self, table_name: str, client: "DynamoDBClient | None" = None) -> None:
        self._table_name = table_name
        self._client = client or boto3.client("dynamodb", config=_CLIENT_CONFIG)
        self._serialize = TypeSerializer().serialize

    def put(self, order: Order) -> None:
        item = {name: self._serialize(value) for name, value in order.attributes.items()}
        self._client.put_item(TableName=self._table_name, Item=item)
