"""An in-memory fake of the DynamoDB calls that the store makes. Tests can interfere before and after each request."""

import re
from collections.abc import Callable, Mapping, Sequence
from threading import Lock
from types import SimpleNamespace
from typing import Any

from botocore.exceptions import ClientError

from handler.contract import INSTANT, PARTITION_KEY

Item = dict[str, Any]
_PUT = {
    "ConditionExpression": "attribute_not_exists(#instant) OR #instant < :instant",
    "ExpressionAttributeNames": {"#instant": INSTANT},
    "ReturnValues": "ALL_OLD",
    "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
}
"""What the store asks for in each put, and what this fake does."""
_NAME = re.compile(r"'((?:[^']|'')*)': \?")


class ConditionalCheckFailed(ClientError):
    pass


class FakeDynamoDB:
    """A client of one table. It calls `interfere`, which may raise, before and after each request takes effect."""

    exceptions = SimpleNamespace(ConditionalCheckFailedException=ConditionalCheckFailed)

    def __init__(self, interfere: Callable[[], None]) -> None:
        self.items: dict[str, Item] = {}
        self._interfere = interfere
        self._lock = Lock()  # DynamoDB checks and writes an item in one step.

    def batch_execute_statement(self, *, Statements: Sequence[Mapping[str, Any]]) -> dict[str, Any]:  # noqa: N803 - boto3's
        self._interfere()
        responses = [self._insert(statement) for statement in Statements]
        self._interfere()
        return {"Responses": responses}

    def _insert(self, statement: Mapping[str, Any]) -> dict[str, Any]:
        names = [name.replace("''", "'") for name in _NAME.findall(statement["Statement"])]
        item = dict(zip(names, statement["Parameters"], strict=True))
        with self._lock:
            if item[PARTITION_KEY]["S"] in self.items:
                return {"Error": {"Code": "DuplicateItem"}}
            self._store(item)
        return {"TableName": "Orders"}

    def put_item(self, *, Item: Item, ExpressionAttributeValues: Item, **rest: object) -> dict[str, Any]:  # noqa: N803 - boto3's
        assert {name: rest.get(name) for name in _PUT} == _PUT, "another condition than the one of this fake"
        self._interfere()
        with self._lock:
            stored = self.items.get(Item[PARTITION_KEY]["S"])
            if stored and not _is_older(stored, ExpressionAttributeValues[":instant"]["S"]):
                raise ConditionalCheckFailed(
                    {"Error": {"Code": "ConditionalCheckFailedException", "Message": ""}, "Item": stored},  # type: ignore[typeddict-unknown-key]  # as in DynamoDB's response
                    "PutItem",
                )
            self._store(Item)
        self._interfere()
        return {"Attributes": stored} if stored else {}

    def _store(self, item: Item) -> None:
        stored = self.items.get(item[PARTITION_KEY]["S"])
        assert stored is None or _is_older(stored, item[INSTANT]["S"]), "a version must never go back"
        self.items[item[PARTITION_KEY]["S"]] = item


def _is_older(stored: Item, instant: str) -> bool:
    """Evaluate the put's condition. As in DynamoDB, a value of another type is not less than a text."""
    if INSTANT not in stored:
        return True
    text = stored[INSTANT].get("S")
    return text is not None and text.encode() < instant.encode()
