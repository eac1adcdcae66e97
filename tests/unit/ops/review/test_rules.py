"""The rules of a review: each change in both directions."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from ops.review import resource_types as types
from ops.review.finding import Finding, Verdict
from ops.review.live import Live, QueueFacts
from ops.review.preview import UNKNOWN
from ops.review.review import review
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
    (types.QUEUE, {"messageRetentionSeconds": 60}, {"messageRetentionSeconds": 90}, SAFE, LOSES),
    (types.QUEUE, {"messageRetentionSeconds": 1_209_600}, {}, LOSES, SAFE),
    (types.QUEUE, {"messageRetentionSeconds": 60}, {"messageRetentionSeconds": UNKNOWN}, LOSES, LOSES),
    (types.QUEUE, {"visibilityTimeoutSeconds": 30}, {"visibilityTimeoutSeconds": 60}, SAFE, WEAKENS),
    (types.QUEUE, {"maxMessageSize": 1024}, {"maxMessageSize": 2048}, SAFE, WEAKENS),
    (types.QUEUE, {"delaySeconds": 0}, {"delaySeconds": 5}, INTERRUPTS, SAFE),
    (types.QUEUE, redrive(3), redrive(5), SAFE, WEAKENS),
    (types.QUEUE, redrive(3), {}, LOSES, LOOK),
    (types.QUEUE, redrive(3), redrive(3, "Other"), INTERRUPTS, INTERRUPTS),
    (types.QUEUE, redrive(3), {"redrivePolicy": UNKNOWN}, LOOK, LOOK),
    (types.QUEUE, {"sqsManagedSseEnabled": True}, {"kmsMasterKeyId": "k"}, INTERRUPTS, WEAKENS),
    (types.QUEUE, {"sqsManagedSseEnabled": True}, {}, WEAKENS, SAFE),
    (types.QUEUE, {"fifoThroughputLimit": "a"}, {"fifoThroughputLimit": "b"}, LOOK, LOOK),
    (types.QUEUE, {"tags": {"a": "b"}}, {"tags": {}}, SAFE, SAFE),
    (types.TABLE, ON, SHORT, WEAKENS, SAFE),
    (types.TABLE, ON, {}, WEAKENS, SAFE),
    (types.TABLE, {"deletionProtectionEnabled": True}, {"deletionProtectionEnabled": False}, WEAKENS, SAFE),
    (types.TABLE, {}, {"ttl": {"enabled": True, "attributeName": "x"}}, LOSES, SAFE),
    (types.TABLE, {}, {"serverSideEncryption": {"enabled": True}}, INTERRUPTS, INTERRUPTS),
    (types.MAPPING, {"enabled": True}, {"enabled": False}, INTERRUPTS, SAFE),
    (types.MAPPING, {}, {"filterCriteria": {"filters": []}}, LOSES, SAFE),
    (types.MAPPING, REPORTS, {}, LOSES, SAFE),
    (types.MAPPING, {"batchSize": 10}, {"batchSize": 5}, SAFE, SAFE),
    (types.MAPPING, {"scalingConfig": {"maximumConcurrency": 5}}, {"scalingConfig": {}}, LOOK, LOOK),
    (types.SUBSCRIPTION, {}, {"filterPolicy": "{}"}, LOSES, SAFE),
    (types.SUBSCRIPTION, {"redrivePolicy": "{}"}, {}, LOSES, LOOK),
    (types.SUBSCRIPTION, {"rawMessageDelivery": True}, {}, SAFE, SAFE),
    (types.FUNCTION, {"reservedConcurrentExecutions": 10}, {"reservedConcurrentExecutions": 0}, INTERRUPTS, LOOK),
    (types.FUNCTION, {"runtime": "python3.11"}, {"runtime": "python3.12"}, LOOK, LOOK),
    (types.FUNCTION, {"timeout": 5}, {"timeout": 3}, LOOK, SAFE),
    (types.FUNCTION, {"code": {"hash": "a"}}, {"code": {"hash": "b"}}, LOOK, LOOK),
    (types.FUNCTION, {"memorySize": 512}, {"memorySize": 256}, LOOK, SAFE),
    (types.FUNCTION, {"environment": {}}, {"environment": {"variables": {}}}, SAFE, SAFE),
    (types.LOG_GROUP, {"retentionInDays": 90}, {"retentionInDays": 14}, LOSES, SAFE),
    (types.KEY, {"enableKeyRotation": True}, {"enableKeyRotation": False}, WEAKENS, SAFE),
    (types.KEY, {"isEnabled": True}, {"isEnabled": False}, INTERRUPTS, SAFE),
    (types.QUEUE_POLICY, policy(SEND, TLS), policy(SEND), WEAKENS, LOOK),
    (types.QUEUE_POLICY, policy(SEND, TLS), policy(TLS), INTERRUPTS, WEAKENS),
    (types.QUEUE_POLICY, policy(SEND), {"policy": UNKNOWN}, LOOK, LOOK),
    (types.ROLE_POLICY, policy(RETRY), policy(), LOOK, WEAKENS),
    (types.ALARM, {"threshold": 1, **UPPER}, {"threshold": 5, **UPPER}, WEAKENS, SAFE),
    (types.ALARM, {"threshold": 1, **LOWER}, {"threshold": 5, **LOWER}, SAFE, WEAKENS),
    (types.ALARM, {"alarmActions": ["a"]}, {"alarmActions": []}, WEAKENS, SAFE),
    (types.ALARM, {"actionsEnabled": True}, {"actionsEnabled": False}, WEAKENS, SAFE),
    (types.ALARM, {"evaluationPeriods": 1}, {"evaluationPeriods": 3}, WEAKENS, SAFE),
    (types.DASHBOARD, {"dashboardBody": "{}"}, {"dashboardBody": "[]"}, SAFE, SAFE),
    ("aws:s3/bucket:Bucket", {"acl": "a"}, {"acl": "b"}, LOOK, LOOK),
]


@pytest.mark.parametrize(("kind", "one", "other", "forth", "back"), DIRECTIONS)
def test_the_direction_of_a_change_decides(
    kind: str, one: dict[str, Any], other: dict[str, Any], forth: Verdict, back: Verdict
) -> None:
    assert review(preview(step("update", kind, "R", one, other)), Live()).verdict is forth
    assert review(preview(step("update", kind, "R", other, one)), Live()).verdict is back


REMOVED = {
    types.QUEUE: LOSES,
    types.TABLE: LOSES,
    types.KEY: LOSES,
    types.LOG_GROUP: LOSES,
    types.MAPPING: INTERRUPTS,
    types.FUNCTION: INTERRUPTS,
    types.ROLE: INTERRUPTS,
    types.ROLE_POLICY: INTERRUPTS,
    types.QUEUE_POLICY: INTERRUPTS,
    types.TOPIC_POLICY: WEAKENS,
    types.ALLOW_POLICY: WEAKENS,
    types.ALARM: WEAKENS,
    types.DASHBOARD: SAFE,
    types.TOPIC: WEAKENS,
    "aws:s3/bucket:Bucket": LOOK,
}


@pytest.mark.parametrize(("kind", "verdict"), REMOVED.items())
def test_a_resource_that_is_deleted_or_replaced_has_the_verdict_of_its_content(kind: str, verdict: Verdict) -> None:
    assert review(preview(step("delete", kind, "R", {})), Live()).verdict is verdict
    assert review(preview(step("replace", kind, "R", {"a": 1}, {"a": 2}, reasons=["a"])), Live()).verdict is verdict


def test_the_topic_of_orders_loses_and_a_topic_of_alarms_does_not() -> None:
    subscription = {"protocol": "sqs", "topic": f"{ARN}OrderTopic"}
    same = step("same", types.SUBSCRIPTION, "S", subscription, subscription)
    assert review(preview(same, step("delete", types.TOPIC, "OrderTopic", {})), Live()).verdict is LOSES
    assert review(preview(same, step("delete", types.TOPIC, "OrderAlerts", {})), Live()).verdict is WEAKENS


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
    gone = step(operation, types.SUBSCRIPTION, "S", {"protocol": protocol}, after, pendingReplacement=first)
    assert review(preview(gone), Live()).verdict is verdict


def test_a_retained_resource_interrupts_because_nothing_uses_it_any_more() -> None:
    assert review(preview(step("delete", types.QUEUE, "Q", {}, retainOnDelete=True)), Live()).verdict is INTERRUPTS


def test_protection_that_ends_weakens() -> None:
    assert review(preview(step("same", types.TABLE, "Orders", {}, {}, protect=True)), Live()).verdict is WEAKENS


def test_a_second_reader_of_a_queue_takes_its_orders() -> None:
    source = {"eventSourceArn": f"{ARN}OrderQueue"}
    same = step("same", types.MAPPING, "OrderProcessor", source, source)
    assert review(preview(same, step("create", types.MAPPING, "Other", None, source)), Live()).verdict is LOSES


def test_a_new_permission_in_an_existing_stack_weakens_and_the_first_deployment_is_safe() -> None:
    created = step("create", types.ROLE_POLICY, "P", None, policy(RETRY))
    assert review(preview(created), Live()).verdict is SAFE
    assert review(preview(created, step("same", types.QUEUE, "Q", {}, {})), Live()).verdict is WEAKENS


def test_equal_statements_in_another_order_change_nothing() -> None:
    before = {"Effect": "Allow", "Action": ["a:X", "a:Y"], "Resource": ["r"], "Sid": "One"}
    after = {"Effect": "Allow", "Action": ["a:Y", "a:X"], "Resource": "r", "Sid": "Two"}
    assert (
        review(preview(step("update", types.ROLE_POLICY, "P", policy(before), policy(after))), Live()).verdict is SAFE
    )


RETENTION = step("update", types.QUEUE, "Q", {"messageRetentionSeconds": 900}, {"messageRetentionSeconds": 300})


def lowered(visible: int, oldest: float | None) -> Finding:
    facts = QueueFacts(visible=visible, in_flight=0, oldest_seconds=oldest)
    [found] = review(preview(RETENTION), Live(queues={urn(types.QUEUE, "Q"): facts})).findings
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
        preview(step("delete", types.QUEUE, "Q", {})), Live(queues={urn(types.QUEUE, "Q"): facts})
    ).findings
    assert found.what == "deletes the queue Q; 1,204 messages are visible and 80 are in flight"


def test_a_failed_preview_is_refused_and_hides_addresses_and_the_stack_of_calls() -> None:
    message = 'Program failed:\nTraceback (most recent call last):\n  File "x", line 1\nValueError: ann@example.com'
    [found] = review(preview(errors=(message, "an unhandled error occurred: program exited with 1")), Live()).findings
    assert (found.verdict, found.why) == (REFUSED, "Program failed: ValueError: [address]")
