"""The resources of a pipeline as somebody makes them in the AWS console, and orders in them."""

import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ops.clients import Clients
from tests.support.mappings import mapping_of
from tests.support.waiting import eventually

ROLE = "OrderProcessor-role-x1y2z3a4"
FUNCTION = "OrderProcessor"
LOG_GROUP = f"/aws/lambda/{FUNCTION}"
"""The console makes up such a name, under the path /service-role/."""
HANDLER = """
import json
import boto3

table = boto3.resource("dynamodb").Table("Orders")

def lambda_handler(event, context):
    for record in event["Records"]:
        order = json.loads(json.loads(record["body"])["Message"])
        table.put_item(Item={**order, "madeBy": "hand"})
"""
"""Stores orders as SNS wraps them, and reports no failures of single orders."""
_VERSION = "2012-10-17"


@dataclass(frozen=True, kw_only=True)
class Handmade:
    """What the steps made."""

    clients: Clients
    topic_arn: str
    queue_url: str
    dead_letters_url: str
    subscription_arn: str
    mapping: str
    """The UUID of the trigger."""

    def publish(self, order: str) -> None:
        self.clients.sns.publish(TopicArn=self.topic_arn, Message=order)

    def turn_trigger(self, *, on: bool) -> None:
        self.clients.lambda_.update_event_source_mapping(UUID=self.mapping, Enabled=on)
        wanted = "Enabled" if on else "Disabled"
        eventually(lambda: self._state() == wanted, f"the trigger to be {wanted}")

    def ids(self) -> dict[str, object]:
        """What another resource of the same name does not have: its age, or an ID that the service makes up."""
        clients = self.clients
        [log] = clients.logs.describe_log_groups(logGroupNamePrefix=LOG_GROUP)["logGroups"]
        return {
            "queues": [self._queue(url) for url in (self.queue_url, self.dead_letters_url)],
            "table": clients.dynamodb.describe_table(TableName="Orders")["Table"]["CreationDateTime"],
            "subscription": self.subscription_arn in self._subscriptions(),
            "trigger": mapping_of(clients, FUNCTION)["UUID"],
            "log": log["creationTime"],
        }

    def _queue(self, url: str) -> tuple[str, str]:
        found = self.clients.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["CreatedTimestamp", "QueueArn"])
        return found["Attributes"]["CreatedTimestamp"], found["Attributes"]["QueueArn"]

    def _subscriptions(self) -> list[str]:
        found = self.clients.sns.list_subscriptions_by_topic(TopicArn=self.topic_arn)["Subscriptions"]
        return [one["SubscriptionArn"] for one in found]

    def _state(self) -> str:
        return self.clients.lambda_.get_event_source_mapping(UUID=self.mapping)["State"]


def make_by_hand(clients: Clients) -> Handmade:
    """Follow the steps: table, topic, two queues, subscription, function, trigger."""
    clients.dynamodb.create_table(
        TableName="Orders",
        KeySchema=[{"AttributeName": "orderId", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "orderId", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    topic = clients.sns.create_topic(Name="OrderTopic")["TopicArn"]
    dead_letters = clients.sqs.create_queue(QueueName="OrderDLQ", Attributes={"SqsManagedSseEnabled": "true"})[
        "QueueUrl"
    ]
    queue = _queue(clients, topic, _arn(clients, dead_letters))
    subscription = clients.sns.subscribe(
        TopicArn=topic, Protocol="sqs", Endpoint=_arn(clients, queue), ReturnSubscriptionArn=True
    )["SubscriptionArn"]
    _function(clients)
    mapping = clients.lambda_.create_event_source_mapping(
        EventSourceArn=_arn(clients, queue), FunctionName=FUNCTION, BatchSize=10
    )["UUID"]
    return Handmade(
        clients=clients,
        topic_arn=topic,
        queue_url=queue,
        dead_letters_url=dead_letters,
        subscription_arn=subscription,
        mapping=mapping,
    )


def _queue(clients: Clients, topic: str, dead_letters: str) -> str:
    url = clients.sqs.create_queue(
        QueueName="OrderQueue",
        Attributes={
            "SqsManagedSseEnabled": "true",
            "RedrivePolicy": json.dumps({"deadLetterTargetArn": dead_letters, "maxReceiveCount": "3"}),
        },
    )["QueueUrl"]
    policy = _policy(_owner(topic, _arn(clients, url)), _sender(topic, _arn(clients, url)))
    clients.sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": json.dumps(policy)})
    return url


def _owner(topic: str, queue: str) -> Mapping[str, Any]:
    account = topic.split(":")[4]
    return {
        "Sid": "__owner_statement",
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{account}:root"},
        "Action": "SQS:*",
        "Resource": queue,
    }


def _sender(topic: str, queue: str) -> Mapping[str, Any]:
    """What the console adds when the queue is subscribed."""
    return {
        "Sid": f"topic-subscription-{topic}",
        "Effect": "Allow",
        "Principal": {"AWS": "*"},
        "Action": "SQS:SendMessage",
        "Resource": queue,
        "Condition": {"ArnLike": {"aws:SourceArn": topic}},
    }


def _function(clients: Clients) -> None:
    trust = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    role = clients.iam.create_role(
        RoleName=ROLE, Path="/service-role/", AssumeRolePolicyDocument=json.dumps(_policy(trust))
    )["Role"]["Arn"]
    clients.lambda_.create_function(
        FunctionName=FUNCTION,
        Runtime="python3.11",
        Role=role,
        Handler="lambda_function.lambda_handler",
        Code={"ZipFile": _zip("lambda_function.py", HANDLER)},
    )
    # Lambda makes the log group at the first invocation; the emulator may have it already.
    if not clients.logs.describe_log_groups(logGroupNamePrefix=LOG_GROUP)["logGroups"]:
        clients.logs.create_log_group(logGroupName=LOG_GROUP)


def _zip(name: str, source: str) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr(name, source)
    return content.getvalue()


def _arn(clients: Clients, queue_url: str) -> str:
    found = clients.sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=["QueueArn"])
    return found["Attributes"]["QueueArn"]


def _policy(*statements: Mapping[str, Any]) -> Mapping[str, Any]:
    return {"Version": _VERSION, "Statement": list(statements)}
