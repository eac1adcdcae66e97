"""Type tokens, as the Pulumi provider for AWS names them, and the types in words.

`orders review` knows resources by these tokens, so this module imports neither Pulumi nor pydantic.
"""

import re

QUEUE = "aws:sqs/queue:Queue"
QUEUE_POLICY = "aws:sqs/queuePolicy:QueuePolicy"
REDRIVE_POLICY = "aws:sqs/redrivePolicy:RedrivePolicy"
ALLOW_POLICY = "aws:sqs/redriveAllowPolicy:RedriveAllowPolicy"
TOPIC = "aws:sns/topic:Topic"
TOPIC_POLICY = "aws:sns/topicPolicy:TopicPolicy"
SUBSCRIPTION = "aws:sns/topicSubscription:TopicSubscription"
TABLE = "aws:dynamodb/table:Table"
FUNCTION = "aws:lambda/function:Function"
MAPPING = "aws:lambda/eventSourceMapping:EventSourceMapping"
ROLE = "aws:iam/role:Role"
ROLE_POLICY = "aws:iam/rolePolicy:RolePolicy"
ROLE_POLICY_ATTACHMENT = "aws:iam/rolePolicyAttachment:RolePolicyAttachment"
LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup"
ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
DASHBOARD = "aws:cloudwatch/dashboard:Dashboard"
TRACE_POLICY = "aws:xray/resourcePolicy:ResourcePolicy"
KEY = "aws:kms/key:Key"
PROVIDER = "pulumi:providers:aws"


def noun(kind: str) -> str:
    """The type in words: `aws:sqs/queue:Queue` is a queue."""
    return spaced(class_name(kind))


def class_name(kind: str) -> str:
    """The type without its package and module: `Queue`."""
    return kind.rpartition(":")[2]


def spaced(name: str) -> str:
    """A name in words: `batchSize` is a batch size."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).lower()
