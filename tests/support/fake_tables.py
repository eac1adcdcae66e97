"""Several tables in memory, and DynamoDB's requests about them. Each request can fail or end the process."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, cast

from botocore.exceptions import ClientError

from handler.contract import PARTITION_KEY
from handler.item import item_of
from infra.outputs import DeployedOutputs
from ops.system import System
from tests.support.fake_dynamodb import ConditionalCheckFailed, FakeDynamoDB, Item
from tests.support.memory_system import MemoryLogs
from tests.support.orders import order

HERE, THERE = "Orders", "Orders-restored"
PAGE = 7
EARLIEST, LATEST = datetime(2026, 10, 20, 8, tzinfo=UTC), datetime(2026, 11, 24, 16, 55, 30, tzinfo=UTC)
KEY = [{"AttributeName": PARTITION_KEY, "KeyType": "HASH"}]


class NotFound(ClientError):
    pass


class Exists(ClientError):
    pass


class InvalidTime(ClientError):
    pass


class FakeTables:
    """A client of DynamoDB. It calls `interfere`, which may raise, before and after each request takes effect."""

    exceptions = SimpleNamespace(
        ConditionalCheckFailedException=ConditionalCheckFailed,
        ResourceNotFoundException=NotFound,
        TableAlreadyExistsException=Exists,
        InvalidRestoreTimeException=InvalidTime,
    )

    def __init__(self) -> None:
        self.interfere: Callable[[], None] = lambda: None
        self.tables: dict[str, FakeDynamoDB] = {}
        self.status = "ACTIVE"
        self.key: Sequence[Mapping[str, str]] = KEY
        self.recovery: dict[str, Any] = {
            "PointInTimeRecoveryStatus": "ENABLED",
            "EarliestRestorableDateTime": EARLIEST,
            "LatestRestorableDateTime": LATEST,
        }
        self.restored: list[Mapping[str, Any]] = []
        self.puts = 0
        """The number of orders that were inserted or put, also in vain."""
        for name in (HERE, THERE):
            self.create(name)

    def create(self, name: str) -> None:
        self.tables[name] = FakeDynamoDB(self._interfere)

    def fill(self, table: str, **versions: int | Item) -> None:
        """Store orders in a table, each at a minute, or any items."""
        for order_id, version in versions.items():
            self.tables[table].items[order_id] = item(order_id, version) if isinstance(version, int) else version

    def items(self, table: str) -> Mapping[str, Item]:
        return self.tables[table].items

    def describe_table(self, *, TableName: str) -> Any:  # noqa: N803 - boto3's
        self._table(TableName, "DescribeTable")
        attributes = [{"AttributeName": PARTITION_KEY, "AttributeType": "S"}]
        return {"Table": {"TableStatus": self.status, "KeySchema": self.key, "AttributeDefinitions": attributes}}

    def describe_continuous_backups(self, *, TableName: str) -> Any:  # noqa: N803 - boto3's
        self._table(TableName, "DescribeContinuousBackups")
        return {"ContinuousBackupsDescription": {"PointInTimeRecoveryDescription": self.recovery}}

    def restore_table_to_point_in_time(self, **request: Any) -> None:
        if request["TargetTableName"] in self.tables:
            raise Exists({}, "RestoreTableToPointInTime")
        self.create(request["TargetTableName"])
        self.restored.append(request)

    def get_paginator(self, operation: str) -> "FakeTables":
        assert operation == "scan"
        return self

    def paginate(self, *, TableName: str, **_rest: object) -> Iterator[Any]:  # noqa: N803 - boto3's
        found = list(self._table(TableName, "Scan").items.values())
        for start in range(0, max(1, len(found)), PAGE):
            self.interfere()
            yield {"Items": found[start : start + PAGE]}

    def batch_get_item(self, *, RequestItems: Any) -> Any:  # noqa: N803 - boto3's
        self.interfere()
        [(table, request)] = RequestItems.items()
        ids = [key[PARTITION_KEY]["S"] for key in request["Keys"]]
        items = self._table(table, "BatchGetItem").items
        return {"Responses": {table: [items[one] for one in ids if one in items]}}

    def batch_execute_statement(self, *, Statements: Sequence[Mapping[str, Any]]) -> Any:  # noqa: N803 - boto3's
        self.puts += len(Statements)
        return self.tables[HERE].batch_execute_statement(Statements=Statements)

    def put_item(self, *, TableName: str, **request: Any) -> Any:  # noqa: N803 - boto3's
        self.puts += 1
        return self.tables[TableName].put_item(**request)

    def _interfere(self) -> None:
        self.interfere()

    def _table(self, name: str, operation: str) -> FakeDynamoDB:
        if name not in self.tables:
            raise NotFound({}, operation)
        return self.tables[name]


def item(order_id: str, minute: int, **changes: object) -> Item:
    return item_of(order(order_id, timestamp=f"2026-11-24T16:{minute:02}:00Z", **changes))


class RecoveredSystem:
    """The system of these tables, with a history."""

    def __init__(self) -> None:
        self.dynamodb = FakeTables()
        self.logs = MemoryLogs()
        sts = SimpleNamespace(get_caller_identity=lambda: {"Arn": "arn:aws:iam::123456789012:user/ann"})
        clients: Any = SimpleNamespace(dynamodb=self.dynamodb, logs=self.logs, sts=sts)
        topic = "arn:aws:sns:eu-west-1:123456789012:OrderTopic"
        outputs = {"tableName": HERE, "logGroupName": "log", "topicArn": topic}
        self.system = System(DeployedOutputs("dev", outputs), cast("Any", clients))

    @property
    def client(self) -> Any:
        return self.dynamodb
