"""A queue that subscribes to OrderEvents."""

import json
from typing import Any
from uuid import uuid4

from tests.support.pipeline import Pipeline
from tests.support.waiting import eventually


class Subscriber:
    """Receives the events from its creation on."""

    def __init__(self, pipeline: Pipeline, **filter_policy: list[str]) -> None:
        self._sqs, topic = pipeline.clients.sqs, pipeline.outputs["eventTopicArn"]
        # A FIFO topic delivers in order only to a FIFO queue.
        name = f"Subscriber-{uuid4()}"
        if topic.endswith(".fifo"):
            created = self._sqs.create_queue(QueueName=f"{name}.fifo", Attributes={"FifoQueue": "true"})
        else:
            created = self._sqs.create_queue(QueueName=name)
        self._url = created["QueueUrl"]
        arn = self._sqs.get_queue_attributes(QueueUrl=self._url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        pipeline.clients.sns.subscribe(
            TopicArn=topic,
            Protocol="sqs",
            Endpoint=arn,
            Attributes={"RawMessageDelivery": "true", "FilterPolicy": json.dumps(filter_policy)},
        )
        self._received: list[dict[str, Any]] = []

    def events_of(self, order_id: str) -> list[dict[str, Any]]:
        """The events of an order that have arrived, oldest first."""
        while messages := self._sqs.receive_message(QueueUrl=self._url, MaxNumberOfMessages=10).get("Messages"):
            for message in messages:
                self._received.append(json.loads(message["Body"]))
                self._sqs.delete_message(QueueUrl=self._url, ReceiptHandle=message["ReceiptHandle"])
        return [event for event in self._received if event["subject"] == order_id]

    def wait_for(self, order_id: str, count: int = 1) -> list[dict[str, Any]]:
        """Wait for a number of events of an order, and return all of them."""
        eventually(lambda: len(self.events_of(order_id)) >= count, f"{count} events of {order_id}")
        return self.events_of(order_id)
