"""How resources of this project's programs become those of CloudFormation.

The property names of AWS's resource schemas are mostly those of the Pulumi provider with a capital letter.
"""

from collections.abc import Callable, Mapping
from typing import Any

from infra import resource_types as types
from tests.support.arns import BUCKET, IDENTITY_PROVIDER
from tests.support.recorder import Program, Registration
from tests.support.resource_types import POLICY

ALIAS = "aws:kms/alias:Alias"
BUCKET_POLICY = "aws:s3/bucketPolicy:BucketPolicy"
LIFECYCLE = "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration"
PUBLIC_ACCESS = "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock"
VERSIONING = "aws:s3/bucketVersioning:BucketVersioning"

Properties = dict[str, Any]

TYPES: Mapping[str, str] = {
    types.ALARM: "AWS::CloudWatch::Alarm",
    ALIAS: "AWS::KMS::Alias",
    BUCKET: "AWS::S3::Bucket",
    BUCKET_POLICY: "AWS::S3::BucketPolicy",
    types.DASHBOARD: "AWS::CloudWatch::Dashboard",
    types.FUNCTION: "AWS::Lambda::Function",
    IDENTITY_PROVIDER: "AWS::IAM::OIDCProvider",
    types.KEY: "AWS::KMS::Key",
    types.LOG_GROUP: "AWS::Logs::LogGroup",
    types.MAPPING: "AWS::Lambda::EventSourceMapping",
    POLICY: "AWS::IAM::ManagedPolicy",
    types.QUEUE: "AWS::SQS::Queue",
    types.QUEUE_POLICY: "AWS::SQS::QueuePolicy",
    types.ROLE: "AWS::IAM::Role",
    types.ROLE_POLICY: "AWS::IAM::Policy",
    types.SUBSCRIPTION: "AWS::SNS::Subscription",
    types.TABLE: "AWS::DynamoDB::Table",
    types.TOPIC: "AWS::SNS::Topic",
    types.TOPIC_POLICY: "AWS::SNS::TopicPolicy",
    types.TRACE_POLICY: "AWS::XRay::ResourcePolicy",
}
PARTS = frozenset(
    {
        *(types.REDRIVE_POLICY, types.ALLOW_POLICY, types.ROLE_POLICY_ATTACHMENT),
        *(VERSIONING, PUBLIC_ACCESS, LIFECYCLE),
    }
)
"""Types whose resources are properties of another resource in a template."""
RENAMED: Mapping[str, Mapping[str, str]] = {
    ALIAS: {"name": "AliasName"},
    IDENTITY_PROVIDER: {"clientIdLists": "ClientIdList"},
    POLICY: {"name": "ManagedPolicyName", "policy": "PolicyDocument"},
    types.ALARM: {"okActions": "OKActions", "metricQueries": "Metrics", "metric": "MetricStat"},
    types.MAPPING: {"destinationArn": "Destination"},
    types.KEY: {"deletionWindowInDays": "PendingWindowInDays", "policy": "KeyPolicy"},
    types.QUEUE: {
        "maxMessageSize": "MaximumMessageSize",
        "messageRetentionSeconds": "MessageRetentionPeriod",
        "visibilityTimeoutSeconds": "VisibilityTimeout",
    },
    types.QUEUE_POLICY: {"policy": "PolicyDocument", "queueUrl": "Queues"},
    types.ROLE: {"assumeRolePolicy": "AssumeRolePolicyDocument", "name": "RoleName"},
    types.ROLE_POLICY: {"policy": "PolicyDocument"},
    types.SUBSCRIPTION: {"topic": "TopicArn"},
    types.TOPIC: {"name": "TopicName"},
    types.TOPIC_POLICY: {"arn": "Topics", "policy": "PolicyDocument"},
}


def without(inputs: Properties, *keys: str) -> Properties:
    return {key: value for key, value in inputs.items() if key not in keys}


def _function(function: Registration, _: Program) -> tuple[Properties, Properties]:
    rest = without(function.inputs, "code")
    if rest.get("reservedConcurrentExecutions") == -1:  # the provider's word for none
        del rest["reservedConcurrentExecutions"]
    return {"Code": {"S3Bucket": "packages", "S3Key": "package.zip"}}, rest


def _queue(queue: Registration, program: Program) -> tuple[Properties, Properties]:
    """Return a queue with its redrive policies, which are resources of their own in the program."""
    own = [one for kind in (types.REDRIVE_POLICY, types.ALLOW_POLICY) for one in program.all(kind)]
    policies = [one.inputs for one in own if one.inputs["queueUrl"] == f"https://{queue.name}"]
    return {}, {**queue.inputs, **{key: one[key] for one in policies for key in one if key != "queueUrl"}}


def _log_group(group: Registration, _: Program) -> tuple[Properties, Properties]:
    return {"LogGroupName": group.name}, group.inputs


def _role(role: Registration, program: Program) -> tuple[Properties, Properties]:
    attached = [one.inputs for one in program.all(types.ROLE_POLICY_ATTACHMENT)]
    managed = [one["policyArn"] for one in attached if one["role"] == role.inputs.get("name")]
    return {"ManagedPolicyArns": managed} if managed else {}, role.inputs


def _bucket(bucket: Registration, program: Program) -> tuple[Properties, Properties]:
    """Return a bucket with its settings, which are resources of their own in the program."""

    def part(type_token: str) -> Properties:
        [own] = [one.inputs for one in program.all(type_token) if one.inputs["bucket"] == f"{bucket.name}-id"]
        return without(own, "bucket")

    rules = [
        {
            "Id": rule["id"],
            "Status": rule["status"],
            "Prefix": rule["filter"]["prefix"],
            "ExpirationInDays": int(rule["expiration"]["days"]),
            "NoncurrentVersionExpiration": {
                "NoncurrentDays": int(rule["noncurrentVersionExpiration"]["noncurrentDays"])
            },
        }
        for rule in part(LIFECYCLE)["rules"]
    ]
    own = {"LifecycleConfiguration": {"Rules": rules}}
    return own, {**bucket.inputs, **part(VERSIONING), "publicAccessBlockConfiguration": part(PUBLIC_ACCESS)}


def _bucket_policy(policy: Registration, _: Program) -> tuple[Properties, Properties]:
    document = policy.document("policy")
    return {"Bucket": policy.inputs["bucket"].removesuffix("-id"), "PolicyDocument": document}, {}


def _role_policy(policy: Registration, _: Program) -> tuple[Properties, Properties]:
    return {"PolicyName": policy.name, "Roles": [policy.inputs["role"]]}, without(policy.inputs, "role")


def _table(table: Registration, _: Program) -> tuple[Properties, Properties]:
    inputs, recovery = table.inputs, table.inputs["pointInTimeRecovery"]
    own: Properties = {
        "AttributeDefinitions": [
            {"AttributeName": one["name"], "AttributeType": one["type"]} for one in inputs["attributes"]
        ],
        "KeySchema": [{"AttributeName": inputs["hashKey"], "KeyType": "HASH"}],
        "PointInTimeRecoverySpecification": {
            "PointInTimeRecoveryEnabled": recovery["enabled"],
            "RecoveryPeriodInDays": int(recovery["recoveryPeriodInDays"]),
        },
    }
    if inputs.get("streamEnabled"):
        own["StreamSpecification"] = {"StreamViewType": inputs["streamViewType"]}
    if encryption := inputs.get("serverSideEncryption"):
        own["SSESpecification"] = {
            "SSEEnabled": encryption["enabled"],
            "SSEType": "KMS",
            "KMSMasterKeyId": encryption["kmsKeyArn"],
        }
    keys = ("attributes", "hashKey", "pointInTimeRecovery", "streamEnabled", "streamViewType", "serverSideEncryption")
    return own, without(inputs, *keys)


Special = Callable[[Registration, Program], tuple[Properties, Properties]]
SPECIAL: Mapping[str, Special] = {
    BUCKET: _bucket,
    BUCKET_POLICY: _bucket_policy,
    types.FUNCTION: _function,
    types.LOG_GROUP: _log_group,
    types.QUEUE: _queue,
    types.ROLE: _role,
    types.ROLE_POLICY: _role_policy,
    types.TABLE: _table,
}
"""For each type whose inputs do not all have the schema's form: the properties in that form, and all other inputs."""
