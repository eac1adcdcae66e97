"""A system in memory on which commands change dead letters: its queues, its table, its log and its processor."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from threading import RLock
from types import SimpleNamespace
from typing import Any, cast

from botocore.exceptions import ClientError

from handler.item import item_of
from handler.order import InvalidOrder, parse_order
from handler.outcome import Kind
from infra.outputs import DeployedOutputs
from ops.condition import check_condition
from ops.dead_letters.lease import Lease
from ops.dead_letters.look import Look
from ops.dead_letters.timing import Timing
from ops.system import System
from tests.support import fake_history, fake_system
from tests.support.fake_sqs import Clock, FakeSQS, Message

DLQ, QUEUE = "OrderDLQ", "OrderQueue"
TIMING = Timing(poll_seconds=0, requests_in_flight=1, check_seconds=0)


class MemoryLogs(fake_system.FakeLogs):
    """A log with the processor's lines, and with the records of the history."""

    def __init__(self) -> None:
        super().__init__()
        self.records: list[dict[str, Any]] = []

    def create_log_stream(self, **_: object) -> None:
        if self.records:
            raise fake_system.Missing({}, "CreateLogStream")

    def put_log_events(self, **request: Any) -> None:
        fake_history.FakeHistoryLog.put_log_events(cast("fake_history.FakeHistoryLog", self), **request)


@dataclass(slots=True)
class ProcessingSQS(FakeSQS):
    """Queues with a processor: an order that arrives in OrderQueue is in the table, or in OrderDLQ again, at once."""

    table: fake_system.FakeTable = field(default_factory=fake_system.FakeTable)
    logs: MemoryLogs = field(default_factory=MemoryLogs)
    is_processing: bool = True
    is_deleting: bool = True
    rejected: frozenset[str] = frozenset()
    """The bodies that SQS rejects."""
    _lock: Any = field(default_factory=RLock)  # A redrive sends and deletes on several threads.

    def receive_message(self, **request: Any) -> dict[str, Any]:
        with self._lock:
            return FakeSQS.receive_message(self, **request)

    def send_message_batch(self, **request: Any) -> dict[str, Any]:
        with self._lock:
            return self._send(request)

    def _send(self, request: Mapping[str, Any]) -> dict[str, Any]:
        entries = request["Entries"]
        answer = FakeSQS.send_message_batch(
            self, **{**request, "Entries": [entry for entry in entries if entry["MessageBody"] not in self.rejected]}
        )
        bodies = {entry["Id"]: entry["MessageBody"] for entry in entries}
        if request["QueueUrl"] == QUEUE and self.is_processing:
            for sent in answer["Successful"]:
                self._process(sent["MessageId"], bodies[sent["Id"]])
        failed = [
            {"Id": entry["Id"], "Code": "InvalidMessageContents", "Message": "not like this", "SenderFault": True}
            for entry in entries
            if entry["MessageBody"] in self.rejected
        ]
        return _without_empty({**answer, "Failed": failed})

    def change_message_visibility_batch(self, **request: Any) -> dict[str, Any]:
        with self._lock:
            return _without_empty(FakeSQS.change_message_visibility_batch(self, **request))

    def delete_message_batch(self, **request: Any) -> dict[str, Any]:
        if not self.is_deleting:
            return {"Failed": [{"Id": entry["Id"], "Code": "InternalError"} for entry in request["Entries"]]}
        with self._lock:
            return _without_empty(FakeSQS.delete_message_batch(self, **request))

    def get_queue_attributes(self, **request: Any) -> dict[str, Any]:
        values = {
            "VisibilityTimeout": "30",
            "ApproximateNumberOfMessages": str(len(self.queues[request["QueueUrl"]])),
            "ApproximateNumberOfMessagesNotVisible": "0",
        }
        return {"Attributes": {name: values[name] for name in request["AttributeNames"] if name in values}}

    def _process(self, message_id: str, body: str) -> None:
        try:
            order = parse_order(body)
        except InvalidOrder as invalid:
            self.logs.write(
                "ERROR",
                "order failed",
                messageId=message_id,
                errorClass=Kind.INVALID,
                reason=invalid.reason,
                signature=invalid.signature,
            )
            self.queues[DLQ].append(Message(message_id, body))
        else:
            self.table.items[order.order_id] = item_of(order)


class MemorySystem:
    """A system with some dead letters, whose message IDs are m0, m1, and so on."""

    def __init__(self) -> None:
        self.sqs = ProcessingSQS(Clock())
        self.sqs.queues = {DLQ: [], QUEUE: []}
        self.sqs.exceptions.ClientError = ClientError
        self.logs = self.sqs.logs
        sts = SimpleNamespace(get_caller_identity=lambda: {"Arn": "arn:aws:iam::123456789012:user/ann"})
        outputs: Mapping[str, Any] = {
            "deadLetterQueueUrl": DLQ,
            "queueUrl": QUEUE,
            "logGroupName": "log",
            "tableName": "Orders",
        }
        clients: Any = SimpleNamespace(sqs=self.sqs, dynamodb=self.sqs.table, logs=self.logs, sts=sts)
        self.system = System(DeployedOutputs("dev", outputs), clients)

    def look(self, timing: Timing = TIMING) -> Look:
        return Look(cast("Any", self.sqs), DLQ, timing=timing, clock=self.sqs.clock)

    def sent(self) -> list[list[str]]:
        """The bodies of each request to send."""
        return [
            [entry["MessageBody"] for entry in request["Entries"]] for request in self.sqs.asked("send_message_batch")
        ]

    def end_leases(self) -> None:
        """Let more time pass than a lease lasts."""
        self.sqs.clock.now += 124

    def end_leases_between_attempts(self, operation: str) -> list[str]:
        """End the leases after an attempt of an operation, and try again as botocore does. Returns the attempts."""
        attempts: list[str] = []

        def attempt(called: str) -> None:
            if called == operation:
                check_condition()  # It holds at first.
                attempts.append(called)
                self.end_leases()
                check_condition()

        self.sqs.before = attempt
        return attempts


def ids(leases: Iterable[Lease]) -> list[str]:
    return [lease.message_id for lease in leases]


def _without_empty(answer: Mapping[str, Any]) -> dict[str, Any]:
    """Omit empty lists, as an answer of SQS can."""
    return {name: entries for name, entries in answer.items() if entries}
