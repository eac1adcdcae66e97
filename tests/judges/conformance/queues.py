"""Queues for cases."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from tests.judges.conformance.case import Aws, new_name
from tests.support.waiting import eventually


class Queue:
    """A new queue, and the requests that cases need."""

    def __init__(self, aws: Aws, *, suffix: str = "", **attributes: str) -> None:
        self.sqs = aws.client("sqs")
        self.url = self.sqs.create_queue(QueueName=new_name(suffix), Attributes=attributes)["QueueUrl"]

    @classmethod
    def fifo(cls, aws: Aws, **attributes: str) -> "Queue":
        return cls(aws, suffix=".fifo", FifoQueue="true", **attributes)

    @property
    def arn(self) -> str:
        return self.attribute("QueueArn")

    def attribute(self, name: str) -> str:
        found = self.sqs.get_queue_attributes(QueueUrl=self.url, AttributeNames=[name])
        return str(found.get("Attributes", {}).get(name, "missing"))

    def send(self, body: str, **more: Any) -> str:
        return str(self.sqs.send_message(QueueUrl=self.url, MessageBody=body, **more)["MessageId"])

    def receive(self, **more: Any) -> list[dict[str, Any]]:
        """Receive up to ten messages with all of their attributes. Waits two seconds for the first."""
        parameters: Mapping[str, Any] = {
            "MaxNumberOfMessages": 10,
            "WaitTimeSeconds": 2,
            "AttributeNames": ["All"],
            "MessageAttributeNames": ["All"],
            **more,
        }
        return list(self.sqs.receive_message(QueueUrl=self.url, **parameters).get("Messages", []))

    def bodies(self, last: str) -> Sequence[str]:
        """Receive the message with this body, and all that arrive up to two seconds after it. Sorted."""
        found: list[str] = []

        def has_all() -> bool:
            received = self.receive()
            found.extend(message["Body"] for message in received)
            return last in found and not received

        eventually(has_all, "the last message")
        return sorted(found)


def with_dead_letters(aws: Aws, max_receive_count: int = 2) -> tuple[Queue, Queue]:
    """A queue, and its dead-letter queue."""
    dead_letters = Queue(aws)
    policy = json.dumps({"deadLetterTargetArn": dead_letters.arn, "maxReceiveCount": max_receive_count})
    return Queue(aws, RedrivePolicy=policy), dead_letters


def moved_by_sqs(queue: Queue, dead_letters: Queue, body: str = "{}") -> tuple[str, dict[str, Any]]:
    """Send a message and receive it until SQS moves it. Returns its ID, and the dead letter."""
    message_id = queue.send(body)
    for _ in range(3):
        queue.receive(VisibilityTimeout=0, WaitTimeSeconds=0)
    [letter] = dead_letters.receive()
    return message_id, letter
