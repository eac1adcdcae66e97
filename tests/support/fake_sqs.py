"""Queues in memory whose time a test sets, with SQS's rules for receipt handles, which moto does not keep."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import count
from types import SimpleNamespace
from typing import Any

import pytest

from tests.support.valid_request import check_request

MAX_BYTES = 1_048_576
# The characters that SQS accepts (SQS API Reference, SendMessage).
_TEXT = re.compile(r"[\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]+")

Entries = Iterable[Mapping[str, Any]]


class Clock:
    """A clock that stands still until a test moves it."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@dataclass(slots=True)
class Message:
    """A message, and until when its latest receive hides it."""

    message_id: str
    body: str
    group: str | None = None
    receipt: str = ""
    hidden_until: float = 0


@dataclass(slots=True)
class FakeSQS:
    """A client of SQS. A receipt handle is valid until its visibility timeout ends, or the next receive."""

    clock: Clock
    queues: dict[str, list[Message]] = field(default_factory=dict)
    requests: list[tuple[str, Mapping[str, Any]]] = field(default_factory=list)
    before: Callable[[str], None] = lambda _operation: None
    """Called with the name of each operation before it takes effect."""
    failing: set[str] = field(default_factory=set)
    """Receipt handles that SQS fails to renew for a reason of its own."""
    exceptions: Any = field(default_factory=lambda: SimpleNamespace(OverLimit=type("OverLimit", (Exception,), {})))
    _numbers: Any = field(default_factory=count)

    def put(self, queue: str, *bodies: str, group: str | None = None) -> list[str]:
        """Send messages, and return their IDs."""
        messages = [Message(f"m{next(self._numbers)}", one, group) for one in bodies]
        self.queues.setdefault(queue, []).extend(messages)
        return [message.message_id for message in messages]

    def bodies(self, queue: str) -> list[str]:
        return [message.body for message in self.queues.get(queue, [])]

    def asked(self, operation: str) -> list[Mapping[str, Any]]:
        return [request for name, request in self.requests if name == operation]

    def receive_message(self, **request: Any) -> dict[str, Any]:
        self._begin("receive_message", request)
        visible = [one for one in self.queues[request["QueueUrl"]] if one.hidden_until <= self.clock.now]
        for message in visible[:10]:
            message.receipt = f"r{next(self._numbers)}"
            message.hidden_until = self.clock.now + request["VisibilityTimeout"]
        return {"Messages": [_received(message) for message in visible[:10]]}

    def get_queue_attributes(self, **_request: Any) -> dict[str, Any]:
        return {"Attributes": {"VisibilityTimeout": "30"}}

    def change_message_visibility_batch(self, **request: Any) -> dict[str, Any]:
        self._begin("change_message_visibility_batch", request)
        answer: dict[str, Any] = {"Successful": [], "Failed": []}
        for entry in request["Entries"]:
            message = self._held(request["QueueUrl"], entry["ReceiptHandle"])
            if message is None:
                answer["Failed"].append(_failed(entry, "ReceiptHandleIsInvalid", is_fault_of_sender=True))
            elif message.receipt in self.failing:
                answer["Failed"].append(_failed(entry, "InternalError", is_fault_of_sender=False))
            else:
                message.hidden_until = self.clock.now + entry["VisibilityTimeout"]
                answer["Successful"].append({"Id": entry["Id"]})
        return answer

    def delete_message_batch(self, **request: Any) -> dict[str, Any]:
        """SQS also answers that it deleted what somebody else has received since, and keeps it."""
        self._begin("delete_message_batch", request)
        queue = self.queues[request["QueueUrl"]]
        receipts = {entry["ReceiptHandle"] for entry in request["Entries"]}
        queue[:] = [message for message in queue if message.receipt not in receipts]
        return {"Successful": [{"Id": entry["Id"]} for entry in request["Entries"]], "Failed": []}

    def send_message(self, **request: Any) -> dict[str, Any]:
        check_request("sqs", "SendMessage", request)
        body = request["MessageBody"]
        if len(body.encode()) > MAX_BYTES or not _TEXT.fullmatch(body):
            pytest.fail("the body is too large, or has a character that SQS refuses")
        self._begin("send_message", request)
        [message_id] = self.put(request["QueueUrl"], body)
        return {"MessageId": message_id}

    def send_message_batch(self, **request: Any) -> dict[str, Any]:
        self._begin("send_message_batch", request)
        sent = []
        for entry in request["Entries"]:
            [message_id] = self.put(request["QueueUrl"], entry["MessageBody"], group=entry.get("MessageGroupId"))
            sent.append({"Id": entry["Id"], "MessageId": message_id})
        return {"Successful": sent, "Failed": []}

    def _begin(self, operation: str, request: Mapping[str, Any]) -> None:
        self.requests.append((operation, request))
        self.before(operation)

    def _held(self, queue: str, receipt: str) -> Message | None:
        held = (one for one in self.queues[queue] if one.receipt == receipt and one.hidden_until > self.clock.now)
        return next(held, None)


def _received(message: Message) -> dict[str, Any]:
    group = {"MessageGroupId": message.group} if message.group else {}
    return {
        "MessageId": message.message_id,
        "ReceiptHandle": message.receipt,
        "Body": message.body,
        "Attributes": {"SentTimestamp": "1746273600123", **group},
    }


def _failed(entry: Mapping[str, Any], code: str, *, is_fault_of_sender: bool) -> dict[str, Any]:
    return {"Id": entry["Id"], "Code": code, "Message": "", "SenderFault": is_fault_of_sender}
