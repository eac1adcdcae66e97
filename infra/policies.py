"""IAM policies as data. Each function returns a statement, and its name is what the statement allows or requires.

ARNs can be Pulumi outputs. A queue or topic has only one policy document, so `policy` joins statements to a document.
"""

from collections.abc import Sequence
from typing import Any

import pulumi

Arn = pulumi.Input[str]
Statement = dict[str, Any]


def policy(*statements: Statement) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def lambda_may_assume() -> Statement:
    return {
        "Sid": "LambdaMayAssume",
        "Effect": "Allow",
        "Principal": {"Service": "lambda.amazonaws.com"},
        "Action": "sts:AssumeRole",
    }


def topic_may_send(topic: Arn, queue: Arn) -> Statement:
    return {
        "Sid": "TopicMaySend",
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": queue,
        "Condition": {"ArnEquals": {"aws:SourceArn": topic}},
    }


def queue_only_over_tls(queue: Arn) -> Statement:
    return _only_over_tls("sqs:*", queue)


def topic_only_over_tls(topic: Arn) -> Statement:
    # The policy of a topic cannot contain `sns:*`. Only publishing transfers orders.
    return _only_over_tls("sns:Publish", topic)


def alarms_may_publish(topic: Arn) -> Statement:
    """Allow CloudWatch alarms of the topic's account and Region to publish, but no alarms from elsewhere."""
    place = pulumi.Output.from_input(topic).apply(lambda arn: arn.split(":"))
    return {
        "Sid": "AlarmsMayPublish",
        "Effect": "Allow",
        "Principal": {"Service": "cloudwatch.amazonaws.com"},
        "Action": "sns:Publish",
        "Resource": topic,
        "Condition": {
            "ArnLike": {
                "aws:SourceArn": place.apply(lambda part: f"arn:{part[1]}:cloudwatch:{part[3]}:{part[4]}:alarm:*")
            },
            "StringEquals": {"aws:SourceAccount": place.apply(lambda part: part[4])},
        },
    }


def _only_over_tls(action: str, resource: Arn) -> Statement:
    # A statement that denies must match every principal. The `*` grants nothing.
    return {
        "Sid": "OnlyOverTls",
        "Effect": "Deny",
        "Principal": "*",
        "Action": action,
        "Resource": resource,
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }


def processor_may_receive(queue: Arn) -> Statement:
    # The permissions of an event source mapping (Lambda Developer Guide, "Using Lambda with Amazon SQS", permissions).
    return _allow("MayReceive", ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"], queue)


def processor_may_retry_at_once(queue: Arn) -> Statement:
    return _allow("MayRetryAtOnce", ["sqs:ChangeMessageVisibility"], queue)


def processor_may_write_orders(table: Arn) -> Statement:
    return _allow("MayWriteOrders", ["dynamodb:PartiQLInsert", "dynamodb:PutItem"], table)


def function_may_log(log_group: Arn) -> Statement:
    # Lambda chooses the names of the log streams.
    return _allow(
        "MayLog", ["logs:CreateLogStream", "logs:PutLogEvents"], pulumi.Output.concat(log_group, ":log-stream:*")
    )


def function_may_trace() -> Statement:
    # X-Ray has no resource for these actions (Service Authorization Reference, AWS X-Ray).
    return _allow("MayTrace", ["xray:PutTelemetryRecords", "xray:PutTraceSegments"], "*")


def topics_may_trace(topics: Sequence[Arn], account: pulumi.Input[str]) -> Statement:
    """Allow SNS to record deliveries of these topics (X-Ray Developer Guide, "Amazon SNS and AWS X-Ray")."""
    return {
        "Sid": "TopicsMayTrace",
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": ["xray:GetSamplingRules", "xray:GetSamplingTargets", "xray:PutTraceSegments"],
        "Resource": "*",
        "Condition": {
            "ArnEquals": {"aws:SourceArn": list(topics)},
            "StringEquals": {"aws:SourceAccount": account},
        },
    }


def notifier_may_read_changes(table: Arn) -> Statement:
    # The permissions of an event source mapping (Lambda Developer Guide, "Using Lambda with Amazon DynamoDB").
    # ListStreams is not about one stream, so the resource is every stream of the table. At most one is enabled.
    actions = ["DescribeStream", "GetRecords", "GetShardIterator", "ListStreams"]
    streams = pulumi.Output.concat(table, "/stream/*")
    return _allow("MayReadChanges", [f"dynamodb:{action}" for action in actions], streams)


def notifier_may_tell(topic: Arn) -> Statement:
    return _allow("MayTell", ["sns:Publish"], topic)


def notifier_may_give_up(queue: Arn) -> Statement:
    return _allow("MayGiveUp", ["sqs:SendMessage"], queue)


def account_administers_key(root: pulumi.Input[str]) -> Statement:
    # In a key policy, `*` means this key. The statement lets IAM policies of the account control the key. Without it,
    # nobody could ever change the key again (KMS Developer Guide, "Default key policy").
    return {
        "Sid": "AccountAdministers",
        "Effect": "Allow",
        "Principal": {"AWS": root},
        "Action": "kms:*",
        "Resource": "*",
    }


def service_may_use_key(service: str, account: pulumi.Input[str]) -> Statement:
    # A service needs both actions to send messages to an encrypted topic or queue. It may act only for this account.
    return {
        "Sid": f"{service.partition('.')[0].capitalize()}MayUse",
        "Effect": "Allow",
        "Principal": {"Service": service},
        "Action": ["kms:Decrypt", "kms:GenerateDataKey"],
        "Resource": "*",
        "Condition": {"StringEquals": {"aws:SourceAccount": account}},
    }


_KEY_USE = (
    "kms:Decrypt",
    "kms:DescribeKey",
    "kms:Encrypt",
    "kms:GenerateDataKey",
    "kms:ReEncryptFrom",
    "kms:ReEncryptTo",
)


def logs_may_use_key(service: pulumi.Input[str], log_groups: Sequence[Arn]) -> Statement:
    # CloudWatch Logs User Guide, "Encrypt log data". A request for DescribeKey has no encryption context, so that the
    # condition never holds for it.
    return {
        "Sid": "LogsMayUse",
        "Effect": "Allow",
        "Principal": {"Service": service},
        "Action": list(_KEY_USE),
        "Resource": "*",
        "Condition": {"ArnLike": {"kms:EncryptionContext:aws:logs:arn": list(log_groups)}},
    }


def processor_may_read_encrypted(key: Arn, sqs: pulumi.Input[str]) -> Statement:
    return {
        **_allow("MayReadEncrypted", ["kms:Decrypt"], key),
        "Condition": {"StringEquals": {"kms:ViaService": sqs}},
    }


def processor_may_write_encrypted(key: Arn, dynamodb: pulumi.Input[str]) -> Statement:
    # DynamoDB uses a table's key with its caller's permissions (DynamoDB Developer Guide, "Encryption at rest").
    return {
        **_allow("MayWriteEncrypted", _KEY_USE, key),
        "Condition": {"StringEquals": {"kms:ViaService": dynamodb}},
    }


def notifier_may_read_encrypted(key: Arn, dynamodb: pulumi.Input[str]) -> Statement:
    # A stream has the key of its table. DynamoDB uses it with its caller's permissions.
    return {
        **_allow("NotifierMayReadEncrypted", ["kms:Decrypt", "kms:DescribeKey"], key),
        "Condition": {"StringEquals": {"kms:ViaService": dynamodb}},
    }


def notifier_may_send_encrypted(key: Arn, services: Sequence[pulumi.Input[str]]) -> Statement:
    # A sender to an encrypted topic or queue needs both (SNS and SQS Developer Guides, key management). Lambda sends
    # records that it discards to the queue with the function's permissions, too.
    return {
        **_allow("NotifierMaySendEncrypted", ["kms:Decrypt", "kms:GenerateDataKey"], key),
        "Condition": {"StringEquals": {"kms:ViaService": list(services)}},
    }


def in_key_policy(statement: Statement, role: Arn) -> Statement:
    """Turn a permission of a role on a key into a statement of the key's own policy, in which `*` is this key."""
    return {**statement, "Principal": {"AWS": role}, "Resource": "*"}


def _allow(sid: str, actions: Sequence[str], resource: Arn) -> Statement:
    return {"Sid": sid, "Effect": "Allow", "Action": list(actions), "Resource": resource}
