"""Who may do what: each policy is a function named by what it allows, or asks for.

ARNs may be Pulumi outputs; the documents are plain data, tested as such. A queue or topic has one policy document, so
its statements are collected with `policy`.
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
    # A topic's policy takes no `sns:*`; publishing is what carries orders.
    return _only_over_tls("sns:Publish", topic)


def alarms_may_publish(topic: Arn) -> Statement:
    """For CloudWatch's alarms of the topic's own account and Region, and for none that names them from elsewhere."""
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
    # A denial has to name everyone and everything, so the `*` here takes rights away and gives none.
    return {
        "Sid": "OnlyOverTls",
        "Effect": "Deny",
        "Principal": "*",
        "Action": action,
        "Resource": resource,
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }


def processor_may_receive(queue: Arn) -> Statement:
    # What an event source mapping needs (Lambda Developer Guide, "Using Lambda with Amazon SQS", permissions).
    return _allow("MayReceive", ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"], queue)


def processor_may_retry_at_once(queue: Arn) -> Statement:
    return _allow("MayRetryAtOnce", ["sqs:ChangeMessageVisibility"], queue)


def processor_may_write_orders(table: Arn) -> Statement:
    return _allow("MayWriteOrders", ["dynamodb:PartiQLInsert", "dynamodb:PutItem"], table)


def processor_may_log(log_group: Arn) -> Statement:
    # Lambda names the streams, so the group's streams are named by what they have in common.
    return _allow(
        "MayLog", ["logs:CreateLogStream", "logs:PutLogEvents"], pulumi.Output.concat(log_group, ":log-stream:*")
    )


def account_administers_key(root: pulumi.Input[str]) -> Statement:
    # In a key's policy, `*` is that key. Whoever the account's own policies let use it may; without this statement
    # nobody could ever change the key again (KMS Developer Guide, "Default key policy").
    return {
        "Sid": "AccountAdministers",
        "Effect": "Allow",
        "Principal": {"AWS": root},
        "Action": "kms:*",
        "Resource": "*",
    }


def service_may_use_key(service: str, account: pulumi.Input[str]) -> Statement:
    # What a service needs to put messages into an encrypted topic or queue, on behalf of this account alone.
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


def logs_may_use_key(service: pulumi.Input[str], log_groups: Arn) -> Statement:
    return {
        "Sid": "LogsMayUse",
        "Effect": "Allow",
        "Principal": {"Service": service},
        "Action": list(_KEY_USE),
        "Resource": "*",
        "Condition": {"ArnLike": {"kms:EncryptionContext:aws:logs:arn": log_groups}},
    }


def processor_may_read_encrypted(key: Arn, sqs: pulumi.Input[str]) -> Statement:
    return {
        **_allow("MayReadEncrypted", ["kms:Decrypt"], key),
        "Condition": {"StringEquals": {"kms:ViaService": sqs}},
    }


def processor_may_write_encrypted(key: Arn, dynamodb: pulumi.Input[str]) -> Statement:
    # DynamoDB uses a table's key with the rights of who calls (DynamoDB Developer Guide, "Encryption at rest").
    return {
        **_allow("MayWriteEncrypted", _KEY_USE, key),
        "Condition": {"StringEquals": {"kms:ViaService": dynamodb}},
    }


def _allow(sid: str, actions: Sequence[str], resource: Arn) -> Statement:
    return {"Sid": sid, "Effect": "Allow", "Action": list(actions), "Resource": resource}
