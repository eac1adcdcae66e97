"""The policies as documents, and the permissions that the whole program grants."""

from typing import Any

import pytest

from infra import policies
from infra import resource_types as types
from tests.support.arns import ACCOUNT, REGION, arn
from tests.support.recorder import Program, recorded

QUEUE, TOPIC, TABLE = "arn:aws:sqs:::Q", "arn:aws:sns:::T", "arn:aws:dynamodb:::D"


def test_only_the_topic_may_send_to_the_queue() -> None:
    assert policies.topic_may_send(TOPIC, QUEUE) == {
        "Sid": "TopicMaySend",
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": QUEUE,
        "Condition": {"ArnEquals": {"aws:SourceArn": TOPIC}},
    }


@pytest.mark.parametrize(
    ("statement", "action"),
    [(policies.queue_only_over_tls(QUEUE), "sqs:*"), (policies.topic_only_over_tls(QUEUE), "sns:Publish")],
)
def test_what_is_not_tls_is_denied_to_everyone(statement: dict[str, Any], action: str) -> None:
    assert statement == {
        "Sid": "OnlyOverTls",
        "Effect": "Deny",
        "Principal": "*",
        "Action": action,
        "Resource": QUEUE,
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }


def test_only_alarms_of_the_accounts_own_may_publish_alerts(program: Program) -> None:
    allowed, denied = program.one("aws:sns/topicPolicy:TopicPolicy", "OrderAlerts").document("policy")["Statement"]
    assert allowed == {
        "Sid": "AlarmsMayPublish",
        "Effect": "Allow",
        "Principal": {"Service": "cloudwatch.amazonaws.com"},
        "Action": "sns:Publish",
        "Resource": arn(types.TOPIC, "OrderAlerts"),
        "Condition": {
            "ArnLike": {"aws:SourceArn": f"arn:aws:cloudwatch:{REGION}:{ACCOUNT}:alarm:*"},
            "StringEquals": {"aws:SourceAccount": ACCOUNT},
        },
    }
    assert denied == policies.topic_only_over_tls(arn(types.TOPIC, "OrderAlerts"))


@pytest.fixture(scope="module")
def program() -> Program:
    return recorded("dev")


def test_the_processor_may_do_exactly_what_it_does(program: Program) -> None:
    assert permissions(program, "OrderProcessor") == {
        ("sqs:ReceiveMessage", arn(types.QUEUE, "OrderQueue")),
        ("sqs:DeleteMessage", arn(types.QUEUE, "OrderQueue")),
        ("sqs:GetQueueAttributes", arn(types.QUEUE, "OrderQueue")),
        ("sqs:ChangeMessageVisibility", arn(types.QUEUE, "OrderQueue")),
        ("dynamodb:PartiQLInsert", arn(types.TABLE, "Orders")),
        ("dynamodb:PutItem", arn(types.TABLE, "Orders")),
        ("logs:CreateLogStream", arn(types.LOG_GROUP, "/aws/lambda/OrderProcessor:log-stream:*")),
        ("logs:PutLogEvents", arn(types.LOG_GROUP, "/aws/lambda/OrderProcessor:log-stream:*")),
    }


def test_the_notifier_may_do_exactly_what_it_does(program: Program) -> None:
    streams = arn(types.TABLE, "Orders/stream/*")
    assert permissions(program, "OrderNotifier") == {
        ("dynamodb:DescribeStream", streams),
        ("dynamodb:GetRecords", streams),
        ("dynamodb:GetShardIterator", streams),
        ("dynamodb:ListStreams", streams),
        ("sns:Publish", arn(types.TOPIC, "OrderEvents")),
        ("sqs:SendMessage", arn(types.QUEUE, "OrderEventsDLQ")),
        ("logs:CreateLogStream", arn(types.LOG_GROUP, "/aws/lambda/OrderNotifier:log-stream:*")),
        ("logs:PutLogEvents", arn(types.LOG_GROUP, "/aws/lambda/OrderNotifier:log-stream:*")),
    }


def permissions(program: Program, role: str) -> set[tuple[str, str]]:
    """Return each action that the policies of a role allow, with its resource."""
    found = [policy for policy in program.all(types.ROLE_POLICY) if policy.inputs["role"] == role]
    statements = [statement for policy in found for statement in policy.document("policy")["Statement"]]
    assert {statement["Effect"] for statement in statements} == {"Allow"}
    return {(action, statement["Resource"]) for statement in statements for action in statement["Action"]}


def test_the_processor_may_not_touch_visibility_where_nothing_is_retried_at_once() -> None:
    statements = recorded("dev", {"retryInvalidOrdersAtOnce": "false"}).statements(types.ROLE_POLICY)
    assert "sqs:ChangeMessageVisibility" not in [action for one in statements for action in one["Action"]]


# Each permission of the role is a resource named after its Sid. The engine creates a new one before the function that
# needs it changes, and deletes one at the end, after the function has changed. It updates one in place before that.
ACTIONS = {
    "MayReceive": {"sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"},
    "MayRetryAtOnce": {"sqs:ChangeMessageVisibility"},
    "MayWriteOrders": {"dynamodb:PartiQLInsert", "dynamodb:PutItem"},
    "MayTrace": {"xray:PutTelemetryRecords", "xray:PutTraceSegments"},
    "MayLog": {"logs:CreateLogStream", "logs:PutLogEvents"},
    "MayReadChanges": {f"dynamodb:{on}" for on in ("DescribeStream", "GetRecords", "GetShardIterator", "ListStreams")},
    "MayTell": {"sns:Publish"},
    "MayGiveUp": {"sqs:SendMessage"},
}


def test_a_permission_that_loses_an_action_gets_another_name() -> None:
    for policy in recorded("dev", {"activeTracing": "true"}).all(types.ROLE_POLICY):
        [statement] = policy.document("policy")["Statement"]
        sid = statement["Sid"]
        assert policy.name == f"{policy.inputs['role']}{sid}"
        lost = ACTIONS.get(sid, set()) - set(statement["Action"])
        assert not lost, (
            f"{sid} no longer allows {', '.join(sorted(lost))}: the function would lose this before its code changes. "
            "Give the statement another Sid, and then add that to this test"
        )
        assert sid in ACTIONS, f"{sid} is new: add it and its actions to this test"


@pytest.mark.parametrize("role", ["OrderProcessor", "OrderNotifier"])
def test_only_lambda_may_assume_the_role_of_a_function(program: Program, role: str) -> None:
    [statement] = program.one("aws:iam/role:Role", role).document("assumeRolePolicy")["Statement"]
    assert (statement["Effect"], statement["Principal"], statement["Action"]) == (
        "Allow",
        {"Service": "lambda.amazonaws.com"},
        "sts:AssumeRole",
    )


def test_nothing_is_allowed_on_every_resource_or_with_every_action(program: Program) -> None:
    documents = [
        resource.document(key)
        for resource in program.resources
        for key in ("policy", "assumeRolePolicy")
        if key in resource.inputs
    ]
    allowed = [s for document in documents for s in document["Statement"] if s["Effect"] == "Allow"]
    assert len(allowed) == 13
    for statement in allowed:
        actions = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
        assert not [action for action in actions if "*" in action]
        assert statement.get("Resource") != "*"
        assert statement.get("Principal") != "*"


@pytest.mark.parametrize(
    ("queue", "senders"),
    [("OrderQueue", ["OrderTopic"]), ("OrderUndelivered", ["OrderTopic"]), ("OrderDLQ", []), ("OrderEventsDLQ", [])],
)
def test_each_queue_accepts_messages_from_the_topic_alone_if_at_all(
    program: Program, queue: str, senders: list[str]
) -> None:
    statements = program.one("aws:sqs/queuePolicy:QueuePolicy", queue).document("policy")["Statement"]
    allowed = [statement for statement in statements if statement["Effect"] == "Allow"]
    assert [s["Condition"]["ArnEquals"]["aws:SourceArn"] for s in allowed] == [arn(types.TOPIC, t) for t in senders]
    assert {statement["Resource"] for statement in statements} == {arn(types.QUEUE, queue)}
