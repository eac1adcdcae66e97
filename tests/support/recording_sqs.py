"""A client of moto's SQS that records its requests, with queues for dead letters."""

import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

import boto3

from ops.dead_letters.journal import Journal
from ops.dead_letters.look import Look
from ops.dead_letters.move import Mover, SendResult
from ops.dead_letters.timing import Timing
from tests.support.orders import body

REGION = "eu-west-1"
Request = Mapping[str, Any]
Answer = dict[str, Any]


class RecordingSQS:
    """A client of moto's SQS that sends one request at a time and records all of them.

    A test can answer requests instead of moto: `instead` returns an answer, or None to let moto answer.
    """

    def __init__(self) -> None:
        self.moto = boto3.client("sqs", REGION)
        self.source = self.moto.create_queue(QueueName="OrderDLQ")["QueueUrl"]
        self.target = self.moto.create_queue(QueueName="OrderQueue")["QueueUrl"]
        self.requests: list[tuple[str, Request]] = []
        self.instead: Callable[[str, Request], Answer | None] = lambda _operation, _request: None
        self._lock = threading.Lock()
        self.exceptions = self.moto.exceptions

    def __getattr__(self, operation: str) -> Callable[..., Answer]:
        def ask(**request: Any) -> Answer:
            with self._lock:
                self.requests.append((operation, request))
                return self.instead(operation, request) or self.ask(operation, request)

        return ask

    def ask(self, operation: str, request: Request) -> Answer:
        return cast("Answer", getattr(self.moto, operation)(**request))

    def asked(self, operation: str) -> list[Request]:
        return [request for name, request in self.requests if name == operation]

    def fill(self, bodies: Sequence[str], attributes: Mapping[str, Any] | None = None) -> list[str]:
        """Send messages to the source queue, and return their IDs."""
        return [
            self.moto.send_message(QueueUrl=self.source, MessageBody=one, MessageAttributes=attributes or {})[
                "MessageId"
            ]
            for one in bodies
        ]

    def take(self, queue_url: str, *, hide_seconds: int = 0) -> list[Any]:
        """Receive all visible messages as another client, and hide them for a time in seconds."""
        found: dict[str, Any] = {}
        while True:
            messages = self.moto.receive_message(
                QueueUrl=queue_url,
                MaxNumberOfMessages=10,
                VisibilityTimeout=600,
                WaitTimeSeconds=0,
                MessageAttributeNames=["All"],
                MessageSystemAttributeNames=["All"],
            ).get("Messages", [])
            if not messages:
                break
            for message in messages:
                assert message["MessageId"] not in found
                found[message["MessageId"]] = message
        for message in found.values():
            self.moto.change_message_visibility(
                QueueUrl=queue_url, ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=hide_seconds
            )
        return list(found.values())

    def visible(self, queue_url: str) -> list[str]:
        return sorted(message["MessageId"] for message in self.take(queue_url))

    def bodies(self, queue_url: str) -> list[str]:
        return sorted(message["Body"] for message in self.take(queue_url))


def look_at(
    sqs: RecordingSQS, on_progress: Callable[[int], None] = lambda _count: None, *, lease_seconds: int = 120
) -> Look:
    timing = Timing(lease_seconds=lease_seconds, poll_seconds=0)  # moto really waits if a queue is empty.
    return Look(cast("Any", sqs), sqs.source, timing=timing, on_progress=on_progress)


def mover(sqs: RecordingSQS, look: Look, written: Journal) -> Mover:
    return Mover(cast("Any", sqs), look, written, source=sqs.source, target=sqs.target)


def move_all(sqs: RecordingSQS, written: Journal) -> list[SendResult]:
    with look_at(sqs) as look:
        return list(mover(sqs, look, written).move(look.leases))


def numbered(count: int) -> list[str]:
    return [body(f"O{number}") for number in range(count)]


BINARY = {"DataType": "Binary.png", "BinaryValue": bytes(range(256))}
TEXT = {"DataType": "String", "StringValue": "ä€😀"}
