"""A system in memory whose queues, logs, history and table a test fills, and any of which can refuse to answer."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast

from botocore.exceptions import ClientError

from infra.outputs import DeployedOutputs
from ops.dead_letters.timing import Timing
from ops.system import System
from ops.trace.step import Trace
from ops.trace.trace import trace_order
from tests.support import fake_system
from tests.support.fake_sqs import Clock, FakeSQS

START = datetime(2026, 11, 24, 16, 45, tzinfo=UTC)
DLQ, UNDELIVERED, GIVEN_UP, QUEUE = "OrderDLQ", "OrderUndelivered", "OrderEventsDLQ", "OrderQueue"
LOG, NOTIFIER_LOG = "/aws/lambda/OrderProcessor", "/aws/lambda/OrderNotifier"
TABLE = "Orders"
TIMING = Timing(poll_seconds=0, requests_in_flight=1)
FORBIDDEN = {"Error": {"Code": "AccessDeniedException", "Message": "no"}, "ResponseMetadata": {"HTTPStatusCode": 400}}


class Denied(ClientError):
    """An answer of AWS to credentials that lack a permission."""

    def __init__(self, operation: str) -> None:
        super().__init__(FORBIDDEN, operation)  # type: ignore[arg-type]  # of the metadata, only the status matters


@dataclass(slots=True)
class Queues(FakeSQS):
    """Queues that tell their settings and counts. Some refuse to be read."""

    denied: set[str] = field(default_factory=set)
    held: int = 0
    """The number of messages of OrderDLQ that somebody else holds."""

    def receive_message(self, **request: Any) -> dict[str, Any]:
        if request["QueueUrl"] in self.denied:
            raise Denied("ReceiveMessage")
        return FakeSQS.receive_message(self, **request)

    def get_queue_attributes(self, **request: Any) -> dict[str, Any]:
        name = request["QueueUrl"]
        values = {
            "ApproximateNumberOfMessages": str(len(self.queues[name])),
            "ApproximateNumberOfMessagesNotVisible": str(self.held if name == DLQ else 0),
            "MessageRetentionPeriod": "1209600",
            "VisibilityTimeout": "30",
            "RedrivePolicy": '{"maxReceiveCount": 3}',
        }
        return {"Attributes": {key: values[key] for key in request["AttributeNames"]}}


@dataclass(repr=False)
class Logs:
    """The log groups, and the history in a stream of its own. CloudWatch's pattern is a text that a line contains."""

    groups: dict[str, list[tuple[datetime, str]]] = field(default_factory=lambda: {LOG: [], NOTIFIER_LOG: []})
    history: list[tuple[datetime, str]] = field(default_factory=list)
    denied: set[str] = field(default_factory=set)
    exceptions: Any = field(default_factory=lambda: SimpleNamespace(ResourceNotFoundException=fake_system.Missing))

    def get_paginator(self, _operation: str) -> "Logs":
        return self

    def paginate(
        self,
        *,
        logGroupName: str,  # noqa: N803 - boto3's
        startTime: int,  # noqa: N803 - boto3's
        filterPattern: str = "",  # noqa: N803 - boto3's
        logStreamNames: Sequence[str] = (),  # noqa: N803 - boto3's
        **_end: object,
    ) -> Iterator[dict[str, Any]]:
        if (logStreamNames or [logGroupName])[0] in self.denied:
            raise Denied("FilterLogEvents")
        lines = self.history if logStreamNames else self.groups[logGroupName]
        found = [(int(at.timestamp() * 1000), line) for at, line in lines]
        wanted = filterPattern.strip('"')
        yield {
            "events": [{"timestamp": at, "message": line} for at, line in found if at >= startTime and wanted in line]
        }


class TracedSystem:
    """The system, and functions that fill it. Times are minutes after START."""

    def __init__(self) -> None:
        self.sqs = Queues(Clock())
        self.sqs.queues = {DLQ: [], UNDELIVERED: [], GIVEN_UP: [], QUEUE: []}
        self.sqs.exceptions.ClientError = ClientError
        self.logs = Logs()
        self.table = fake_system.FakeTable()
        self.outputs = {
            "deadLetterQueueUrl": DLQ,
            "undeliveredQueueUrl": UNDELIVERED,
            "queueUrl": QUEUE,
            "givenUpQueueUrl": GIVEN_UP,
            "eventTopicArn": "arn",
            "tableName": TABLE,
            "logGroupName": LOG,
            "notifierLogGroupName": NOTIFIER_LOG,
        }

    def trace(self, order_id: str = "O1", since: datetime = START) -> Trace:
        clients: Any = SimpleNamespace(sqs=self.sqs, dynamodb=self.table, logs=self.logs, endpoint_url="http://x")
        system = System(DeployedOutputs("dev", self.outputs), cast("Any", clients))
        return trace_order(system, order_id, since=since, timing=TIMING)

    def log(self, minutes: float, group: str = LOG, *, level: str = "INFO", **fields: object) -> None:
        at = START + timedelta(minutes=minutes)
        head = {"level": level, "message": "m", "timestamp": at.isoformat(), "service": "orders", "requestId": "r"}
        self.logs.groups[group].append((at, json.dumps({**head, **fields})))

    def fail(self, minutes: float, message_id: str, attempt: int, **fields: Any) -> None:
        """Log a failed attempt of O1, with other fields if they are given. A None leaves a field out."""
        usual: dict[str, Any] = {
            "orderId": "O1",
            "messageId": message_id,
            "errorClass": "invalid",
            "reason": "no quantity",
        }
        record = {**usual, "attempt": attempt, "maxAttempts": 3, **fields}
        self.log(minutes, level="ERROR", **{name: value for name, value in record.items() if value is not None})

    def record(self, minutes: float, action: str, run: str = "r1", *, end: object = None, **details: object) -> None:
        """Record an action in the history, and its end if it has one."""
        head = {"history": action, "run": run, "who": "ann", "why": "calm again"}
        at = START + timedelta(minutes=minutes)
        self.logs.history.append((at, json.dumps({**head, "step": "begun", **details})))
        if isinstance(end, dict):
            self.logs.history.append((at, json.dumps({**head, **end})))
