"""The rules of a review: each change in both directions."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from ops.review.finding import Finding, Verdict
from ops.review.live import Live, QueueFacts
from ops.review.preview import UNKNOWN
from ops.review.review import review
from ops.review.rules import context
from tests.support.previews import ARN, preview, step, urn

REFUSED, LOSES, INTERRUPTS = Verdict.REFUSED, Verdict.LOSES, Verdict.INTERRUPTS
WEAKENS, LOOK, SAFE = Verdict.WEAKENS, Verdict.LOOK, Verdict.SAFE


def policy(*statements: Mapping[str, Any]) -> dict[str, str]:
    return {"policy": json.dumps({"Version": "2012-10-17", "Statement": statements})}


def redrive(receives: int, target: str = "OrderDLQ") -> dict[str, str]:
    return {"redrivePolicy": json.dumps({"deadLetterTargetArn": ARN + target, "maxReceiveCount": receives})}


SEND = {"Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"}, "Action": "sqs:SendMessage", "Resource": ARN}
TLS = {"Effect": "Deny", "Principal": "*", "Action": "sqs:*", "Resource": ARN}
RETRY = {"Effect": "Allow", "Action": ["sqs:ChangeMessageVisibility"], "Resource": ARN}
ON = {"pointInTimeRecovery": {"enabled": True, "recoveryPeriodInDays": 35}}
SHORT = {"pointInTimeRecovery": {"enabled": True, "recoveryPeriodInDays": 7}}
REPORTS = {"functionResponseTypes": ["ReportBatchItemFailures"]}
UPPER = {"comparisonOperator": "GreaterThanThreshold"}
LOWER = {"comparisonOperator": "LessThanThreshold"}

DIRECTIONS = [
    (context.QUEUE, {"messageRetentionSeconds": 60}, {"messageRetentionSeconds": 90}, SAFE, LOSES),
    (context.QUEUE, {"visibilityTimeoutSeconds": 30}, {"visibilityTimeoutSeconds": 60}, SAFE, WEAKENS),
    (context.QUEUE, {"maxMessageSize": 1024}, {"maxMessageSize": 2048}, SAFE, WEAKENS),
    (context.QUEUE, {"delaySeconds": 0}, {"delaySeconds": 5}, INTERRUPTS, SAFE),
    (context.QUEUE, redrive(3), redrive(5), SAFE, WEAKENS),
    (context.QUEUE, redrive(3), {}, LOSES, LOOK),
    (context.QUEUE, redrive(3), redrive(3, "Other"), INTERRUPTS, INTERRUPTS),
    (context.QUEUE, redrive(3), {"redrivePolicy": UNKNOWN}, LOOK, LOOK),
    (context.QUEUE, {"sqsManagedSseEnabled": True}, {"kmsMasterKeyId": "k"}, INTERRUPTS, WEAKENS),
    (context.QUEUE, {"sqsManagedSseEnabled": True}, {}, WEAKENS, SAFE),
    (context.QUEUE, {"fifoThroughputLimit": "a"}, {"fifoThroughputLimit": "b"}, LOOK, LOOK),
    (context.QUEUE, {"tags": {"a": "b"}}, {"tags": {}}, SAFE, SAFE),
    (context.TABLE, ON, SHORT, WEAKENS, SAFE),
    (context.TABLE, ON, {}, WEAKENS, SAFE),
    (context.TABLE, {"deletionProtectionEnabled": True}, {"deletionProtectionEnabled": False}, WEAKENS, SAFE),
    (context.TABLE, {}, {"ttl": {"enabled": True, "attributeName": "x"}}, LOSES, SAFE),
    (context.TABLE, {}, {"serverSideEncryption": {"enabled": True}}, INTERRUPTS, INTERRUPTS),
    (context.MAPPING, {"enabled": True}, {"enabled": False}, INTERRUPTS, SAFE),
    (context.MAPPING, {}, {"filterCriteria": {"filters": []}}, LOSES, SAFE),
    (context.MAPPING, REPORTS, {}, LOSES, SAFE),
    (context.MAPPING, {"batchSize": 10}, {"batchSize": 5}, SAFE, SAFE),
    (context.MAPPING, {"scalingConfig": {"maximumConcurrency": 5}}, {"scalingConfig": {}}, LOOK, LOOK),
    (context.SUBSCRIPTION, {}, {"filterPolicy": "{}"}, LOSES, SAFE),
    (context.SUBSCRIPTION, {"redrivePolicy": "{}"}, {}, LOSES, LOOK),
    (context.SUBSCRIPTION, {"rawMessageDelivery": True}, {}, SAFE, SAFE),
    (context.FUNCTION, {"reservedConcurrentExecutions": 10}, {"reservedConcurrentExecutions": 0}, INTERRUPTS, LOOK),
    (context.FUNCTION, {"runtime": "python3.11"}, {"runtime": "python3.12"}, LOOK, LOOK),
    (context.FUNCTION, {"timeout": 5}, {"timeout": 3}, LOOK, SAFE),
    (context.FUNCTION, {"code": {"hash": "a"}}, {"code": {"hash": "b"}}, LOOK, LOOK),
    (context.FUNCTION, {"memorySize": 512}, {"memorySize": 256}, LOOK, SAFE),
    (context.FUNCTION, {"environment": {}}, {"environment": {"variables": {}}}, SAFE, SAFE),
    (context.LOG_GROUP, {"retentionInDays": 90}, {"retentionInDays": 14}, LOSES, SAFE),
    (context.KEY, {"enableKeyRotation": True}, {"enableKeyRotation": False}, WEAKENS, SAFE),
    (context.KEY, {"isEnabled": True}, {"isEnabled": False}, INTERRUPTS, SAFE),
    (context.QUEUE_POLICY, policy(SEND, TLS), policy(SEND), WEAKENS, LOOK),
    (context.QUEUE_POLICY, policy(SEND, TLS), policy(TLS), INTERRUPTS, WEAKENS),
    (context.QUEUE_POLICY, policy(SEND), {"policy": UNKNOWN}, LOOK, LOOK),
    (context.ROLE_POLICY, policy(RETRY), policy(), LOOK, WEAKENS),
    (context.ALARM, {"threshold": 1, **UPPER}, {"threshold": 5, **UPPER}, WEAKENS, SAFE),
    (context.ALARM, {"threshold": 1, **LOWER}, {"threshold": 5, **LOWER}, SAFE, WEAKENS),
    (context.ALARM, {"alarmActions": ["a"]}, {"alarmActions": []}, WEAKENS, SAFE),
    (context.ALARM, {"actionsEnabled": True}, {"actionsEnabled": False}, WEAKENS, SAFE),
    (context.ALARM, {"evaluationPeriods": 1}, {"evaluationPeriods": 3}, WEAKENS, SAFE),
    (context.DASHBOARD, {"dashboardBody": "{}"}, {"dashboardBody": "[]"}, SAFE, SAFE),
    ("aws:s3/bucket:Bucket", {"acl": "a"}, {"acl": "b"}, LOOK, LOOK),
]


@pytest.mark.parametrize(("kind", "one", "other", "forth", "back"), DIRECTIONS)
def test_the_direction_of_a_change_decides(
    kind: str, one: dict[str, Any], other: dict[str, Any], forth: Verdict, back: Verdict
) -> None:
    assert review(preview(step("update", kind, "R", one, other)), Live()).verdict is forth
    assert review(preview(step("update", kind, "R", other, one)), Live()).verdict is back


REMOVED = {
    context.QUEUE: LOSES,
    context.TABLE: LOSES,
    context.KEY: LOSES,
    context.LOG_GROUP: LOSES,
    context.MAPPING: INTERRUPTS,
    context.FUNCTION: INTERRUPTS,
    context.ROLE: INTERRUPTS,
    context.ROLE_POLICY: INTERRUPTS,
    context.QUEUE_POLICY: INTERRUPTS,
    context.TOPIC_POLICY: WEAKENS,
    context.ALLOW_POLICY: WEAKENS,
    context.ALARM: WEAKENS,
    context.DASHBOARD: SAFE,
    context.TOPIC: WEAKENS,
    "aws:s3/bucket:Bucket": LOOK,
}


@pytest.mark.parametrize(("kind", "verdict"), REMOVED.items())
def test_a_resource_that_is_deleted_or_replaced_has_the_verdict_of_its_content(kind: str, verdict: Verdict) -> None:
    assert review(preview(step("delete", kind, "R", {})), Live()).verdict is verdict
    assert review(preview(step("replace", kind, "R", {"a": 1}, {"a": 2}, reasons=["a"])), Live()).verdict is verdict


def test_the_topic_of_orders_loses_and_a_topic_of_alarms_does_not() -> None:
    subscription = {"protocol": "sqs", "topic": f"{ARN}OrderTopic"}
    same = step("same", context.SUBSCRIPTION, "S", subscription, subscription)
    assert review(preview(same, step("delete", context.TOPIC, "OrderTopic", {})), Live()).verdict is LOSES
    assert review(preview(same, step("delete", context.TOPIC, "OrderAlerts", {})), Live()).verdict is WEAKENS


@pytest.mark.parametrize(
    ("protocol", "operation", "first", "verdict"),
    [
        ("sqs", "delete", False, LOSES),
        ("sqs", "replace", True, LOSES),
        ("sqs", "replace", False, SAFE),
        ("email", "delete", False, WEAKENS),
    ],
)
def test_only_a_gap_without_a_subscription_of_the_queue_loses_orders(
    protocol: str, operation: str, first: bool, verdict: Verdict
) -> None:
    after = {"protocol": protocol} if operation == "replace" else None
    gone = step(operation, context.SUBSCRIPTION, "S", {"protocol": protocol}, after, pendingReplacement=first)
    assert review(preview(gone), Live()).verdict is verdict


def test_a_retained_resource_interrupts_because_nothing_uses_it_any_more() -> None:
    assert review(preview(step("delete", context.QUEUE, "Q", {}, retainOnDelete=True)), Live()).verdict is INTERRUPTS


def test_protection_that_ends_weakens() -> None:
    assert review(preview(step("same", context.TABLE, "Orders", {}, {}, protect=True)), Live()).verdict is WEAKENS


def test_a_second_reader_of_a_queue_takes_its_orders() -> None:
    source = {"eventSourceArn": f"{ARN}OrderQueue"}
    same = step("same", context.MAPPING, "OrderProcessor", source, source)
    assert review(preview(same, step("create", context.MAPPING, "Other", None, source)), Live()).verdict is LOSES


def test_a_new_permission_in_an_existing_stack_weakens_and_the_first_deployment_is_safe() -> None:
    created = step("create", context.ROLE_POLICY, "P", None, policy(RETRY))
    assert review(preview(created), Live()).verdict is SAFE
    assert review(preview(created, step("same", context.QUEUE, "Q", {}, {})), Live()).verdict is WEAKENS


def test_equal_statements_in_another_order_change_nothing() -> None:
    before = {"Effect": "Allow", "Action": ["a:X", "a:Y"], "Resource": ["r"], "Sid": "One"}
    after = {"Effect": "Allow", "Action": ["a:Y", "a:X"], "Resource": "r", "Sid": "Two"}
    assert (
        review(preview(step("update", context.ROLE_POLICY, "P", policy(before), policy(after))), Live()).verdict is SAFE
    )


RETENTION = step("update", context.QUEUE, "Q", {"messageRetentionSeconds": 900}, {"messageRetentionSeconds": 300})


def lowered(visible: int, oldest: float | None) -> Finding:
    facts = QueueFacts(visible=visible, in_flight=0, oldest_seconds=oldest)
    [found] = review(preview(RETENTION), Live(queues={urn(context.QUEUE, "Q"): facts})).findings
    return found


@pytest.mark.parametrize(
    ("visible", "oldest", "verdict"), [(0, None, WEAKENS), (9, 100, WEAKENS), (9, 300, LOSES), (9, None, LOSES)]
)
def test_a_lowered_retention_is_held_against_the_age_of_the_oldest_message(
    visible: int, oldest: float | None, verdict: Verdict
) -> None:
    assert lowered(visible, oldest).verdict is verdict


def test_the_numbers_of_messages_are_told() -> None:
    facts = QueueFacts(visible=1204, in_flight=80, oldest_seconds=None)
    [found] = review(
        preview(step("delete", context.QUEUE, "Q", {})), Live(queues={urn(context.QUEUE, "Q"): facts})
    ).findings
    assert found.what == "deletes the queue Q; 1,204 messages are visible and 80 are in flight"


def test_a_failed_preview_is_refused_and_hides_addresses_and_the_stack_of_calls() -> None:
    message = 'Program failed:\nTraceback (most recent call last):\n  File "x", line 1\nValueError: ann@example.com'
    [found] = review(preview(errors=(message, "an unhandled error occurred: program exited with 1")), Live()).findings
    assert (found.verdict, found.why) == (REFUSED, "Program failed: ValueError: [address]")
