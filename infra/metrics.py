"""What is measured of the flow, from publish to table: each metric once, for alarms and dashboard alike."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

import pulumi
import pulumi_aws as aws

from handler.contract import (
    BATCH_SIZE,
    METRICS_NAMESPACE,
    ORDER_AGE,
    SERVICE_DIMENSION,
    SERVICE_NAME,
    OutcomeMetric,
)


@dataclass(frozen=True, slots=True)
class Metric:
    """A metric of CloudWatch, and the statistic that says something about it."""

    namespace: str
    dimensions: Mapping[str, pulumi.Input[str]]
    name: str
    statistic: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """What orders go through, and where they end when they fail."""

    topic: aws.sns.Topic
    queue: aws.sqs.Queue
    dead_letters: aws.sqs.Queue
    undelivered: aws.sqs.Queue
    function: aws.lambda_.Function
    function_timeout_seconds: int
    table: aws.dynamodb.Table


class FlowMetrics:
    """The metrics of a flow, under the names that CloudWatch's own pages for each service give them."""

    def __init__(self, flow: Flow) -> None:
        topic = partial(Metric, "AWS/SNS", {"TopicName": flow.topic.name})
        self.published = topic("NumberOfMessagesPublished", "Sum")
        self.delivered = topic("NumberOfNotificationsDelivered", "Sum")
        self.not_delivered = topic("NumberOfNotificationsFailed", "Sum")
        self.lost = topic("NumberOfNotificationsFailedToRedriveToDlq", "Sum")

        queue = partial(Metric, "AWS/SQS", {"QueueName": flow.queue.name})
        self.waiting = queue("ApproximateNumberOfMessagesVisible", "Maximum")
        self.in_process = queue("ApproximateNumberOfMessagesNotVisible", "Maximum")
        self.oldest = queue("ApproximateAgeOfOldestMessage", "Maximum")

        # Of dead letters, the visible ones alone tell the truth: NumberOfMessagesSent does not count what SQS moves,
        # the hidden ones can be 1 in an empty queue, and their age counts from the move, not from the first queue.
        self.dead_letters = Metric(
            "AWS/SQS", {"QueueName": flow.dead_letters.name}, "ApproximateNumberOfMessagesVisible", "Maximum"
        )
        self.undelivered = Metric(
            "AWS/SQS", {"QueueName": flow.undelivered.name}, "ApproximateNumberOfMessagesVisible", "Maximum"
        )

        function = partial(Metric, "AWS/Lambda", {"FunctionName": flow.function.name})
        self.invocations = function("Invocations", "Sum")
        self.errors = function("Errors", "Sum")
        self.throttles = function("Throttles", "Sum")
        self.duration = function("Duration", "Average")
        self.longest = function("Duration", "Maximum")

        # What the handler itself measures.
        handler = partial(Metric, METRICS_NAMESPACE, {SERVICE_DIMENSION: SERVICE_NAME})
        self.outcomes = tuple(handler(str(metric), "Sum") for metric in OutcomeMetric)
        self.batch_size = handler(BATCH_SIZE, "Average")
        self.typical_age = handler(ORDER_AGE, "p50")
        self.high_age = handler(ORDER_AGE, "p99")

        # ThrottledRequests counts a batch only when all of its writes are throttled, so the throttled writes count.
        table = {"TableName": flow.table.name}
        self.written = Metric("AWS/DynamoDB", table, "ConsumedWriteCapacityUnits", "Sum")
        self.throttled_writes = Metric("AWS/DynamoDB", table, "WriteThrottleEvents", "Sum")
        # The two requests of handler/store.py. DynamoDB reports errors and latency by operation alone.
        inserts = partial(Metric, "AWS/DynamoDB", {**table, "Operation": "BatchExecuteStatement"})
        puts = partial(Metric, "AWS/DynamoDB", {**table, "Operation": "PutItem"})
        self.insert_errors = inserts("SystemErrors", "Sum")
        self.put_errors = puts("SystemErrors", "Sum")
        self.insert_latency = inserts("SuccessfulRequestLatency", "Average")
        self.put_latency = puts("SuccessfulRequestLatency", "Average")
