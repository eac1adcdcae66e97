"""Dead letters for tests: the queues of a system, and functions that fill and read them."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any
from uuid import uuid4

from handler.chunks import chunked
from handler.contract import PARTITION_KEY
from handler.item import item_of
from handler.order import InvalidOrder, parse_order
from handler.queue import MAX_ENTRIES
from ops.clients import Clients
from ops.dead_letters.letter import Letter
from tests.support.pipeline import Pipeline
from tests.support.waiting import eventually

Attributes = Mapping[str, Mapping[str, Any]]

ATTRIBUTES: Attributes = {
    "picture": {"DataType": "Binary.png", "BinaryValue": bytes(range(256))},
    "text": {"DataType": "String", "StringValue": "ä€😀"},
}


@dataclass(frozen=True, kw_only=True)
class OrderQueues:
    """OrderQueue and OrderDLQ of a system, with the other outputs of its stack."""

    clients: Clients
    outputs: Mapping[str, Any]

    @classmethod
    def make(cls, clients: Clients) -> "OrderQueues":
        """Create queues, a table, a topic and a log group for one test.

        No function reads the queues, so that their message counts are exact.
        """
        suffix = uuid4().hex[:8]
        queues = {
            output: clients.sqs.create_queue(QueueName=f"{name}-{suffix}")["QueueUrl"]
            for output, name in {
                "queueUrl": "OrderQueue",
                "deadLetterQueueUrl": "OrderDLQ",
                "undeliveredQueueUrl": "OrderUndelivered",
            }.items()
        }
        table, group = f"Orders-{suffix}", f"/aws/lambda/OrderProcessor-{suffix}"
        clients.dynamodb.create_table(
            TableName=table,
            KeySchema=[{"AttributeName": PARTITION_KEY, "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": PARTITION_KEY, "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
        clients.logs.create_log_group(logGroupName=group)
        topic = clients.sns.create_topic(Name=f"OrderTopic-{suffix}")["TopicArn"]
        return cls(clients=clients, outputs={**queues, "topicArn": topic, "tableName": table, "logGroupName": group})

    @property
    def undelivered(self) -> "OrderQueues":
        """The same queues with OrderUndelivered in the place of OrderDLQ."""
        return replace(self, outputs={**self.outputs, "deadLetterQueueUrl": self.outputs["undeliveredQueueUrl"]})

    @property
    def dead_letters(self) -> str:
        return str(self.outputs["deadLetterQueueUrl"])

    @property
    def source(self) -> str:
        return str(self.outputs["queueUrl"])

    def fill(self, letters: Sequence[tuple[str, Attributes]]) -> list[Letter]:
        """Send messages to OrderDLQ, each with a body and attributes."""
        filled = []
        for body, attributes in letters:
            sent: Any = {"MessageBody": body, "MessageAttributes": attributes}
            message_id = self.clients.sqs.send_message(QueueUrl=self.dead_letters, **sent)["MessageId"]
            filled.append(Letter(message_id=message_id, body=body, attributes=attributes, system={}))
        return filled

    def store(self, letters: Sequence[Letter]) -> None:
        """Store the order of each letter. Letters without a valid order are ignored."""
        for letter in letters:
            with suppress(InvalidOrder):
                item = item_of(parse_order(letter.body))
                self.clients.dynamodb.put_item(TableName=self.outputs["tableName"], Item=item)

    def hidden(self, queue_url: str) -> int:
        return self._count(queue_url, "ApproximateNumberOfMessagesNotVisible")

    def visible(self, queue_url: str) -> int:
        return self._count(queue_url, "ApproximateNumberOfMessages")

    def _count(self, queue_url: str, name: Any) -> int:
        answer = self.clients.sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=[name])
        return int(answer["Attributes"][name])

    def letters_in(self, queue_url: str) -> list[Letter]:
        """Return all visible messages of a queue, and make them visible again."""
        found = []
        while messages := self.clients.sqs.receive_message(
            QueueUrl=queue_url,
            MaxNumberOfMessages=10,
            VisibilityTimeout=60,
            AttributeNames=["All"],
            MessageAttributeNames=["All"],
        ).get("Messages"):
            found += messages
        self.release(queue_url, [message["ReceiptHandle"] for message in found])
        return [Letter.received(message) for message in found]

    def release(self, queue_url: str, receipts: Sequence[str]) -> None:
        """Make received messages visible again. Deleted messages are ignored."""
        for batch in chunked(receipts, MAX_ENTRIES):
            entries: Any = [
                {"Id": str(position), "ReceiptHandle": receipt, "VisibilityTimeout": 0}
                for position, receipt in enumerate(batch)
            ]
            self.clients.sqs.change_message_visibility_batch(QueueUrl=queue_url, Entries=entries)


def new_id() -> str:
    return f"T-{uuid4().hex[:8]}"


def poison(pipeline: Pipeline, queues: OrderQueues, *bodies: str) -> None:
    """Publish invalid orders, and wait until they are dead letters."""
    there = queues.visible(queues.dead_letters)
    assert pipeline.publish(bodies) == []
    eventually(lambda: queues.visible(queues.dead_letters) == there + len(bodies), "the dead letters")


def fill(queues: OrderQueues, *bodies: str, attributes: Attributes | None = None) -> list[Letter]:
    """Send messages to OrderDLQ that the processor never received."""
    return queues.fill([(body, attributes or {}) for body in bodies])


def dead(queues: OrderQueues) -> list[str]:
    """Return the bodies of the dead letters, sorted."""
    return sorted(letter.body for letter in queues.letters_in(queues.dead_letters))


def only_dead(queues: OrderQueues) -> Letter:
    [letter] = queues.letters_in(queues.dead_letters)
    return letter


def store(queues: OrderQueues, *bodies: str) -> None:
    queues.store([Letter(message_id="", body=body, attributes={}, system={}) for body in bodies])
