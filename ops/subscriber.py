"""A queue that subscribes to OrderEvents, as another team would make it, for the demo."""

import json
from collections import Counter

from handler.queue import MAX_ENTRIES
from ops.system import System

NAME = "DemoSubscriber"


class Subscriber:
    """Receives every event and counts it by its ID."""

    def __init__(self, system: System) -> None:
        self._sqs = system.clients.sqs
        self._url = self._sqs.create_queue(QueueName=NAME)["QueueUrl"]
        arn = self._sqs.get_queue_attributes(QueueUrl=self._url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        system.clients.sns.subscribe(
            TopicArn=system.outputs.event_topic_arn,
            Protocol="sqs",
            Endpoint=arn,
            Attributes={"RawMessageDelivery": "true"},
        )
        self._received: Counter[str] = Counter()

    def count(self) -> int:
        """Receive what has arrived, and return the number of different events so far."""
        while messages := self._sqs.receive_message(QueueUrl=self._url, MaxNumberOfMessages=MAX_ENTRIES).get(
            "Messages"
        ):
            for message in messages:
                self._received[json.loads(message["Body"])["id"]] += 1
                self._sqs.delete_message(QueueUrl=self._url, ReceiptHandle=message["ReceiptHandle"])
        return len(self._received)

    @property
    def repeated(self) -> int:
        """The number of events that were received more than once."""
        return sum(count > 1 for count in self._received.values())
