"""A whole system in memory: what the commands that read need of SQS, DynamoDB and CloudWatch."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from threading import Lock
from types import SimpleNamespace
from typing import Any, ClassVar, cast

from botocore.exceptions import ClientError

from handler.contract import PARTITION_KEY
from infra.outputs import DeployedOutputs
from ops.clients import Clients
from ops.system import LOCAL, System

NOON = datetime(2025, 5, 3, 12, tzinfo=UTC)
PAGE = 1000
OUTPUTS = {
    "queueUrl": "https://sqs/OrderQueue",
    "deadLetterQueueUrl": "https://sqs/OrderDLQ",
    "undeliveredQueueUrl": "https://sqs/OrderUndelivered",
    "topicArn": "arn:aws:sns:eu-west-1:123456789012:OrderTopic",
    "tableName": "Orders",
    "logGroupName": "/aws/lambda/OrderProcessor",
    "processorName": "OrderProcessor",
    "alarmNames": [],
    "dashboardName": "OrderFlow",
    "deliveryBudget": {
        "earliestDeadLetterSeconds": 90,
        "latestDeadLetterSeconds": 345_600,
        "leastDeadLetterDays": 10,
        "ordersPerSecond": 100,
    },
}


class Missing(ClientError):
    pass


@dataclass(repr=False)
class FakeDLQ:
    """OrderDLQ. All of its messages are visible, until somebody receives them."""

    messages: list[dict[str, Any]] = field(default_factory=list)
    exceptions: ClassVar = SimpleNamespace(OverLimit=Missing)

    def __post_init__(self) -> None:
        self._lock = Lock()
        self._next = 0

    def add(self, message_id: str, body: str, attributes: Mapping[str, Any]) -> None:
        sent = NOON + timedelta(milliseconds=len(self.messages))
        self.messages.append(
            {
                "MessageId": message_id,
                "ReceiptHandle": str(len(self.messages)),
                "Body": body,
                "MessageAttributes": attributes,
                "Attributes": {"SentTimestamp": str(int(sent.timestamp() * 1000))},
            }
        )

    def receive_message(self, **_request: object) -> dict[str, Any]:
        with self._lock:
            found = self.messages[self._next : self._next + 10]
            self._next += len(found)
        return {"Messages": found} if found else {}

    def change_message_visibility_batch(self, *, Entries: Sequence[Mapping[str, Any]], **_rest: object) -> Any:  # noqa: N803 - boto3's
        with self._lock:
            if any(entry["VisibilityTimeout"] == 0 for entry in Entries):
                self._next = 0
        return {"Successful": [{"Id": entry["Id"]} for entry in Entries], "Failed": []}

    def get_queue_attributes(self, *, AttributeNames: Sequence[str], **_rest: object) -> Any:  # noqa: N803 - boto3's
        values = {
            "ApproximateNumberOfMessages": str(len(self.messages)),
            "MessageRetentionPeriod": "1209600",
            "RedrivePolicy": '{"maxReceiveCount": 3}',
        }
        return {"Attributes": {name: values.get(name, "0") for name in AttributeNames}}


@dataclass(repr=False)
class FakePages:
    """A paginator."""

    key: str
    found: Sequence[Any]

    def paginate(self, **_request: object) -> Iterator[dict[str, Any]]:
        for start in range(0, max(1, len(self.found)), PAGE):
            yield {self.key: self.found[start : start + PAGE]}


@dataclass(repr=False)
class FakeTable:
    """The table, which rejects the keys that DynamoDB rejects."""

    items: dict[str, dict[str, Any]] = field(default_factory=dict)

    def get_item(self, *, Key: Any, **_rest: object) -> dict[str, Any]:  # noqa: N803 - boto3's
        return {"Item": found} if (found := self._find(Key)) else {}

    def batch_get_item(self, *, RequestItems: Any) -> dict[str, Any]:  # noqa: N803 - boto3's
        [(table, request)] = RequestItems.items()
        return {"Responses": {table: [found for key in request["Keys"] if (found := self._find(key))]}}

    def get_paginator(self, _operation: str) -> FakePages:
        return FakePages("Items", list(self.items.values()))

    def _find(self, key: Any) -> dict[str, Any] | None:
        order_id = key[PARTITION_KEY]["S"]
        assert 0 < len(order_id.encode()) <= 2048, "DynamoDB would reject this key"
        return self.items.get(order_id)


@dataclass(repr=False)
class FakeLogs:
    """The log group: the processor's lines, and the history in a stream of its own."""

    lines: list[str] = field(default_factory=list)
    history: list[str] = field(default_factory=list)
    exceptions: ClassVar = SimpleNamespace(ResourceNotFoundException=Missing, ResourceAlreadyExistsException=Missing)

    def get_paginator(self, _operation: str) -> "FakeLogs":
        return self

    def paginate(self, *, logStreamNames: Sequence[str] = (), **_rest: object) -> Iterator[dict[str, Any]]:  # noqa: N803 - boto3's
        found = self.history if logStreamNames else self.lines
        events = [
            {"timestamp": int(NOON.timestamp() * 1000), "message": line, "eventId": str(at)}
            for at, line in enumerate(found)
        ]
        yield from FakePages("events", events).paginate()

    def write(self, level: str, message: str, **fields: object) -> None:
        """Write a record, as the processor does."""
        head = {
            "level": level,
            "message": message,
            "timestamp": NOON.isoformat(timespec="milliseconds"),
            "service": "orders",
        }
        self.lines.append(json.dumps({**head, "requestId": "r1", **fields}))


class FakeCloudWatch:
    """No metrics. A rule can mute the alarms."""

    exceptions = SimpleNamespace(ResourceNotFoundException=Missing)

    def __init__(self) -> None:
        self.muted_until: datetime | None = None
        self.alarms: list[Mapping[str, object]] = []

    def get_metric_statistics(self, **_request: object) -> Any:
        return {"Datapoints": []}

    def describe_alarms(self, **_request: object) -> Any:
        return {"MetricAlarms": self.alarms}

    def get_alarm_mute_rule(self, **_request: object) -> Any:
        if self.muted_until is None:
            raise Missing({}, "GetAlarmMuteRule")
        return {"Status": "ACTIVE", "ExpireDate": self.muted_until}


class FakeLambda:
    def list_event_source_mappings(self, **_request: object) -> Any:
        return {"EventSourceMappings": [{"State": "Enabled"}]}

    def get_function_configuration(self, **_request: object) -> Any:
        return {"CodeSha256": "AAAA", "LastModified": "2025-05-03T12:00:00.000+0000"}


@dataclass(repr=False)
class FakeSystem:
    """The services, and the system that the commands find."""

    sqs: FakeDLQ = field(default_factory=FakeDLQ)
    table: FakeTable = field(default_factory=FakeTable)
    logs: FakeLogs = field(default_factory=FakeLogs)
    cloudwatch: FakeCloudWatch = field(default_factory=FakeCloudWatch)

    def system(self, endpoint_url: str | None = "http://127.0.0.1:1") -> System:
        clients = SimpleNamespace(
            sqs=self.sqs,
            dynamodb=self.table,
            logs=self.logs,
            cloudwatch=self.cloudwatch,
            lambda_=FakeLambda(),
            endpoint_url=endpoint_url,
        )
        return System(DeployedOutputs(LOCAL, OUTPUTS), cast("Clients", clients))
