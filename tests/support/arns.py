"""ARNs as AWS writes them (Service Authorization Reference: the page of each service, resource types)."""

from collections.abc import Mapping
from typing import Any

from infra.resource_types import ALARM, FUNCTION, KEY, LOG_GROUP, MAPPING, QUEUE, ROLE, SUBSCRIPTION, TABLE, TOPIC
from tests.support.resource_types import POLICY

REGION, ACCOUNT = "eu-west-1", "123456789012"
"""The Region and the account of all mocked resources."""

IDENTITY_PROVIDER = "aws:iam/openIdConnectProvider:OpenIdConnectProvider"
BUCKET = "aws:s3/bucket:Bucket"

_IN_REGION = f"{REGION}:{ACCOUNT}"
ARNS = {
    ALARM: f"arn:aws:cloudwatch:{_IN_REGION}:alarm:",
    "aws:cloudwatch/dashboard:Dashboard": f"arn:aws:cloudwatch::{ACCOUNT}:dashboard/",
    FUNCTION: f"arn:aws:lambda:{_IN_REGION}:function:",
    KEY: f"arn:aws:kms:{_IN_REGION}:key/",
    "aws:kms/alias:Alias": f"arn:aws:kms:{_IN_REGION}:",
    LOG_GROUP: f"arn:aws:logs:{_IN_REGION}:log-group:",
    MAPPING: f"arn:aws:lambda:{_IN_REGION}:event-source-mapping:",
    QUEUE: f"arn:aws:sqs:{_IN_REGION}:",
    POLICY: f"arn:aws:iam::{ACCOUNT}:policy/",
    ROLE: f"arn:aws:iam::{ACCOUNT}:role/",
    IDENTITY_PROVIDER: f"arn:aws:iam::{ACCOUNT}:oidc-provider/",
    SUBSCRIPTION: f"arn:aws:sns:{_IN_REGION}:",
    TABLE: f"arn:aws:dynamodb:{_IN_REGION}:table/",
    TOPIC: f"arn:aws:sns:{_IN_REGION}:",
    BUCKET: "arn:aws:s3:::",
}
"""The ARN of each type, without the part that identifies the resource."""

WITHOUT_ARN = frozenset(
    {
        "aws:iam/rolePolicy:RolePolicy",
        "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
        "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
        "aws:s3/bucketPolicy:BucketPolicy",
        "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
        "aws:s3/bucketVersioning:BucketVersioning",
        "aws:sns/topicPolicy:TopicPolicy",
        "aws:sqs/queuePolicy:QueuePolicy",
        "aws:sqs/redriveAllowPolicy:RedriveAllowPolicy",
        "aws:sqs/redrivePolicy:RedrivePolicy",
        "aws:xray/resourcePolicy:ResourcePolicy",
        "pulumi:providers:aws",
    }
)
"""Types whose resources are part of another resource, or not in AWS at all, and have no ARN of their own."""


def arn(type_token: str, name: str) -> str:
    """Return the ARN of a resource. The name is the part that identifies it; for a key, that is its ID.

    Raises KeyError if the type is not in ARNS.
    """
    return f"{ARNS[type_token]}{name}"


def arn_of(type_token: str, name: str, inputs: Mapping[str, Any]) -> str:
    """Return the ARN of a resource with this name, or with the name in its inputs. Raises KeyError as `arn` does."""
    match type_token:
        case "aws:kms/key:Key" | "aws:lambda/eventSourceMapping:EventSourceMapping":
            return arn(type_token, f"{name}-id")
        case "aws:kms/alias:Alias" | "aws:sns/topic:Topic":
            return arn(type_token, inputs.get("name", name))
        case "aws:iam/openIdConnectProvider:OpenIdConnectProvider":
            return arn(type_token, inputs["url"].removeprefix("https://"))
        case "aws:sns/topicSubscription:TopicSubscription":
            return arn(type_token, f"{inputs['topic'].rpartition(':')[2]}:{name}-id")
        case _:
            return arn(type_token, name)
