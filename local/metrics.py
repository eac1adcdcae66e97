"""Metrics that the emulator lacks: those of queues, topics, and functions that an event source mapping invokes."""
# ruff: noqa: SLF001 - the emulator has no public interface for this

import time
from collections.abc import Mapping
from typing import Any

from ministack.services import cloudwatch, lambda_svc, sns, sqs

KEPT_POINTS = 900
"""How many measurements of a queue are kept: 15 minutes, more than two periods of any alarm."""
KEPT_SECONDS = 3_600
"""How many seconds with published messages are kept: at least an hour, which a pause looks back."""
MOST_RECEIVES = 3
"""SQS ignores orders that were received more often when it reports the age of the oldest one."""


def complete_function_metrics() -> None:
    """Change the emulator in this process: measure each invocation once, whoever invokes the function.

    The duration is not reported. The emulator would include the start of its process.
    """
    execute = lambda_svc._execute_function

    def execute_and_measure(function: Any, event: Any) -> Any:
        result = execute(function, event)
        _measure_invocation((function.get("config") or function)["FunctionName"], event, result)
        return result

    lambda_svc._execute_function = execute_and_measure
    lambda_svc._emit_lambda_metrics = lambda *_, **__: None


def _measure_invocation(name: str, event: Any, result: Mapping[str, Any]) -> None:
    function = {"FunctionName": name}
    if result.get("throttle"):
        cloudwatch.record_metric("AWS/Lambda", "Throttles", 1, "Count", function)
        return
    cloudwatch.record_metric("AWS/Lambda", "Invocations", 1, "Count", function)
    cloudwatch.record_metric("AWS/Lambda", "Errors", 1 if result.get("error") else 0, "Count", function)
    records = event.get("Records") if isinstance(event, dict) else None  # An event can be any JSON.
    if records and records[-1].get("eventSource") == "aws:dynamodb":
        age = time.time() - records[-1]["dynamodb"]["ApproximateCreationDateTime"]
        cloudwatch.record_metric("AWS/Lambda", "IteratorAge", age * 1000, "Milliseconds", function)


def complete_topic_metrics() -> None:
    """Change the emulator in this process: count the messages that are published to each topic."""
    fan_out = sns._fanout

    def count_and_fan_out(topic_arn: str, *message: Any, **attributes: Any) -> Any:
        _count_published(topic_arn.rpartition(":")[2])
        return fan_out(topic_arn, *message, **attributes)

    sns._fanout = count_and_fan_out


def _count_published(topic: str) -> None:
    """Count a message in a point for each second, so that a million messages do not fill the memory."""
    dimensions = {"TopicName": topic}
    points = cloudwatch._metric_bucket(("AWS/SNS", "NumberOfMessagesPublished", cloudwatch._dims_key(dimensions)))
    if points and time.time() - points[-1]["Timestamp"] < 1:
        points[-1]["Value"] += 1
    else:
        cloudwatch.record_metric("AWS/SNS", "NumberOfMessagesPublished", 1, "Count", dimensions)
        del points[:-KEPT_SECONDS]


def measure_queues() -> None:
    """Record the metrics of all queues of the account and Region that the request scope names."""
    for queue in list(sqs._queues.values()):
        sqs._refresh_counts(queue)
        counts = queue["attributes"]
        in_flight = float(counts["ApproximateNumberOfMessagesNotVisible"])
        _record(queue, "ApproximateNumberOfMessagesVisible", float(counts["ApproximateNumberOfMessages"]), "Count")
        _record(queue, "ApproximateNumberOfMessagesNotVisible", in_flight, "Count")
        _record(queue, "ApproximateAgeOfOldestMessage", _oldest_seconds(queue["messages"]), "Seconds")


def _oldest_seconds(messages: list[Mapping[str, Any]]) -> float:
    now = time.time()
    counted = (message for message in messages if message["receive_count"] <= MOST_RECEIVES)
    return max((now - message.get("enqueued_at", message["sent_at"]) for message in counted), default=0)


def _record(queue: Mapping[str, Any], name: str, value: float, unit: str) -> None:
    dimensions = {"QueueName": queue["name"]}
    cloudwatch.record_metric("AWS/SQS", name, value, unit, dimensions)
    del cloudwatch._metric_bucket(("AWS/SQS", name, cloudwatch._dims_key(dimensions)))[:-KEPT_POINTS]
