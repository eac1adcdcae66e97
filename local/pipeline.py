"""A pipeline deployed on the emulator: publish to it, and see what became of the orders."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from handler.chunks import chunked
from handler.contract import PARTITION_KEY
from handler.outcome import Kind
from local.aws import Endpoint

PUBLISH_BATCH = 10
"""The most messages of one PublishBatch (SNS API Reference). They share the size of one, too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetter:
    """A message of the dead-letter queue."""

    message_id: str
    body: str


@dataclass(frozen=True)
class Pipeline:
    """The endpoint it runs on, and the stack's outputs."""

    endpoint: Endpoint
    outputs: dict[str, Any]

    def publish(self, bodies: Sequence[str]) -> list[str]:
        """Publish each body to the topic, and return what was refused, which is nothing as a rule."""
        refused = []
        for batch in chunked(bodies, PUBLISH_BATCH):
            answer = self.endpoint.sns.publish_batch(
                TopicArn=self.outputs["topicArn"],
                PublishBatchRequestEntries=[
                    {"Id": str(position), "Message": body} for position, body in enumerate(batch)
                ],
            )
            refused += [batch[int(failure["Id"])] for failure in answer["Failed"]]
        return refused

    def stored(self) -> int:
        """How many orders the table holds."""
        pages = self.endpoint.dynamodb.get_paginator("scan").paginate(
            TableName=self.outputs["tableName"], Select="COUNT", ConsistentRead=True
        )
        return sum(page["Count"] for page in pages)

    def order(self, order_id: str) -> dict[str, Any] | None:
        """An order as the table holds it."""
        return self.endpoint.item(self.outputs["tableName"], {PARTITION_KEY: order_id})

    def waiting(self, queue_output: str) -> int:
        """How many messages a queue holds, received ones included. The queue is named by its stack output."""
        attributes = self.endpoint.sqs.get_queue_attributes(
            QueueUrl=self.outputs[queue_output],
            AttributeNames=["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"],
        )["Attributes"]
        return sum(map(int, attributes.values()))

    def dead_letters(self) -> list[DeadLetter]:
        """What is in the dead-letter queue; it stays there, hidden for a moment."""
        found: dict[str, DeadLetter] = {}
        while messages := self.endpoint.sqs.receive_message(
            QueueUrl=self.outputs["deadLetterQueueUrl"],
            MaxNumberOfMessages=10,
            VisibilityTimeout=5,
        ).get("Messages"):
            for message in messages:
                found[message["MessageId"]] = DeadLetter(message_id=message["MessageId"], body=message["Body"])
        return list(found.values())

    def log_records(self) -> Iterator[dict[str, Any]]:
        """The processor's own log records, without the metrics' metadata and the lines that Lambda adds."""
        pages = self.endpoint.logs.get_paginator("filter_log_events").paginate(
            logGroupName=self.outputs["logGroupName"]
        )
        for page in pages:
            for event in page["events"]:
                record = json.loads(event["message"]) if event["message"].startswith("{") else {}
                record.pop("_aws", None)
                if "level" in record:
                    yield record

    def log_records_of(self, order_id: str) -> Iterator[dict[str, Any]]:
        """Those that name the order: of batches that it was stored with, and of its failed attempts."""
        for record in self.log_records():
            named = [record.get("orderId"), *(name for kind in Kind for name in record.get(kind, ()))]
            if order_id in named:
                yield record
