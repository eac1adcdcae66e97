"""A recorded program as a CloudFormation template, so that judges of templates can read it.

The property names of AWS's resource schemas are mostly those of the Pulumi provider with a capital letter.
"""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from infra import resource_types as types
from infra.resource_types import ALLOW_POLICY, REDRIVE_POLICY
from tests.support.recorder import Program, Registration

Properties = dict[str, Any]

TYPES: Mapping[str, str] = {
    types.ALARM: "AWS::CloudWatch::Alarm",
    types.DASHBOARD: "AWS::CloudWatch::Dashboard",
    types.FUNCTION: "AWS::Lambda::Function",
    types.KEY: "AWS::KMS::Key",
    types.LOG_GROUP: "AWS::Logs::LogGroup",
    types.MAPPING: "AWS::Lambda::EventSourceMapping",
    types.QUEUE: "AWS::SQS::Queue",
    types.QUEUE_POLICY: "AWS::SQS::QueuePolicy",
    types.ROLE: "AWS::IAM::Role",
    types.ROLE_POLICY: "AWS::IAM::Policy",
    types.SUBSCRIPTION: "AWS::SNS::Subscription",
    types.TABLE: "AWS::DynamoDB::Table",
    types.TOPIC: "AWS::SNS::Topic",
    types.TOPIC_POLICY: "AWS::SNS::TopicPolicy",
}
RENAMED: Mapping[str, Mapping[str, str]] = {
    types.ALARM: {"okActions": "OKActions", "metricQueries": "Metrics", "metric": "MetricStat"},
    types.MAPPING: {"destinationArn": "Destination"},
    types.KEY: {"deletionWindowInDays": "PendingWindowInDays", "policy": "KeyPolicy"},
    types.QUEUE: {
        "maxMessageSize": "MaximumMessageSize",
        "messageRetentionSeconds": "MessageRetentionPeriod",
        "visibilityTimeoutSeconds": "VisibilityTimeout",
    },
    types.QUEUE_POLICY: {"policy": "PolicyDocument", "queueUrl": "Queues"},
    types.ROLE: {"assumeRolePolicy": "AssumeRolePolicyDocument"},
    types.ROLE_POLICY: {"policy": "PolicyDocument"},
    types.SUBSCRIPTION: {"topic": "TopicArn"},
    types.TOPIC: {"name": "TopicName"},
    types.TOPIC_POLICY: {"arn": "Topics", "policy": "PolicyDocument"},
}

KEY_ID = "1234abcd-12ab-34cd-56ef-1234567890ab"
TEXTS = {"dashboardBody"}
"""Inputs that contain JSON and are texts in a template, too. All other JSON is an object there."""


def template(program: Program) -> dict[str, Any]:
    """Return the resources of a program as a template, by the IDs that `logical_id` returns."""
    resources = {
        logical_id(one): {"Type": TYPES[one.type], "Properties": _properties(one, program)}
        for one in program.resources
        if one.type in TYPES
    }
    # The mocks' IDs of keys do not look like those of KMS.
    text = re.sub(r"\w+-id\b", KEY_ID, json.dumps({"AWSTemplateFormatVersion": "2010-09-09", "Resources": resources}))
    found: dict[str, Any] = json.loads(text)
    return found


def with_fault(document: Mapping[str, Any], resource: str, path: str, value: object) -> dict[str, Any]:
    """Return a template in which one property has another value. The path joins keys with dots. None removes it."""
    copy: dict[str, Any] = json.loads(json.dumps(document))
    *outer, last = path.split(".")
    properties = copy["Resources"][resource]["Properties"]
    for key in outer:
        properties = properties[key]
    properties[last] = value
    if value is None:
        del properties[last]
    return copy


def logical_id(resource: Registration) -> str:
    """Return the type and the name of a resource, in the characters that CloudFormation accepts."""
    return re.sub(r"[^A-Za-z0-9]", "", f"{types.class_name(resource.type)}{resource.name}")


def _properties(resource: Registration, program: Program) -> Properties:
    special = SPECIAL.get(resource.type)
    inputs, rest = special(resource, program) if special else ({}, resource.inputs)
    return {**_translated(rest, RENAMED.get(resource.type, {})), **inputs}


def _translated(value: Any, names: Mapping[str, str]) -> Any:
    match value:
        case dict():
            return {names.get(key, key[0].upper() + key[1:]): _member(key, one, names) for key, one in value.items()}
        case list():
            return [_translated(one, names) for one in value]
        case float() if value.is_integer():
            return int(value)
        case _:
            return value


def _member(key: str, value: Any, names: Mapping[str, str]) -> Any:
    match key:
        case "variables":
            return value
        case "dimensions":
            return [{"Name": name, "Value": one} for name, one in value.items()]
        case "metric":
            of_metric = {"metricName", "namespace", "dimensions"}
            metric = {name: one for name, one in value.items() if name in of_metric}
            return {"Metric": _translated(metric, names), **_translated(_without(value, *of_metric), names)}
        case "queueUrl" | "arn":
            return [value]
        case _ if isinstance(value, str) and value.startswith("{") and key not in TEXTS:
            return json.loads(value)
        case _:
            return _translated(value, names)


def _without(inputs: Properties, *keys: str) -> Properties:
    return {key: value for key, value in inputs.items() if key not in keys}


def _function(function: Registration, _: Program) -> tuple[Properties, Properties]:
    rest = _without(function.inputs, "code")
    if rest.get("reservedConcurrentExecutions") == -1:  # the provider's word for none
        del rest["reservedConcurrentExecutions"]
    return {"Code": {"S3Bucket": "packages", "S3Key": "package.zip"}}, rest


def _queue(queue: Registration, program: Program) -> tuple[Properties, Properties]:
    """Return a queue with its redrive policies, which are resources of their own in the program."""
    own = [one for kind in (REDRIVE_POLICY, ALLOW_POLICY) for one in program.all(kind)]
    policies = [one.inputs for one in own if one.inputs["queueUrl"] == f"https://{queue.name}"]
    return {}, {**queue.inputs, **{key: one[key] for one in policies for key in one if key != "queueUrl"}}


def _log_group(group: Registration, _: Program) -> tuple[Properties, Properties]:
    return {"LogGroupName": group.name}, group.inputs


def _role_policy(policy: Registration, _: Program) -> tuple[Properties, Properties]:
    return {"PolicyName": policy.name, "Roles": [policy.inputs["role"]]}, _without(policy.inputs, "role")


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
    return own, _without(inputs, *keys)


Special = Callable[[Registration, Program], tuple[Properties, Properties]]
SPECIAL: Mapping[str, Special] = {
    types.FUNCTION: _function,
    types.LOG_GROUP: _log_group,
    types.QUEUE: _queue,
    types.ROLE_POLICY: _role_policy,
    types.TABLE: _table,
}
"""For each type whose inputs do not all have the schema's form: the properties in that form, and all other inputs."""
