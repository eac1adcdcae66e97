"""The rules of a review: each change in both directions."""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from infra import resource_types as types
from ops.review.finding import Finding, Verdict
from ops.review.live import Live, QueueFacts
from ops.review.preview import UNKNOWN
from ops.review.review import review
from ops.review.rules import RULES
from tests.support.previews import ARN, STACK, URL, component, component_urn, preview, step, urn

REFUSED, LOSES, INTERRUPTS = Verdict.REFUSED, Verdict.LOSES, Verdict.INTERRUPTS
WEAKENS, LOOK, SAFE = Verdict.WEAKENS, Verdict.LOOK, Verdict.SAFE


def policy(*statements: Mapping[str, Any]) -> dict[str, str]:
    return {"policy": json.dumps({"Version": "2012-10-17", "Statement": statements})}


def redrive(receives: int, target: str = "OrderDLQ") -> dict[str, str]:
    return {"redrivePolicy": json.dumps({"deadLetterTargetArn": ARN + target, "maxReceiveCount": receives})}


def allow(permission: str, *queues: str) -> dict[str, str]:
    found = {"redrivePermission": permission, **({"sourceQueueArns": queues} if queues else {})}
    return {"redriveAllowPolicy": json.dumps(found)}


def function(name: str) -> dict[str, str]:
    return {"functionName": f"arn:aws:lambda:eu-west-1:000000000000:function:{name}"}


def lambdas_level(level: str) -> dict[str, Any]:
    return {"loggingConfig": {"logFormat": "JSON", "systemLogLevel": level}}


def variables(**values: str) -> dict[str, Any]:
    return {"environment": {"variables": values}}


def writes(most: object) -> dict[str, Any]:
    return {"onDemandThroughput": {"maxWriteRequestUnits": most}}


SEND = {"Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"}, "Action": "sqs:SendMessage", "Resource": ARN}
NO_TLS = {"Bool": {"aws:SecureTransport": "false"}}
TLS = {"Effect": "Deny", "Principal": "*", "Action": "sqs:*", "Resource": ARN, "Condition": NO_TLS}
DENY = {"Effect": "Deny", "Principal": "*", "Action": "sqs:*", "Resource": ARN}
LOG = {"Effect": "Allow", "Action": "logs:PutLogEvents", "Resource": ARN}
ROOT = {"Effect": "Allow", "Principal": {"AWS": "123456789012"}, "Action": "kms:*", "Resource": "*"}
KEY_FOR_SNS = {**SEND, "Action": ["kms:Decrypt", "kms:GenerateDataKey"], "Resource": "*"}
KEY_FOR_ALARMS = {**KEY_FOR_SNS, "Principal": {"Service": "cloudwatch.amazonaws.com"}}
FROM_TOPIC = {**SEND, "Condition": {"ArnEquals": {"aws:SourceArn": ARN}}}
TRACE = {"Effect": "Allow", "Action": ["xray:PutTraceSegments"], "Resource": "*"}
TRACE_AND_RETRY = {**TRACE, "Action": ["xray:PutTraceSegments", "sqs:ChangeMessageVisibility"]}
RETRY = {"Effect": "Allow", "Action": ["sqs:ChangeMessageVisibility"], "Resource": ARN}
ON = {"pointInTimeRecovery": {"enabled": True, "recoveryPeriodInDays": 35}}
SHORT = {"pointInTimeRecovery": {"enabled": True, "recoveryPeriodInDays": 7}}
OFF = {"enabled": False}
ENCRYPTED_BY_ENGINE = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270"}
ENCRYPTED = {"enabled": True, "kmsKeyArn": "k"}
REPORTS = {"functionResponseTypes": ["ReportBatchItemFailures"]}
UPPER = {"comparisonOperator": "GreaterThanThreshold"}
LOWER = {"comparisonOperator": "LessThanThreshold"}

DIRECTIONS = [
    (types.QUEUE, {"messageRetentionSeconds": 60}, {"messageRetentionSeconds": 90}, LOOK, LOSES),
    (types.QUEUE, {"messageRetentionSeconds": 1_209_600}, {}, LOSES, LOOK),
    (types.QUEUE, {"messageRetentionSeconds": 60}, {"messageRetentionSeconds": UNKNOWN}, LOSES, LOSES),
    (types.QUEUE, {"visibilityTimeoutSeconds": 30}, {"visibilityTimeoutSeconds": 60}, LOOK, WEAKENS),
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
    (types.TABLE, ON, {"pointInTimeRecovery": UNKNOWN}, LOOK, LOOK),
    (types.TABLE, ON, {"pointInTimeRecovery": {"enabled": UNKNOWN}}, LOOK, LOOK),
    (types.TABLE, ON, {"pointInTimeRecovery": {"enabled": True, "recoveryPeriodInDays": UNKNOWN}}, LOOK, LOOK),
    (types.TABLE, SHORT, {"pointInTimeRecovery": {"enabled": True, "recoveryPeriodInDays": 35.0}}, SAFE, WEAKENS),
    (types.TABLE, {"deletionProtectionEnabled": True}, {"deletionProtectionEnabled": False}, WEAKENS, SAFE),
    (types.TABLE, writes(2000), writes(1000), LOOK, SAFE),
    (types.TABLE, {}, writes(1000), LOOK, LOOK),
    (types.TABLE, writes(-1), writes(1000), LOOK, LOOK),
    (types.TABLE, writes(1000), writes(UNKNOWN), LOOK, LOOK),
    (types.TABLE, writes(1000), {"onDemandThroughput": UNKNOWN}, LOOK, LOOK),
    (types.TABLE, {}, {"onDemandThroughput": {"maxReadRequestUnits": 9}}, SAFE, SAFE),
    (types.TABLE, {}, {"ttl": {"enabled": True, "attributeName": "x"}}, LOSES, SAFE),
    (types.TABLE, {}, {"serverSideEncryption": {"enabled": True}}, INTERRUPTS, WEAKENS),
    (types.TABLE, {"serverSideEncryption": OFF}, {"serverSideEncryption": ENCRYPTED}, INTERRUPTS, WEAKENS),
    (types.REDRIVE_POLICY, redrive(3), redrive(5), LOOK, WEAKENS),
    (types.REDRIVE_POLICY, redrive(3), redrive(3, "Other"), INTERRUPTS, INTERRUPTS),
    (types.REDRIVE_POLICY, redrive(3), {"redrivePolicy": UNKNOWN}, LOOK, LOOK),
    (types.MAPPING, {"enabled": True}, {"enabled": False}, INTERRUPTS, SAFE),
    (types.MAPPING, {}, {"filterCriteria": {"filters": [{"pattern": "{}"}]}}, LOSES, SAFE),
    (types.MAPPING, REPORTS, {}, LOSES, SAFE),
    (types.MAPPING, {"batchSize": 10}, {"batchSize": 5}, SAFE, SAFE),
    (types.MAPPING, {"scalingConfig": {"maximumConcurrency": 5}}, {"scalingConfig": {}}, LOOK, LOOK),
    (types.MAPPING, {}, {"provisionedPollerConfig": {"minimumPollers": 2, "maximumPollers": 4}}, LOOK, LOOK),
    (types.SUBSCRIPTION, {}, {"filterPolicy": '{"a": ["b"]}'}, LOSES, SAFE),
    (types.SUBSCRIPTION, redrive(3), {}, LOSES, LOOK),
    (types.SUBSCRIPTION, redrive(3), {"redrivePolicy": "{}"}, LOSES, LOOK),
    (types.SUBSCRIPTION, redrive(3), {"redrivePolicy": UNKNOWN}, LOOK, LOOK),
    (types.SUBSCRIPTION, {"rawMessageDelivery": True}, {}, SAFE, SAFE),
    (types.SUBSCRIPTION, {"deliveryPolicy": "{}"}, {}, SAFE, SAFE),
    (types.FUNCTION, {"reservedConcurrentExecutions": 10}, {"reservedConcurrentExecutions": 0}, INTERRUPTS, LOOK),
    (types.FUNCTION, {"runtime": "python3.11"}, {"runtime": "python3.12"}, LOOK, LOOK),
    (types.FUNCTION, {"timeout": 5}, {"timeout": 3}, LOOK, LOOK),
    (types.FUNCTION, {"code": {"hash": "a"}}, {"code": {"hash": "b"}}, LOOK, LOOK),
    (types.FUNCTION, {"memorySize": 512}, {"memorySize": 256}, LOOK, SAFE),
    (types.FUNCTION, {"environment": {}}, {"environment": {"variables": {}}}, SAFE, SAFE),
    (types.LOG_GROUP, {"retentionInDays": 90}, {"retentionInDays": 14}, LOSES, SAFE),
    (types.LOG_GROUP, {}, {"kmsKeyId": "k"}, LOOK, WEAKENS),
    (types.KEY, {"enableKeyRotation": True}, {"enableKeyRotation": False}, WEAKENS, SAFE),
    (types.KEY, {"isEnabled": True}, {"isEnabled": False}, INTERRUPTS, SAFE),
    (types.QUEUE_POLICY, policy(SEND, TLS), policy(SEND), WEAKENS, SAFE),
    (types.QUEUE_POLICY, policy(SEND, DENY), policy(SEND), WEAKENS, INTERRUPTS),
    (types.QUEUE_POLICY, policy(FROM_TOPIC), policy(SEND), WEAKENS, INTERRUPTS),
    (types.QUEUE_POLICY, policy(SEND), policy({**SEND, "Principal": "*"}), WEAKENS, INTERRUPTS),
    (types.QUEUE_POLICY, policy(SEND), policy({**SEND, "Action": "sqs:S*"}), WEAKENS, INTERRUPTS),
    (types.QUEUE, policy(SEND), policy({**SEND, "Action": "sqs:*"}), WEAKENS, INTERRUPTS),
    (types.TOPIC, policy(SEND), policy({**SEND, "Resource": "*"}), WEAKENS, INTERRUPTS),
    (types.KEY, policy(ROOT, SEND), policy(SEND), LOSES, WEAKENS),
    (types.ROLE_POLICY, policy(LOG), policy(), WEAKENS, WEAKENS),
    (types.QUEUE_POLICY, policy(SEND, TLS), policy(TLS), INTERRUPTS, WEAKENS),
    (types.QUEUE_POLICY, policy(SEND), {"policy": UNKNOWN}, LOOK, LOOK),
    (types.ROLE_POLICY, policy(RETRY), policy(), LOOK, WEAKENS),
    (types.ROLE_POLICY, policy(TRACE), policy(), SAFE, WEAKENS),
    (types.ROLE_POLICY, policy(TRACE_AND_RETRY), policy(), INTERRUPTS, WEAKENS),
    (
        types.TRACE_POLICY,
        {"policyDocument": policy(TRACE)["policy"]},
        {"policyDocument": policy()["policy"]},
        SAFE,
        WEAKENS,
    ),
    (types.FUNCTION, {"tracingConfig": {"mode": "Active"}}, {"tracingConfig": {"mode": "PassThrough"}}, SAFE, SAFE),
    (types.ALARM, {"threshold": 1, **UPPER}, {"threshold": 5, **UPPER}, WEAKENS, SAFE),
    (types.ALARM, {"threshold": 1, **LOWER}, {"threshold": 5, **LOWER}, SAFE, WEAKENS),
    (types.ALARM, {"alarmActions": ["a"]}, {"alarmActions": []}, WEAKENS, SAFE),
    (types.ALARM, {"actionsEnabled": True}, {"actionsEnabled": False}, WEAKENS, SAFE),
    (types.ALARM, {"evaluationPeriods": 1}, {"evaluationPeriods": 3}, WEAKENS, SAFE),
    (types.QUEUE, {"delaySeconds": 5}, {}, SAFE, INTERRUPTS),
    (types.QUEUE, {"visibilityTimeoutSeconds": 20}, {}, LOOK, WEAKENS),
    (types.QUEUE, {"kmsMasterKeyId": "k", "kmsDataKeyReusePeriodSeconds": 60}, {"kmsMasterKeyId": "k"}, SAFE, SAFE),
    (types.QUEUE, {"receiveWaitTimeSeconds": 0}, {"receiveWaitTimeSeconds": 20}, SAFE, SAFE),
    (types.QUEUE, {"fifoQueue": False}, {"fifoQueue": True}, LOOK, LOOK),
    (types.QUEUE, allow("byQueue", "a", "b"), allow("byQueue", "a"), LOSES, WEAKENS),
    (types.ALLOW_POLICY, allow("byQueue", "a"), allow("denyAll"), LOSES, WEAKENS),
    (types.ALLOW_POLICY, allow("byQueue", "a"), allow("allowAll"), WEAKENS, LOOK),
    (types.ALLOW_POLICY, allow("byQueue", "a"), {"redriveAllowPolicy": UNKNOWN}, LOOK, LOOK),
    (types.TOPIC, {}, {"kmsMasterKeyId": "k"}, INTERRUPTS, WEAKENS),
    (types.TOPIC, {"tracingConfig": "Active"}, {"tracingConfig": "PassThrough"}, SAFE, SAFE),
    (types.TOPIC, {"signatureVersion": 1}, {"signatureVersion": 2}, SAFE, SAFE),
    (types.TABLE, {"billingMode": "PAY_PER_REQUEST"}, {"billingMode": "PROVISIONED"}, INTERRUPTS, SAFE),
    (types.TABLE, {"streamEnabled": True}, {"streamEnabled": False}, INTERRUPTS, SAFE),
    (types.TABLE, {"tableClass": "STANDARD"}, {"tableClass": "STANDARD_INFREQUENT_ACCESS"}, SAFE, SAFE),
    (types.TABLE, {"replicas": [{"regionName": "a"}]}, {}, LOOK, LOOK),
    (types.MAPPING, {"enabled": False}, {"enabled": UNKNOWN}, LOOK, INTERRUPTS),
    (types.MAPPING, {"maximumBatchingWindowInSeconds": 0}, {"maximumBatchingWindowInSeconds": 9}, LOOK, SAFE),
    (types.MAPPING, {}, {"provisionedPollerConfig": {"minimumPollers": 2}}, LOOK, LOOK),
    (types.MAPPING, function("One"), function("Other"), LOSES, LOSES),
    (types.MAPPING, function("One"), function("One:live"), LOOK, LOOK),
    (types.MAPPING, function("One"), {"functionName": UNKNOWN}, LOOK, LOOK),
    (types.FUNCTION, {"reservedConcurrentExecutions": -1}, {"reservedConcurrentExecutions": 5}, LOOK, LOOK),
    (types.FUNCTION, variables(ORDERS_TABLE="Orders"), variables(ORDERS_TABLE="Other"), LOSES, LOSES),
    (types.FUNCTION, variables(ORDERS_TABLE="Orders"), variables(ORDERS_TABLE=UNKNOWN), LOOK, LOOK),
    (types.FUNCTION, variables(ORDERS_TABLE="Orders"), {}, INTERRUPTS, LOOK),
    (types.FUNCTION, variables(ORDERS_TABLE="Orders"), {"environment": UNKNOWN}, LOOK, LOOK),
    (types.FUNCTION, variables(ORDERS_MAX_RECEIVE_COUNT="3"), variables(ORDERS_MAX_RECEIVE_COUNT="5"), SAFE, SAFE),
    (types.FUNCTION, variables(ORDERS_CUSTOM_METRICS="true"), variables(ORDERS_CUSTOM_METRICS="false"), SAFE, SAFE),
    (types.FUNCTION, variables(), variables(ORDERS_CUSTOM_METRICS="true"), SAFE, SAFE),
    (types.FUNCTION, variables(PYTHONPATH="a"), variables(), LOOK, LOOK),
    (types.FUNCTION, {"handler": "a.b"}, {"handler": "c.d"}, LOOK, LOOK),
    (types.FUNCTION, {"loggingConfig": {"logGroup": "a"}}, {"loggingConfig": {"logGroup": "b"}}, WEAKENS, WEAKENS),
    (types.FUNCTION, lambdas_level("INFO"), lambdas_level("WARN"), SAFE, SAFE),
    (types.FUNCTION, {"loggingConfig": {"logFormat": "JSON"}}, lambdas_level("WARN"), SAFE, SAFE),
    (types.FUNCTION, {"loggingConfig": {"logFormat": "Text"}}, lambdas_level("WARN"), LOOK, WEAKENS),
    (types.FUNCTION, {}, {"deadLetterConfig": {"targetArn": "a"}}, SAFE, SAFE),
    (types.FUNCTION, {}, {"vpcConfig": {"subnetIds": []}}, LOOK, LOOK),
    (types.FUNCTION, {"layers": []}, {"layers": ["a"]}, LOOK, LOOK),
    (types.LOG_GROUP, {"retentionInDays": 0}, {"retentionInDays": 14}, LOSES, SAFE),
    (types.LOG_GROUP, {"retentionInDays": 14}, {}, SAFE, LOSES),
    (types.LOG_GROUP, {"retentionInDays": 14}, {"retentionInDays": UNKNOWN}, LOSES, LOSES),
    (types.KEY, {}, {"isEnabled": False}, INTERRUPTS, SAFE),
    (types.KEY, {"deletionWindowInDays": 30}, {"deletionWindowInDays": 7}, WEAKENS, SAFE),
    (types.ROLE, {"permissionsBoundary": ARN}, {}, WEAKENS, LOOK),
    (types.ALARM, {"alarmActions": ["a"]}, {"alarmActions": ["b", "c"]}, WEAKENS, WEAKENS),
    (types.ALARM, {"dimensions": {"QueueName": "a"}}, {"dimensions": {"QueueName": "b"}}, LOOK, LOOK),
    (types.ALARM, {"treatMissingData": "breaching"}, {"treatMissingData": "notBreaching"}, LOOK, LOOK),
    (types.ALARM, {"comparisonOperator": "a"}, {"comparisonOperator": "b"}, LOOK, LOOK),
    (types.ALARM, {"okActions": ["a"]}, {"okActions": [UNKNOWN]}, SAFE, SAFE),
    (types.PROVIDER, {"version": "7.1.0"}, {"version": "7.2.0"}, SAFE, SAFE),
    (types.PROVIDER, {"profile": "one"}, {"profile": "other"}, LOOK, LOOK),
    (types.DASHBOARD, {"dashboardBody": "{}"}, {"dashboardBody": UNKNOWN}, SAFE, SAFE),
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
    types.ROLE_POLICY_ATTACHMENT: INTERRUPTS,
    types.QUEUE_POLICY: INTERRUPTS,
    types.TOPIC_POLICY: WEAKENS,
    types.ALLOW_POLICY: WEAKENS,
    types.REDRIVE_POLICY: LOSES,
    types.ALARM: WEAKENS,
    types.DASHBOARD: SAFE,
    types.TRACE_POLICY: SAFE,
    types.TOPIC: LOSES,
    types.SUBSCRIPTION: WEAKENS,
    "aws:s3/bucket:Bucket": LOOK,
}


def test_the_removal_of_each_type_that_the_review_knows_is_judged() -> None:
    assert REMOVED.keys() - {"aws:s3/bucket:Bucket"} == RULES.keys() - {types.PROVIDER}


@pytest.mark.parametrize(("kind", "verdict"), REMOVED.items())
def test_a_resource_that_is_deleted_or_replaced_has_the_verdict_of_its_content(kind: str, verdict: Verdict) -> None:
    assert review(preview(step("delete", kind, "R", {})), Live()).verdict is verdict
    replaced = step("replace", kind, "R", {"a": 1}, {"a": 2}, reasons=["a"], pendingReplacement=True)
    assert review(preview(replaced), Live()).verdict is verdict


def test_another_role_that_exists_before_the_old_one_is_deleted_stops_nothing() -> None:
    assert review(preview(step("replace", types.ROLE, "R", {}, {}, reasons=["path"])), Live()).verdict is LOOK
    deleted = step("delete", types.ROLE, "R", {"name": "R"})
    assert review(preview(deleted, step("create", types.ROLE, "N", None, {"name": "N"})), Live()).verdict is LOOK
    same = step("create", types.ROLE, "N", None, {"name": "R"})
    assert review(preview(deleted, same), Live()).verdict is INTERRUPTS


@pytest.mark.parametrize(("policy", "verdict"), [("{}", SAFE), ('{"Statement": []}', INTERRUPTS)])
def test_the_permissions_of_a_role_move_with_it_if_they_stay_the_same(policy: str, verdict: Verdict) -> None:
    before, after = {"role": "R", "policy": "{}"}, {"role": UNKNOWN, "policy": policy}
    assert review(
        preview(step("replace", types.ROLE_POLICY, "P", before, after, reasons=["role"])), Live()
    ).verdict is (verdict)


def test_the_topic_of_orders_loses_and_a_topic_of_alarms_does_not() -> None:
    subscription = {"protocol": "sqs", "topic": f"{ARN}OrderTopic"}
    same = step("same", types.SUBSCRIPTION, "S", subscription, subscription)
    assert review(preview(same, step("delete", types.TOPIC, "OrderTopic", {})), Live()).verdict is LOSES
    assert review(preview(same, step("delete", types.TOPIC, "OrderAlerts", {})), Live()).verdict is WEAKENS


@pytest.mark.parametrize(
    ("after", "first", "verdict"),
    [
        (None, False, LOSES),
        ({"endpoint": "b"}, True, LOSES),
        ({"endpoint": "b"}, False, LOSES),
        ({"endpoint": f"{ARN}Other"}, False, INTERRUPTS),
        ({"endpoint": UNKNOWN}, False, INTERRUPTS),
        ({"topic": "u"}, False, LOSES),
        ({"topic": UNKNOWN, "endpoint": UNKNOWN}, False, LOSES),
        ({"protocol": "lambda"}, False, LOSES),
        ({"rawMessageDelivery": True}, False, LOSES),
        ({"endpoint": "b", "filterPolicy": '{"a": ["b"]}'}, False, LOSES),
    ],
)
def test_a_queue_that_loses_its_subscription_loses_orders(
    after: dict[str, str] | None, first: bool, verdict: Verdict
) -> None:
    before = {"protocol": "sqs", "topic": "t", "endpoint": "a"}
    new = before | after if after else None
    reasons = [name for name in after or {} if name != "filterPolicy"]
    operation = "replace" if after else "delete"
    gone = step(operation, types.SUBSCRIPTION, "S", before, new, pendingReplacement=first, reasons=reasons)
    other = step("same", types.QUEUE, "Other", {}, {})
    assert review(preview(gone, other), Live()).verdict is verdict


def test_a_deleted_subscription_of_a_person_weakens() -> None:
    gone = step("delete", types.SUBSCRIPTION, "S", {"protocol": "email"})
    assert review(preview(gone), Live()).verdict is WEAKENS


def test_a_retained_resource_interrupts_because_nothing_uses_it_any_more() -> None:
    assert review(preview(step("delete", types.QUEUE, "Q", {}, retainOnDelete=True)), Live()).verdict is INTERRUPTS


def test_protection_that_ends_weakens() -> None:
    assert review(preview(step("same", types.TABLE, "Orders", {}, {}, protect=True)), Live()).verdict is WEAKENS


def test_a_resource_that_would_no_longer_stay_in_aws_weakens() -> None:
    assert review(preview(step("same", types.KEY, "K", {}, {}, retainOnDelete=True)), Live()).verdict is WEAKENS


MOVED = step("create", types.REDRIVE_POLICY, "Q", None, {"queueUrl": f"{URL}Q", **redrive(3)})


@pytest.mark.parametrize(("receives", "verdict"), [(3, SAFE), (2, SAFE), (5, WEAKENS)])
def test_a_redrive_policy_that_becomes_a_resource_of_its_own_is_compared_with_the_input(
    receives: int, verdict: Verdict
) -> None:
    assert review(preview(step("update", types.QUEUE, "Q", redrive(receives), {}), MOVED), Live()).verdict is verdict


def test_a_preview_that_hides_what_stays_the_same_may_hide_the_policy_that_a_new_one_replaces() -> None:
    other = step("update", types.QUEUE, "Other", {"tags": {}}, {})
    for new in (
        step("create", types.QUEUE_POLICY, "New", None, OF_Q | policy(TLS)),
        step("create", types.ALLOW_POLICY, "New", None, OF_Q | allow("allowAll")),
    ):
        assert review(preview(other, new), Live()).verdict is LOOK


OF_Q = {"queueUrl": f"{URL}Q"}


@pytest.mark.parametrize(
    ("receives", "verdict"), [(1, WEAKENS), (3, SAFE), (5, SAFE), (1_000, LOSES)], ids=["1", "3", "5", "1,000"]
)
@pytest.mark.parametrize("is_input", [True, False])
def test_a_new_redrive_policy_is_compared_with_the_one_before(receives: int, verdict: Verdict, is_input: bool) -> None:
    queue = {"messageRetentionSeconds": 300, "visibilityTimeoutSeconds": 30, **(redrive(3) if is_input else {})}
    steps = [
        step("same", types.QUEUE, "Q", queue, queue),
        *([] if is_input else [step("same", types.REDRIVE_POLICY, "Old", OF_Q | redrive(3), OF_Q | redrive(3))]),
        step("create", types.REDRIVE_POLICY, "New", None, OF_Q | redrive(receives)),
    ]
    assert review(preview(*steps), Live()).verdict is verdict


def test_a_redrive_policy_of_a_queue_that_had_none_or_is_hidden_needs_a_look() -> None:
    new = step("create", types.REDRIVE_POLICY, "New", None, OF_Q | redrive(3))
    assert review(preview(step("same", types.QUEUE, "Q", {}, {}), new), Live()).verdict is LOOK
    assert review(preview(step("update", types.QUEUE, "Other", {"tags": {}}, {}), new), Live()).verdict is LOOK


def test_the_redrive_policy_of_a_new_queue_is_safe() -> None:
    new = [step("create", types.QUEUE, "N", None, {}), step("same", types.QUEUE, "Other", {}, {})]
    for place in ({"queueUrl": UNKNOWN}, {}):
        created = step("create", types.REDRIVE_POLICY, "P", None, {**place, **redrive(1)})
        assert review(preview(*new, created), Live()).verdict is SAFE


@pytest.mark.parametrize(("after", "verdict"), [(policy(SEND), SAFE), (policy(TLS), INTERRUPTS)])
def test_a_new_policy_is_compared_with_the_one_that_the_queue_has_as_an_input(
    after: dict[str, str], verdict: Verdict
) -> None:
    queue = step("same", types.QUEUE, "Q", policy(SEND), policy(SEND))
    new = step("create", types.QUEUE_POLICY, "New", None, OF_Q | after)
    assert review(preview(queue, new), Live()).verdict is verdict


@pytest.mark.parametrize(("queues", "verdict"), [(["a", "b"], WEAKENS), (["b"], LOSES)])
def test_a_new_list_of_allowed_queues_is_compared_with_the_one_before(queues: list[str], verdict: Verdict) -> None:
    queue = step("same", types.QUEUE, "Q", allow("byQueue", "a"), allow("byQueue", "a"))
    new = step("create", types.ALLOW_POLICY, "New", None, OF_Q | allow("byQueue", *queues))
    assert review(preview(queue, new), Live()).verdict is verdict


def test_a_redrive_policy_that_goes_with_its_queue_says_nothing_more_than_the_queue() -> None:
    queue = step("delete", types.QUEUE, "Q", {})
    policy_of_it = step("delete", types.REDRIVE_POLICY, "P", {"queueUrl": f"{URL}Q", **redrive(3)})
    losing = [one.resource for one in review(preview(queue, policy_of_it), Live()).findings if one.verdict is LOSES]
    assert losing == ["Q"]
    assert review(preview(policy_of_it), Live()).verdict is LOSES


@pytest.mark.parametrize(
    ("queue", "receives", "verdict"),
    [
        ({"visibilityTimeoutSeconds": 30, "messageRetentionSeconds": 300}, 9, SAFE),
        ({"visibilityTimeoutSeconds": 30, "messageRetentionSeconds": 300}, 10, LOSES),
        ({"visibilityTimeoutSeconds": 60, "messageRetentionSeconds": 300}, 5, LOSES),
        ({"visibilityTimeoutSeconds": 43_200}, 7, SAFE),
        ({"visibilityTimeoutSeconds": 43_200}, 8, LOSES),
        ({"messageRetentionSeconds": 300}, 9, SAFE),
        ({"messageRetentionSeconds": 300}, 10, LOSES),
    ],
)
def test_more_receives_are_judged_with_the_queue_that_stays_the_same(
    queue: dict[str, int], receives: int, verdict: Verdict
) -> None:
    place = {"queueUrl": f"{URL}Q"}
    same = step("same", types.QUEUE, "Q", queue, queue)
    more = step("update", types.REDRIVE_POLICY, "P", {**place, **redrive(3)}, {**place, **redrive(receives)})
    assert review(preview(same, more), Live()).verdict is verdict
    of_another = step("same", types.QUEUE, "Other", queue, queue)
    assert review(preview(of_another, more), Live()).verdict is LOOK


@pytest.mark.parametrize(("seconds", "verdict"), [(99, SAFE), (100, LOSES)])
def test_a_longer_visibility_timeout_is_judged_with_the_redrive_policy_that_stays_the_same(
    seconds: int, verdict: Verdict
) -> None:
    before, after = ({"visibilityTimeoutSeconds": one, "messageRetentionSeconds": 300} for one in (30, seconds))
    policy_of_it = {"queueUrl": f"{URL}Q", **redrive(3)}
    same = step("same", types.REDRIVE_POLICY, "P", policy_of_it, policy_of_it)
    assert review(preview(step("update", types.QUEUE, "Q", before, after), same), Live()).verdict is verdict


@pytest.mark.parametrize(
    ("kind", "name"), [(types.QUEUE, "visibilityTimeoutSeconds"), (types.QUEUE, "messageRetentionSeconds")]
)
def test_a_longer_time_is_safe_if_the_preview_shows_that_the_queue_has_no_dead_letters(kind: str, name: str) -> None:
    raised = step("update", kind, "OrderDLQ", {name: 60}, {name: 90})
    assert review(preview(raised), Live()).verdict is LOOK
    assert review(preview(raised, step("same", types.TABLE, "Orders", {}, {})), Live()).verdict is SAFE


@pytest.mark.parametrize(("kept", "verdict"), [(90, SAFE), (89, LOSES), (59, SAFE), (UNKNOWN, LOOK)])
def test_a_longer_retention_is_compared_with_that_of_the_dead_letter_queue(kept: Any, verdict: Verdict) -> None:
    before, after = ({"messageRetentionSeconds": one, **redrive(1)} for one in (60, 90))
    dead = {"messageRetentionSeconds": kept}
    steps = [step("update", types.QUEUE, "Q", before, after), step("same", types.QUEUE, "OrderDLQ", dead, dead)]
    assert {one.verdict for one in review(preview(*steps), Live()).findings if "retention" in one.what} == {verdict}


@pytest.mark.parametrize(("seconds", "verdict"), [(30, SAFE), (31, WEAKENS)])
def test_a_longer_timeout_is_compared_with_the_visibility_timeout(seconds: int, verdict: Verdict) -> None:
    raised = step("update", types.FUNCTION, "OrderProcessor", {"timeout": 5}, {"timeout": seconds})
    shown = [step("same", types.MAPPING, "M", READER, READER), step("same", types.QUEUE, "OrderQueue", {}, {})]
    assert review(preview(raised, *shown), Live()).verdict is verdict
    assert review(preview(raised), Live()).verdict is LOOK


@pytest.mark.parametrize(("one", "other"), [("OrderDLQ", "OrderUndelivered"), ("OrderQueue", "OrderDLQ")])
def test_a_queue_that_gets_the_place_of_another_one_is_found(one: str, other: str) -> None:
    swapped = {one: other, other: one}

    def both(kind: str, name: str, before: str) -> dict[str, Any]:
        after = re.sub(r"Order(Queue|DLQ|Undelivered)", lambda found: swapped.get(found[0], found[0]), before)
        return step("same" if before == after else "update", kind, name, json.loads(before), json.loads(after))

    steps = [
        step("same", types.QUEUE, "OrderQueue", {}, {}),
        step("same", types.QUEUE, "OrderDLQ", {}, {}),
        step("same", types.QUEUE, "OrderUndelivered", {}, {}),
        both(types.MAPPING, "M", json.dumps({"eventSourceArn": f"{ARN}OrderQueue"})),
        both(types.REDRIVE_POLICY, "R", json.dumps({"queueUrl": f"{URL}OrderQueue", **redrive(3)})),
        both(types.SUBSCRIPTION, "S", json.dumps({"protocol": "sqs", **redrive(3, "OrderUndelivered")})),
    ]
    found = [finding for finding in review(preview(*steps), Live()).findings if finding.what.startswith("uses ")]
    assert {(finding.resource, finding.verdict) for finding in found} == {
        (name, LOSES if "OrderQueue" in swapped else INTERRUPTS) for name in swapped
    }


def test_a_redrive_policy_of_another_queue_replaces_no_input() -> None:
    assert review(preview(step("update", types.QUEUE, "Other", redrive(3), {}), MOVED), Live()).verdict is LOSES


ROLE_READS = {"Effect": "Allow", "Principal": {"AWS": f"{ARN}:role/R"}, "Action": "kms:Decrypt", "Resource": "*"}
DENY_OTHERS = {"Effect": "Deny", "Action": "kms:*", "Resource": "*"}
SNS_SENDS = {
    "Effect": "Allow",
    "Principal": {"Service": "sns.amazonaws.com"},
    "Action": ["kms:Decrypt", "kms:GenerateDataKey"],
    "Resource": "*",
}


@pytest.mark.parametrize(
    ("allowed", "verdict"),
    [
        ([ROLE_READS, SNS_SENDS], LOOK),
        ([ROLE_READS, {**SNS_SENDS, "Action": ["kms:Decrypt", "kms:GenerateDataKey*"]}], LOOK),
        ([ROLE_READS, {**SNS_SENDS, "Effect": "Deny"}], INTERRUPTS),
        ([ROLE_READS, {**SNS_SENDS, "Action": "kms:Decrypt"}, {**SNS_SENDS, "Action": "KMS:generate*"}], LOOK),
        ([ROLE_READS, {**SNS_SENDS, "Action": "kms:Decrypt"}], INTERRUPTS),
        ([ROLE_READS], INTERRUPTS),
        ([SNS_SENDS], INTERRUPTS),
        ([ROLE_READS, SNS_SENDS, {**SNS_SENDS, "Effect": "Deny"}], INTERRUPTS),
        ([ROLE_READS, SNS_SENDS, {**ROLE_READS, "Effect": "Deny", "Principal": {"AWS": "123456789012"}}], INTERRUPTS),
        ([ROLE_READS, SNS_SENDS, {**DENY, "Action": "kms:*"}], INTERRUPTS),
        ([ROLE_READS, SNS_SENDS, {**DENY, "Action": "kms:*", "Condition": {"Null": {"a": "true"}}}], INTERRUPTS),
        ([ROLE_READS, SNS_SENDS, {**DENY_OTHERS, "NotPrincipal": SNS_SENDS["Principal"]}], INTERRUPTS),
        ([ROLE_READS, SNS_SENDS, {**DENY_OTHERS, "NotAction": "kms:Decrypt", "Principal": "*"}], INTERRUPTS),
        ([ROLE_READS, SNS_SENDS, {**DENY, "Action": "kms:PutKeyPolicy"}], LOOK),
        ([ROLE_READS, SNS_SENDS, {**DENY, "Action": "kms:*", "Principal": {"Service": "s3.amazonaws.com"}}], LOOK),
        ([ROLE_READS, SNS_SENDS, {**TLS, "Action": "kms:*"}], LOOK),
    ],
)
def test_a_queue_may_be_encrypted_only_with_a_key_that_sns_and_the_function_may_use(
    allowed: list[Mapping[str, Any]], verdict: Verdict
) -> None:
    key = step("create", types.KEY, "K", None, policy(*allowed))
    queue = step("update", types.QUEUE, "Q", {"sqsManagedSseEnabled": True}, {"kmsMasterKeyId": UNKNOWN})
    assert review(preview(key, queue), Live()).verdict is verdict


@pytest.mark.parametrize("kind", [types.QUEUE, types.TOPIC, types.TABLE, types.LOG_GROUP])
def test_only_a_resource_that_had_a_key_gets_another_one_and_needs_the_old_one(kind: str) -> None:
    def encrypted(key: str) -> dict[str, Any]:
        table = {"serverSideEncryption": {"enabled": True, "kmsKeyArn": key}}
        return table if kind == types.TABLE else {"kmsMasterKeyId": key, "kmsKeyId": key}

    def words(before: Mapping[str, Any]) -> str:
        found = review(preview(step("update", kind, "R", before, encrypted("new"))), Live()).findings
        [one] = [one for one in found if one.what.startswith("encrypts")]
        return f"{one.what}. {one.why} {one.instead}"

    first, second = words({}), words(encrypted("old"))
    assert first.startswith("encrypts R with a key. ")
    assert second.startswith("encrypts R with another key. ")
    assert "keep" not in first.lower()


@pytest.mark.parametrize(
    ("kind", "inputs", "held"),
    [
        (types.QUEUE, {"messageRetentionSeconds": UNKNOWN, "kmsMasterKeyId": f"{ARN}K"}, "messages in R (14 days)"),
        (
            types.TABLE,
            {"pointInTimeRecovery": UNKNOWN, "serverSideEncryption": {"kmsKeyArn": f"{ARN}K"}},
            "point-in-time recovery of R (35 days)",
        ),
        (types.LOG_GROUP, {"retentionInDays": UNKNOWN, "kmsKeyId": f"{ARN}K"}, "records in R (without end)"),
    ],
)
def test_a_key_is_kept_as_long_as_is_possible_if_the_preview_hides_for_how_long_it_is_needed(
    kind: str, inputs: dict[str, Any], held: str
) -> None:
    key = step("delete", types.KEY, "K", {}, retainOnDelete=True)
    user = step("same", kind, "R", inputs, inputs)
    [left] = [one for one in review(preview(key, user), Live()).findings if one.resource == "K"]
    assert held in left.why


def test_a_key_is_kept_as_long_as_a_log_without_retention() -> None:
    key = step("delete", types.KEY, "K", {}, retainOnDelete=True)
    log = step("update", types.LOG_GROUP, "L", {"kmsKeyId": f"{ARN}K"}, {})
    found = review(preview(key, log), Live()).findings
    [left] = [one for one in found if one.resource == "K"]
    assert left.verdict is LOOK
    assert "records in L (without end)" in left.why
    assert left.instead.startswith("Once you have deleted the log")


OF_ROLE = {"role": "OrderProcessor"}


def test_the_policies_of_a_role_are_compared_together() -> None:
    one = step("delete", types.ROLE_POLICY, "One", {**OF_ROLE, **policy(SEND, RETRY)})
    two = step("create", types.ROLE_POLICY, "Two", None, {**OF_ROLE, **policy(SEND)})
    kept = step("same", types.ROLE_POLICY, "Kept", {**OF_ROLE, **policy(RETRY)}, {**OF_ROLE, **policy(RETRY)})
    assert review(preview(one, two, kept), Live()).findings == []
    [lost] = review(preview(one, two), Live()).findings
    assert (lost.verdict, "sqs:ChangeMessageVisibility" in lost.what) == (LOOK, True)
    other = step("create", types.ROLE_POLICY, "Other", None, {"role": "Other", **policy(SEND, RETRY)})
    assert review(preview(one, other), Live()).verdict is INTERRUPTS


def test_the_policies_of_a_role_are_named_by_the_same_one_in_any_order() -> None:
    policies = [step("create", types.ROLE_POLICY, name, None, {**OF_ROLE, **policy(SEND)}) for name in ("B", "A")]
    other = step("same", types.QUEUE, "Q", {}, {})
    for steps in (policies, policies[::-1]):
        assert {one.resource for one in review(preview(*steps, other), Live()).findings} == {"A"}


def test_a_permission_that_the_preview_does_not_know_hides_no_other() -> None:
    unknown = step("update", types.ROLE_POLICY, "U", {**OF_ROLE, **policy(RETRY)}, {**OF_ROLE, "policy": UNKNOWN})
    gone = step("delete", types.ROLE_POLICY, "Gone", {**OF_ROLE, **policy(SEND)})
    assert {one.verdict for one in review(preview(unknown, gone), Live()).findings} == {LOOK, INTERRUPTS}


@pytest.mark.parametrize(
    ("kind", "remedy"), [(types.QUEUE, "pulumi state unprotect"), (types.TABLE, "set protectOrders false")]
)
def test_a_protected_resource_is_refused_with_the_way_to_replace_it(kind: str, remedy: str) -> None:
    protected = urn(kind, "R")
    for error in (
        f'Preview failed: resource "{protected}" cannot be deleted\nbecause it is protected. To unprotect …',
        f'unable to replace resource "{protected}"\nas it is currently marked for protection. To unprotect …',
    ):
        [found] = review(preview(errors=(error, "preview failed")), Live()).findings
        assert (found.verdict, found.resource) == (REFUSED, "R")
        assert remedy in found.instead


def test_a_preview_that_failed_without_a_reason_is_refused() -> None:
    assert review(preview(errors=("preview failed",)), Live()).verdict is REFUSED


def test_a_second_reader_of_a_queue_takes_its_orders() -> None:
    source = {"eventSourceArn": f"{ARN}OrderQueue"}
    same = step("same", types.MAPPING, "OrderProcessor", source, source)
    assert review(preview(same, step("create", types.MAPPING, "Other", None, source)), Live()).verdict is LOSES


READER = {"eventSourceArn": f"{ARN}OrderQueue", **function("OrderProcessor"), **REPORTS}


@pytest.mark.parametrize(
    ("after", "verdict"),
    [
        (READER, INTERRUPTS),
        ({**READER, "functionName": "OrderProcessor:live"}, INTERRUPTS),
        ({**READER, **function("Other")}, LOSES),
        ({**READER, "filterCriteria": {"filters": [{"pattern": "{}"}]}}, LOSES),
        ({**READER, "functionResponseTypes": []}, LOSES),
    ],
)
def test_a_mapping_that_takes_the_place_of_another_one_is_compared_with_it(
    after: Mapping[str, Any], verdict: Verdict
) -> None:
    steps = [
        step("same", types.QUEUE, "OrderQueue", {}, {}),
        step("delete", types.MAPPING, "Old", READER),
        step("create", types.MAPPING, "New", None, after),
    ]
    assert review(preview(*steps), Live()).verdict is verdict


@pytest.mark.parametrize(
    ("kind", "inputs"),
    [(types.MAPPING, {"filterCriteria": {"filters": []}}), (types.SUBSCRIPTION, {"filterPolicy": "{}"})],
)
def test_a_filter_that_everything_matches_is_safe(kind: str, inputs: Mapping[str, Any]) -> None:
    assert review(preview(step("update", kind, "R", {}, inputs)), Live()).verdict is SAFE


@pytest.mark.parametrize(
    ("policy_after", "verdict"),
    [
        (allow("denyAll"), LOSES),
        (allow("byQueue", f"{ARN}OrderQueue"), LOOK),
        (allow("allowAll"), SAFE),
        ({"redriveAllowPolicy": UNKNOWN, "queueUrl": UNKNOWN}, SAFE),
    ],
)
def test_a_new_policy_of_a_dead_letter_queue_must_allow_a_queue(
    policy_after: Mapping[str, Any], verdict: Verdict
) -> None:
    steps = [
        step("same", types.QUEUE, "OrderDLQ", {}, {}),
        step("create", types.ALLOW_POLICY, "A", None, {"queueUrl": f"{URL}OrderDLQ", **policy_after}),
    ]
    assert review(preview(*steps), Live()).verdict is verdict


def test_resources_that_exist_in_a_stack_that_the_state_does_not_contain_are_reviewed() -> None:
    steps = [
        {"op": "create", "urn": STACK, "newState": {"type": "pulumi:pulumi:Stack"}},
        step("same", types.MAPPING, "Old", READER, READER),
        step("create", types.MAPPING, "New", None, {**READER, **function("Other")}),
    ]
    assert review(preview(*steps), Live()).verdict is LOSES


def test_a_disabled_mapping_reads_nothing_until_it_is_enabled() -> None:
    source = {"eventSourceArn": f"{ARN}OrderQueue"}
    off, on = source | {"enabled": False}, source | {"enabled": True}
    same = step("same", types.MAPPING, "OrderProcessor", source, source)
    assert review(preview(same, step("create", types.MAPPING, "Other", None, off)), Live()).verdict is SAFE
    assert review(preview(same, step("update", types.MAPPING, "Other", off, on)), Live()).verdict is LOSES


def test_a_reader_that_is_enabled_may_be_a_second_one_if_the_preview_hides_what_stays_the_same() -> None:
    source = {"eventSourceArn": f"{ARN}OrderQueue"}
    enabled = step("update", types.MAPPING, "Other", source | {"enabled": False}, source | {"enabled": True})
    assert review(preview(enabled), Live()).verdict is LOOK
    assert review(preview(enabled, step("same", types.QUEUE, "Q", {}, {})), Live()).verdict is SAFE


CODE = {"code": {"hash": "a"}, "handler": "handler.main.handle"}


@pytest.mark.parametrize(
    ("old", "new", "verdict"),
    [
        ("same", CODE, LOOK),
        ("same", CODE | {"code": {"hash": "b"}}, LOSES),
        ("same", CODE | {"handler": "other.handle"}, LOSES),
        ("same", CODE | variables(ORDERS_TABLE="Other"), LOSES),
        ("delete", CODE | {"code": {"hash": "b"}}, INTERRUPTS),
        ("delete", CODE | {"handler": "other.handle"}, LOSES),
        ("delete", CODE | variables(ORDERS_TABLE="Other"), LOSES),
    ],
)
@pytest.mark.parametrize("is_replaced", [True, False], ids=["another mapping", "the same mapping"])
def test_a_new_function_that_a_mapping_invokes_must_be_the_same_one_in_another_place(
    old: str, new: dict[str, Any], verdict: Verdict, is_replaced: bool
) -> None:
    before = CODE | variables(ORDERS_TABLE="Orders")
    after = variables(ORDERS_TABLE="Orders") | new
    to_new = {"functionName": [urn(types.FUNCTION, "NewProcessor")]}
    invoking = READER | {"functionName": UNKNOWN}
    steps = [
        step(old, types.FUNCTION, "OrderProcessor", before, before if old == "same" else None),
        step("create", types.FUNCTION, "NewProcessor", None, after),
        step("same", types.QUEUE, "OrderQueue", {}, {}),
        *(
            [
                step("delete", types.MAPPING, "Old", READER),
                step("create", types.MAPPING, "New", None, invoking, references=to_new),
            ]
            if is_replaced
            else [step("update", types.MAPPING, "M", READER, invoking, references=to_new)]
        ),
    ]
    worst = {one.verdict for one in review(preview(*steps), Live()).findings}
    assert (LOSES in worst) == (verdict is LOSES)
    assert is_replaced or min(worst, key=lambda one: one.rank) is verdict


def test_a_reader_of_the_dead_letters_deletes_them() -> None:
    queue = step("same", types.QUEUE, "OrderQueue", redrive(3), redrive(3))
    reader = step("create", types.MAPPING, "Other", None, {"eventSourceArn": f"{ARN}OrderDLQ"})
    assert review(preview(queue, reader), Live()).verdict is LOSES


def test_a_preview_that_hides_what_stays_the_same_may_hide_the_other_reader() -> None:
    reader = step("create", types.MAPPING, "Other", None, {"eventSourceArn": f"{ARN}OrderQueue"})
    assert review(preview(reader, step("update", types.QUEUE, "Q", {"tags": {}}, {})), Live()).verdict is LOOK


def undelivered(policy_after: Mapping[str, str] | None) -> Verdict:
    """The verdict on the policy of the queue to which SNS sends what it could not deliver."""
    subscription = {"protocol": "sqs", **redrive(3, "OrderUndelivered")}
    before = {"queueUrl": f"{URL}OrderUndelivered", **policy(SEND)}
    after = {**before, **policy_after} if policy_after else None
    return review(
        preview(
            step("same", types.SUBSCRIPTION, "S", subscription, subscription),
            step("same", types.QUEUE, "OrderUndelivered", {}, {}),
            step("update" if after else "delete", types.QUEUE_POLICY, "OrderUndelivered", before, after),
        ),
        Live(),
    ).verdict


def test_orders_are_lost_if_the_queue_of_undelivered_orders_rejects_them() -> None:
    assert undelivered(None) is LOSES
    assert undelivered(policy()) is LOSES
    assert undelivered(policy(SEND, DENY)) is LOSES
    assert undelivered(policy(SEND, TLS)) is SAFE


def test_orders_are_lost_if_the_preview_does_not_show_which_queue_rejects_them() -> None:
    before = {"queueUrl": f"{URL}OrderUndelivered"}
    change = step("update", types.QUEUE_POLICY, "P", {**before, **policy(SEND)}, {**before, **policy()})
    assert review(preview(change), Live()).verdict is LOSES


@pytest.mark.parametrize("statements", [[TLS], [DENY]])
def test_orders_are_lost_if_a_new_policy_of_the_queue_of_undelivered_orders_rejects_them(
    statements: Sequence[Mapping[str, Any]],
) -> None:
    subscription = {"protocol": "sqs", **redrive(3, "OrderUndelivered")}
    first, second = ({"queueUrl": f"{URL}OrderUndelivered", **policy(*one)} for one in ([SEND], statements))
    steps = [
        step("same", types.SUBSCRIPTION, "S", subscription, subscription),
        step("same", types.QUEUE, "OrderUndelivered", {}, {}),
        step("same", types.QUEUE_POLICY, "One", first, first),
        step("create", types.QUEUE_POLICY, "Other", None, second),
    ]
    assert review(preview(*steps), Live()).verdict is LOSES


def test_orders_are_lost_if_the_queue_of_undelivered_orders_has_a_policy_of_its_own_that_rejects_them() -> None:
    subscription = {"protocol": "sqs", **redrive(3, "OrderUndelivered")}
    steps = [
        step("same", types.SUBSCRIPTION, "S", subscription, subscription),
        step("update", types.QUEUE, "OrderUndelivered", policy(SEND), policy()),
    ]
    assert review(preview(*steps), Live()).verdict is LOSES


@pytest.mark.parametrize(
    ("after", "verdict"),
    [
        ([ROOT], LOSES),
        ([ROOT, KEY_FOR_SNS, KEY_FOR_ALARMS, {**DENY, "Action": "kms:*"}], LOSES),
        ([ROOT, KEY_FOR_SNS], INTERRUPTS),
    ],
)
def test_orders_are_lost_if_sns_may_not_use_the_key_of_both_queues(
    after: Sequence[Mapping[str, Any]], verdict: Verdict
) -> None:
    change = step("update", types.KEY, "K", policy(ROOT, KEY_FOR_SNS, KEY_FOR_ALARMS), policy(*after))
    found = review(preview(change), Live())
    assert found.verdict is verdict
    assert "Nobody can change this key" not in str(found)


def test_a_second_policy_for_the_same_queue_replaces_the_first() -> None:
    first, second = ({"queueUrl": URL, **policy(one)} for one in (SEND, TLS))
    same = step("same", types.QUEUE_POLICY, "One", first, first)
    assert (
        review(preview(same, step("create", types.QUEUE_POLICY, "Other", None, second)), Live()).verdict is INTERRUPTS
    )


@pytest.mark.parametrize(
    ("after", "verdict"),
    [({"visibilityTimeoutSeconds": 29}, SAFE), ({"visibilityTimeoutSeconds": 30}, LOSES), (redrive(30), LOSES)],
)
def test_orders_are_lost_if_they_expire_before_they_are_dead_letters(after: dict[str, Any], verdict: Verdict) -> None:
    before = {"visibilityTimeoutSeconds": 10, "messageRetentionSeconds": 90, **redrive(3)}
    assert review(preview(step("update", types.QUEUE, "Q", before, before | after)), Live()).verdict is verdict


def test_an_update_whose_values_are_hidden_is_not_safe() -> None:
    secret = {"environment": "[secret]"}
    update = step("update", types.FUNCTION, "F", secret, secret) | {"detailedDiff": {"environment.variables": {}}}
    assert [one.what for one in review(preview(update), Live()).findings] == ["changes environment of F"]
    assert review(preview(step("update", types.FUNCTION, "F", secret, secret)), Live()).verdict is LOOK
    tags = step("update", types.FUNCTION, "F", {}, {}) | {"detailedDiff": {"tagsAll.stack": {}}}
    assert review(preview(tags), Live()).verdict is SAFE


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            variables(ORDERS_TABLE="[secret]", ORDERS_MAX_RECEIVE_COUNT="3"),
            variables(ORDERS_TABLE="[secret]", ORDERS_MAX_RECEIVE_COUNT="5"),
        ),
        (
            {"environment": {**ENCRYPTED_BY_ENGINE, "ciphertext": "a"}},
            {"environment": {**ENCRYPTED_BY_ENGINE, "ciphertext": "b"}},
        ),
    ],
)
def test_variables_with_a_secret_are_not_safe(before: dict[str, Any], after: dict[str, Any]) -> None:
    assert review(preview(step("update", types.FUNCTION, "F", before, after)), Live()).verdict is LOOK


def test_a_replaced_function_with_other_variables_has_both_findings() -> None:
    before, after = variables(ORDERS_TABLE="Orders"), variables(ORDERS_TABLE="Other")
    replaced = step("replace", types.FUNCTION, "F", before | {"a": 1}, after | {"a": 2}, reasons=["a"])
    assert {one.verdict for one in review(preview(replaced), Live()).findings} == {INTERRUPTS, LOSES}


def test_a_second_system_of_its_own_is_safe() -> None:
    new = step("create", types.ROLE_POLICY, "P", None, policy(RETRY), parent=component_urn("Processor", "Return"))
    same = step("same", types.QUEUE, "Q", {}, {}, parent=component_urn("Queue"))
    system = [component("", None, {}, "Return"), component("Processor", None, {}, "Return"), component("", {}, {})]
    assert review(preview(*system, same, new), Live()).verdict is SAFE
    other = step("create", types.ROLE_POLICY, "P", None, policy(RETRY), parent=component_urn("Queue"))
    assert review(preview(*system, component("Queue", {}, {}), same, other), Live()).verdict is WEAKENS


def test_a_stack_that_exists_is_not_deployed_for_the_first_time() -> None:
    reader = step("create", types.MAPPING, "Other", None, {"eventSourceArn": f"{ARN}OrderQueue"})
    stack = {"op": "same", "urn": STACK, "newState": {"type": "pulumi:pulumi:Stack"}}
    assert review(preview(stack, reader), Live()).verdict is LOOK
    assert review(preview({**stack, "op": "create"}, reader), Live()).verdict is SAFE


def test_an_attached_policy_weakens() -> None:
    attached = step("create", types.ROLE_POLICY_ATTACHMENT, "Admin", None, {"policyArn": "a"})
    assert review(preview(attached, step("same", types.QUEUE, "Q", {}, {})), Live()).verdict is WEAKENS


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


OTHER = step("same", types.QUEUE, "Other", {}, {})


def lowered(visible: int, oldest: float | None) -> Finding:
    facts = QueueFacts(visible=visible, in_flight=0, oldest_seconds=oldest)
    [found] = review(preview(RETENTION, OTHER), Live(queues={urn(types.QUEUE, "Q"): facts})).findings
    return found


@pytest.mark.parametrize(
    ("visible", "oldest", "verdict"), [(0, None, WEAKENS), (9, 100, WEAKENS), (9, 300, LOSES), (9, None, LOSES)]
)
def test_a_lowered_retention_is_held_against_the_age_of_the_oldest_message(
    visible: int, oldest: float | None, verdict: Verdict
) -> None:
    assert lowered(visible, oldest).verdict is verdict


@pytest.mark.parametrize(
    ("steps", "verdict"),
    [
        ([step("same", types.QUEUE, "S", {"messageRetentionSeconds": 60, **redrive(3, "Q")}, {})], WEAKENS),
        ([step("same", types.QUEUE, "S", {"messageRetentionSeconds": 600, **redrive(3, "Q")}, {})], LOSES),
        (
            [
                step("same", types.QUEUE, "S", {}, {}),
                step("same", types.REDRIVE_POLICY, "S", {"queueUrl": f"{URL}S", **redrive(3, "Q")}, {}),
            ],
            LOSES,
        ),
        ([], LOSES),
    ],
    ids=["short before", "long before", "redrive policy of its own", "not shown"],
)
def test_the_age_of_a_dead_letter_includes_its_time_in_the_order_queue(
    steps: Sequence[Mapping[str, Any]], verdict: Verdict
) -> None:
    live = Live(queues={urn(types.QUEUE, "Q"): QueueFacts(visible=9, in_flight=0, oldest_seconds=100)})
    assert review(preview(RETENTION, *steps), live).verdict is verdict


def test_the_numbers_of_messages_are_told() -> None:
    facts = QueueFacts(visible=1204, in_flight=80, oldest_seconds=None)
    [found] = review(
        preview(step("delete", types.QUEUE, "Q", {})), Live(queues={urn(types.QUEUE, "Q"): facts})
    ).findings
    assert found.what == "deletes the queue Q; 1,204 visible messages and 80 in flight"


def test_a_failed_preview_is_refused_and_hides_addresses_and_the_stack_of_calls() -> None:
    message = 'Program failed:\nTraceback (most recent call last):\n  File "x", line 1\nValueError: ann@example.com'
    [found] = review(preview(errors=(message, "an unhandled error occurred: program exited with 1")), Live()).findings
    assert (found.verdict, found.why) == (REFUSED, "Program failed: ValueError: [address]")
