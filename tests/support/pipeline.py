"""A pipeline on the emulator: publish to it, and see what became of the orders."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from ops.clients import Clients
from ops.log.reading import EPOCH, read_log
from ops.publish import publish_orders
from ops.queues import count_messages
from ops.system import LOCAL, System
from ops.table import StoredOrder, count_orders, get_order


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetter:
    """A message of the dead-letter queue."""

    message_id: str
    body: str


@dataclass(frozen=True)
class Pipeline:
    """The emulator's clients, and the stack's outputs by the names that it exports."""

    clients: Clients
    outputs: dict[str, Any]

    @property
    def system(self) -> System:
        return System.of(LOCAL, self.outputs, self.clients.endpoint_url)

    def publish(self, bodies: Sequence[str]) -> list[str]:
        """Publish each body to the topic, and return those that SNS rejected."""
        rejections = publish_orders(self.clients.sns, self.outputs["topicArn"], bodies)
        return [rejection.body for rejection in rejections]

    def stored(self) -> int:
        """The number of orders in the table."""
        return count_orders(self.clients.dynamodb, self.outputs["tableName"])

    def order(self, order_id: str) -> StoredOrder | None:
        """An order as the table stores it."""
        return get_order(self.clients.dynamodb, self.outputs["tableName"], order_id)

    def waiting(self, queue_output: str) -> int:
        """The number of messages in a queue, those in flight included. The queue is named by its stack output."""
        return count_messages(self.clients.sqs, self.outputs[queue_output]).total

    def dead_letters(self) -> list[DeadLetter]:
        """The messages in the dead-letter queue. They stay there, hidden for some seconds."""
        found: dict[str, DeadLetter] = {}
        while messages := self.clients.sqs.receive_message(
            QueueUrl=self.outputs["deadLetterQueueUrl"],
            MaxNumberOfMessages=10,
            VisibilityTimeout=5,
        ).get("Messages"):
            for message in messages:
                found[message["MessageId"]] = DeadLetter(message_id=message["MessageId"], body=message["Body"])
        return list(found.values())

    def log_records(self) -> Iterator[dict[str, Any]]:
        """The processor's own log records."""
        for record in read_log(self.clients.logs, self.outputs["logGroupName"], start=EPOCH):
            yield dict(record)

    def log_records_of(self, order_id: str) -> Iterator[dict[str, Any]]:
        """The processor's log records that name an order."""
        for record in read_log(self.clients.logs, self.outputs["logGroupName"], start=EPOCH, order_id=order_id):
            yield dict(record)
