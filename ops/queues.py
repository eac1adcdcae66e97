"""Reads the settings, the counts and the ages of queues."""

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from ops.clients import Clients

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient


class MessageCounts(NamedTuple):
    """The numbers of messages in a queue, as SQS approximates them."""

    visible: int
    in_flight: int

    @property
    def total(self) -> int:
        return self.visible + self.in_flight


def name_of_queue(queue_url: str) -> str:
    return queue_url.rpartition("/")[2]


def count_messages(sqs: "SQSClient", queue_url: str) -> MessageCounts:
    """Read how many messages a queue contains."""
    counts = sqs.get_queue_attributes(
        QueueUrl=queue_url, AttributeNames=["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    )["Attributes"]
    return MessageCounts(
        visible=int(counts["ApproximateNumberOfMessages"]),
        in_flight=int(counts["ApproximateNumberOfMessagesNotVisible"]),
    )


def delivery_seconds(sqs: "SQSClient", queue_url: str) -> int:
    """Read for how many seconds SQS delivers a message at most: its visibility timeout x maxReceiveCount."""
    attributes = sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=["VisibilityTimeout", "RedrivePolicy"])
    found = attributes["Attributes"]
    policy = json.loads(found.get("RedrivePolicy", "{}"))
    return int(found["VisibilityTimeout"]) * int(policy.get("maxReceiveCount", 1))


def arn_of_queue(sqs: "SQSClient", queue_url: str) -> str:
    return sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]


def read_oldest_seconds(clients: Clients, queue_name: str) -> float | None:
    """Read the age of the oldest message in a queue. CloudWatch reports it some minutes late, or not at all."""
    now = datetime.now(UTC)
    points = clients.cloudwatch.get_metric_statistics(
        Namespace="AWS/SQS",
        MetricName="ApproximateAgeOfOldestMessage",
        Dimensions=[{"Name": "QueueName", "Value": queue_name}],
        StartTime=now - timedelta(minutes=10),
        EndTime=now,
        Period=60,
        Statistics=["Maximum"],
    )["Datapoints"]
    return max(points, key=lambda point: point["Timestamp"])["Maximum"] if points else None
