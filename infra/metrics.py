"""The CloudWatch metrics of the flow, from the topic to the table. Alarms and dashboard share these definitions."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

import pulumi
import pulumi_aws as aws

from handler.contract import FUNCTION_DIMENSION, METRICS_NAMESPACE, ORDER_AGE, EventMetric, OutcomeMetric


@dataclass(frozen=True, slots=True)
class Metric:
    """A CloudWatch metric and the statistic that is evaluated."""

    namespace: str
    dimensions: Mapping[str, pulumi.Input[str]]
    name: str
    statistic: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """The resources that orders pass, and the queues for failed orders."""

    topic: aws.sns.Topic
    queue: aws.sqs.Queue
    dead_letters: aws.sqs.Queue
    undelivered: aws.sqs.Queue
    function: aws.lambda_.Function
    function_timeout_seconds: int
    table: aws.dynamodb.Table
    events: "EventFlow | None"
    """None if the system tells no events."""
    custom_metrics: bool
    """Whether the functions write metrics to their logs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EventFlow:
    """The resources that events pass, and the queue of events that were given up."""

    function: aws.lambda_.Function
    topic: aws.sns.Topic
    given_up: aws.sqs.Queue
    custom_metrics: bool


class EventMetrics:
    """The metrics of events, from the table's stream to the topic."""

    def __init__(self, flow: EventFlow) -> None:
        function = partial(Metric, "AWS/Lambda", {"FunctionName": flow.function.name})
        self.invocations = function("Invocations", "Sum")
        self.errors = function("Errors", "Sum")
        # The age of the last record of a batch when the function gets it, in milliseconds.
        self.oldest = function("IteratorAge", "Maximum")

        # The notifier writes the measurements for these metrics to its log.
        notifier = partial(Metric, METRICS_NAMESPACE, {FUNCTION_DIMENSION: flow.function.name})
        self.results = tuple(notifier(str(metric), "Sum") for metric in EventMetric if flow.custom_metrics)

        topic = partial(Metric, "AWS/SNS", {"TopicName": flow.topic.name})
        self.published = topic("NumberOfMessagesPublished", "Sum")
        self.delivered = topic("NumberOfNotificationsDelivered", "Sum")
        self.not_delivered = topic("NumberOfNotificationsFailed", "Sum")

        self.given_up = Metric(
            "AWS/SQS", {"QueueName": flow.given_up.name}, "ApproximateNumberOfMessagesVisible", "Maximum"
        )


class FlowMetrics:
    """The metrics of a flow. The CloudWatch page of each service defines their names."""

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
        self.received = queue("NumberOfMessagesReceived", "Sum")

        # Only the visible messages show dead letters correctly. NumberOfMessagesSent does not count moved messages. The
        # messages not visible can be 1 in an empty queue. The age counts from the move, not from the first enqueue.
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

        # The handler writes the measurements for these metrics to its log.
        handler = partial(Metric, METRICS_NAMESPACE, {FUNCTION_DIMENSION: flow.function.name})
        self.outcomes = tuple(handler(str(metric), "Sum") for metric in OutcomeMetric if flow.custom_metrics)
        self.ages = tuple(handler(ORDER_AGE, statistic) for statistic in ("p50", "p99") if flow.custom_metrics)

        # ThrottledRequests counts a batch only if all of its writes are throttled; WriteThrottleEvents counts each one.
        table = {"TableName": flow.table.name}
        self.written = Metric("AWS/DynamoDB", table, "ConsumedWriteCapacityUnits", "Sum")
        self.throttled_writes = Metric("AWS/DynamoDB", table, "WriteThrottleEvents", "Sum")
        # The two operations of handler/store.py. DynamoDB reports errors and latency only per operation.
        inserts = partial(Metric, "AWS/DynamoDB", {**table, "Operation": "BatchExecuteStatement"})
        puts = partial(Metric, "AWS/DynamoDB", {**table, "Operation": "PutItem"})
        self.insert_errors = inserts("SystemErrors", "Sum")
        self.put_errors = puts("SystemErrors", "Sum")
        self.insert_latency = inserts("SuccessfulRequestLatency", "Average")
        self.put_latency = puts("SuccessfulRequestLatency", "Average")
