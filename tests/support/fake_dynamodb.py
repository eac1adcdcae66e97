"""DynamoDB as far as the store uses it, in memory, with a say before and after each request takes effect."""

import re
from collections.abc import Callable, Mapping, Sequence
from types import SimpleNamespace
from typing import Any

from botocore.exceptions import ClientError

from handler.contract import INSTANT, PARTITION_KEY

Item = dict[str, Any]
_NAME = re.compile(r"'((?:[^']|'')*)': \?")


class ConditionalCheckFailed(ClientError):
    pass


class FakeDynamoDB:
    """A client of one table. `interfere` is called before and after each request takes effect, and may raise."""

    exceptions = SimpleNamespace(ConditionalCheckFailedException=ConditionalCheckFailed)

    def __init__(self, interfere: Callable[[], None]) -> None:
        self.items: dict[str, Item] = {}
        self._interfere = interfere

    def batch_execute_statement(self, *, Statements: Sequence[Mapping[str, Any]]) -> dict[str, Any]:  # noqa: N803 - boto3's
        self._interfere()
        responses = [self._insert(statement) for statement in Statements]
        self._interfere()
        return {"Responses": responses}

    def _insert(self, statement: Mapping[str, Any]) -> dict[str, Any]:
        names = [name.replace("''", "'") for name in _NAME.findall(statement["Statement"])]
        item = dict(zip(names, statement["Parameters"], strict=True))
        if item[PARTITION_KEY]["S"] in self.items:
            return {"Error": {"Code": "DuplicateItem"}}
        self._keep(item)
        return {"TableName": "Orders"}

    def put_item(self, *, Item: Item, ExpressionAttributeValues: Item, **_rest: object) -> dict[str, Any]:  # noqa: N803 - boto3's
        self._interfere()
        there = self.items.get(Item[PARTITION_KEY]["S"])
        if there and not there[INSTANT]["S"] < ExpressionAttributeValues[":instant"]["S"]:
            raise ConditionalCheckFailed(
                {"Error": {"Code": "ConditionalCheckFailedException", "Message": ""}, "Item": there},  # type: ignore[typeddict-unknown-key]  # as DynamoDB answers
                "PutItem",
            )
        self._keep(Item)
        self._interfere()
        return {"Attributes": there} if there else {}

    def _keep(self, item: Item) -> None:
        there = self.items.get(item[PARTITION_KEY]["S"])
        assert there is None or there[INSTANT]["S"] < item[INSTANT]["S"], "a version must never go back"
        self.items[item[PARTITION_KEY]["S"]] = item
