"""Dead letters for tests: the queues of a system, and what is in them."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from handler.contract import PARTITION_KEY
from handler.item import item_of
from handler.order import InvalidOrder, parse_order
from local.aws import Endpoint
from ops.dead_letters.letter import Letter

Attributes = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, kw_only=True)
class Desk:
    """A dead-letter queue and its source, both without a reader, so that counts are exact."""

    endpoint: Endpoint
    outputs: Mapping[str, Any]

    @classmethod
    def make(cls, endpoint: Endpoint) -> "Desk":
        """Queues, a table, a topic and a log group that nobody else has."""
        suffix = uuid4().hex[:8]
        queues = {
            output: endpoint.sqs.create_queue(QueueName=f"{name}-{suffix}")["QueueUrl"]
            for output, name in {
                "queueUrl": "OrderQueue",
                "deadLetterQueueUrl": "OrderDLQ",
                "undeliveredQueueUrl": "OrderUndelivered",
            }.items()
        }
        table, group = f"Orders-{suffix}", f"/aws/lambda/OrderProcessor-{suffix}"
        endpoint.dynamodb.create_table(
            TableName=table,
            KeySchema=[{"AttributeName": PARTITION_KEY, "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": PARTITION_KEY, "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
        endpoint.logs.create_log_group(logGroupName=group)
        topic = endpoint.sns.create_topic(Name=f"OrderTopic-{suffix}")["TopicArn"]
        return cls(endpoint=endpoint, outputs={**queues, "topicArn": topic, "tableName": table, "logGroupName": group})

    @property
    def dead_letters(self) -> str:
        return str(self.outputs["deadLetterQueueUrl"])

    @property
    def source(self) -> str:
        return str(self.outputs["queueUrl"])

    def fill(self, letters: Sequence[tuple[str, Attributes]]) -> list[Letter]:
        """Put letters among the dead ones, each given by its body and attributes."""
        filled = []
        for body, attributes in letters:
            sent: Any = {"MessageBody": body, "MessageAttributes": attributes}
            message_id = self.endpoint.sqs.send_message(QueueUrl=self.dead_letters, **sent)["MessageId"]
            filled.append(Letter(message_id=message_id, body=body, attributes=attributes, system={}))
        return filled

    def store(self, letters: Sequence[Letter]) -> None:
        """Let the table hold the orders of those letters that have one."""
        for letter in letters:
            with suppress(InvalidOrder):
                item = item_of(parse_order(letter.body))
                self.endpoint.dynamodb.put_item(TableName=self.outputs["tableName"], Item=item)

    def hidden(self, queue_url: str) -> int:
        return self._count(queue_url, "ApproximateNumberOfMessagesNotVisible")

    def visible(self, queue_url: str) -> int:
        return self._count(queue_url, "ApproximateNumberOfMessages")

    def _count(self, queue_url: str, name: Any) -> int:
        answer = self.endpoint.sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=[name])
        return int(answer["Attributes"][name])

    def held(self, queue_url: str) -> list[Letter]:
        """All that can be seen of a queue, which is left as it was."""
        found = []
        while messages := self.endpoint.sqs.receive_message(
            QueueUrl=queue_url,
            MaxNumberOfMessages=10,
            VisibilityTimeout=60,
            AttributeNames=["All"],
            MessageAttributeNames=["All"],
        ).get("Messages"):
            found += messages
        for message in found:
            self.endpoint.sqs.change_message_visibility(
                QueueUrl=queue_url, ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=0
            )
        return [Letter.received(message) for message in found]
