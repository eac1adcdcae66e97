"""What the local deployer can carry out: each type of resource, brought to its declared inputs on an emulator.

Every function makes the resource or, where it is there already, changes it, and returns the id and the outputs that the
AWS provider would return. A type or an input that is not here is an error with its name, never silence.
"""

import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from local.aws import Endpoint
from local.project import ROOT

if TYPE_CHECKING:
    from mypy_boto3_sqs.literals import QueueAttributeNameType

Name = TypeVar("Name", bound=str)
Inputs = Mapping[str, Any]
Carried = tuple[str, dict[str, Any]]
"""A resource's id and its outputs."""


class NotCarriedOut(Exception):
    """The program declares something that the local deployer has not learnt: teach it in local/resources.py."""


@dataclass(frozen=True)
class Cloud:
    """Where resources are made, and the tags that all of them get."""

    endpoint: Endpoint
    tags: Mapping[str, str]

    @property
    def tag_list(self) -> list[Any]:
        """The tags as pairs, which is how SNS, DynamoDB and IAM want them."""
        return [{"Key": key, "Value": value} for key, value in self.tags.items()]


CarryOut = Callable[[Cloud, str, Inputs], Carried]


@dataclass(frozen=True)
class _Learnt:
    inputs: frozenset[str]
    carry_out: CarryOut


_TYPES: dict[str, _Learnt] = {}


def carry_out(cloud: Cloud, type_token: str, name: str, inputs: Inputs) -> Carried:
    """Make or change one resource. Raises NotCarriedOut for a type or an input that is not known here."""
    learnt = _TYPES.get(type_token)
    if learnt is None:
        raise NotCarriedOut(f"the local deployer does not carry out {type_token} ({name}); local/resources.py is where")
    if unknown := sorted(_paths(inputs, learnt.inputs) - learnt.inputs):
        raise NotCarriedOut(f"the local deployer does not carry out {', '.join(unknown)} of {type_token} ({name})")
    return learnt.carry_out(cloud, name, inputs)


def look_up(cloud: Cloud, token: str) -> dict[str, Any]:
    """Answer one of the provider's functions. Raises NotCarriedOut for one that is not known here."""
    match token:
        case "aws:index/getCallerIdentity:getCallerIdentity":
            identity = cloud.endpoint.sts.get_caller_identity()
            return {"accountId": identity["Account"], "arn": identity["Arn"], "userId": identity["UserId"]}
        case "aws:index/getRegion:getRegion":
            return {"region": cloud.endpoint.region}
        case _:
            raise NotCarriedOut(f"the local deployer does not carry out the function {token}")


def _paths(inputs: Inputs, known: frozenset[str], prefix: str = "") -> set[str]:
    """The inputs by dotted path, those within another one too, unless that one is known as a whole."""
    found = set()
    for name, value in inputs.items():
        path = f"{prefix}{name}"
        found |= _paths(value, known, f"{path}.") if isinstance(value, dict) and path not in known else {path}
    return found


def _carries_out(type_token: str, *inputs: str) -> Callable[[CarryOut], CarryOut]:
    def learn(function: CarryOut) -> CarryOut:
        _TYPES[type_token] = _Learnt(frozenset(inputs), function)
        return function

    return learn


@_carries_out("aws:kms/key:Key", "deletionWindowInDays", "description", "enableKeyRotation", "policy")
def _key(cloud: Cloud, name: str, inputs: Inputs) -> Carried:
    kms = cloud.endpoint.kms
    alias = f"alias/{name}"  # A key has no name of its own, and a second deployment has to find it again.
    found = {entry["AliasName"]: entry.get("TargetKeyId", "") for entry in kms.list_aliases()["Aliases"]}
    if alias in found:
        key = kms.describe_key(KeyId=found[alias])["KeyMetadata"]
        kms.put_key_policy(KeyId=key["KeyId"], PolicyName="default", Policy=inputs["policy"])
    else:
        key = kms.create_key(
            Policy=inputs["policy"],
            Description=inputs["description"],
            Tags=[{"TagKey": tag, "TagValue": value} for tag, value in cloud.tags.items()],
        )["KeyMetadata"]
        kms.create_alias(AliasName=alias, TargetKeyId=key["KeyId"])
    if inputs["enableKeyRotation"]:
        kms.enable_key_rotation(KeyId=key["KeyId"])
    return key["KeyId"], {"arn": key["Arn"], "keyId": key["KeyId"]}


@_carries_out("aws:sns/topic:Topic", "kmsMasterKeyId")
def _topic(cloud: Cloud, name: str, inputs: Inputs) -> Carried:
    arn = cloud.endpoint.sns.create_topic(Name=name, Tags=cloud.tag_list)["TopicArn"]
    cloud.endpoint.sns.set_topic_attributes(
        TopicArn=arn, AttributeName="KmsMasterKeyId", AttributeValue=inputs.get("kmsMasterKeyId", "")
    )
    return arn, {"arn": arn, "name": name}


@_carries_out("aws:sns/topicPolicy:TopicPolicy", "arn", "policy")
def _topic_policy(cloud: Cloud, _: str, inputs: Inputs) -> Carried:
    cloud.endpoint.sns.set_topic_attributes(
        TopicArn=inputs["arn"], AttributeName="Policy", AttributeValue=inputs["policy"]
    )
    return inputs["arn"], {}


_SUBSCRIPTION_ATTRIBUTES = {"rawMessageDelivery": "RawMessageDelivery", "redrivePolicy": "RedrivePolicy"}


@_carries_out("aws:sns/topicSubscription:TopicSubscription", "topic", "protocol", "endpoint", *_SUBSCRIPTION_ATTRIBUTES)
def _topic_subscription(cloud: Cloud, _: str, inputs: Inputs) -> Carried:
    sns = cloud.endpoint.sns
    arn = sns.subscribe(
        TopicArn=inputs["topic"], Protocol=inputs["protocol"], Endpoint=inputs["endpoint"], ReturnSubscriptionArn=True
    )["SubscriptionArn"]
    for name, value in _attributes(_SUBSCRIPTION_ATTRIBUTES, inputs).items():
        sns.set_subscription_attributes(SubscriptionArn=arn, AttributeName=name, AttributeValue=value)
    return arn, {"arn": arn}


_QUEUE_ATTRIBUTES: dict[str, "QueueAttributeNameType"] = {
    "kmsMasterKeyId": "KmsMasterKeyId",
    "maxMessageSize": "MaximumMessageSize",
    "messageRetentionSeconds": "MessageRetentionPeriod",
    "redrivePolicy": "RedrivePolicy",
    "sqsManagedSseEnabled": "SqsManagedSseEnabled",
    "visibilityTimeoutSeconds": "VisibilityTimeout",
}


@_carries_out("aws:sqs/queue:Queue", *_QUEUE_ATTRIBUTES)
def _queue(cloud: Cloud, name: str, inputs: Inputs) -> Carried:
    sqs = cloud.endpoint.sqs
    try:
        url = sqs.get_queue_url(QueueName=name)["QueueUrl"]
    except sqs.exceptions.QueueDoesNotExist:
        url = sqs.create_queue(QueueName=name, tags=cloud.tags)["QueueUrl"]
    sqs.set_queue_attributes(QueueUrl=url, Attributes=_attributes(_QUEUE_ATTRIBUTES, inputs))
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    return url, {"arn": arn, "name": name, "url": url}


@_carries_out("aws:sqs/queuePolicy:QueuePolicy", "queueUrl", "policy")
def _queue_policy(cloud: Cloud, _: str, inputs: Inputs) -> Carried:
    return _queue_attribute(cloud, inputs["queueUrl"], "Policy", inputs["policy"])


@_carries_out("aws:sqs/redriveAllowPolicy:RedriveAllowPolicy", "queueUrl", "redriveAllowPolicy")
def _redrive_allow_policy(cloud: Cloud, _: str, inputs: Inputs) -> Carried:
    return _queue_attribute(cloud, inputs["queueUrl"], "RedriveAllowPolicy", inputs["redriveAllowPolicy"])


def _queue_attribute(cloud: Cloud, url: str, name: "QueueAttributeNameType", value: str) -> Carried:
    cloud.endpoint.sqs.set_queue_attributes(QueueUrl=url, Attributes={name: value})
    return url, {}


@_carries_out(
    "aws:dynamodb/table:Table",
    "attributes",
    "billingMode",
    "deletionProtectionEnabled",
    "hashKey",
    "pointInTimeRecovery.enabled",
    "pointInTimeRecovery.recoveryPeriodInDays",
    "serverSideEncryption.enabled",
    "serverSideEncryption.kmsKeyArn",
)
def _table(cloud: Cloud, name: str, inputs: Inputs) -> Carried:
    dynamodb = cloud.endpoint.dynamodb
    protected = inputs["deletionProtectionEnabled"]
    fixed: dict[str, Any] = {
        "KeySchema": [{"AttributeName": inputs["hashKey"], "KeyType": "HASH"}],
        "AttributeDefinitions": [
            {"AttributeName": a["name"], "AttributeType": a["type"]} for a in inputs["attributes"]
        ],
    }
    encryption = inputs.get("serverSideEncryption")
    encrypted: dict[str, Any] = (
        {"SSESpecification": {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": encryption["kmsKeyArn"]}}
        if encryption
        else {}
    )
    try:
        there = dynamodb.describe_table(TableName=name)["Table"]
    except dynamodb.exceptions.ResourceNotFoundException:
        there = dynamodb.create_table(
            TableName=name,
            **fixed,
            **encrypted,
            BillingMode=inputs["billingMode"],
            DeletionProtectionEnabled=protected,
            Tags=cloud.tag_list,
        )["TableDescription"]
    else:
        if {key: there.get(key) for key in fixed} != fixed:
            raise NotCarriedOut(f"the keys of {name} cannot change in place; start the emulator anew")
        dynamodb.update_table(
            TableName=name, **encrypted, BillingMode=inputs["billingMode"], DeletionProtectionEnabled=protected
        )
    recovery = inputs["pointInTimeRecovery"]
    dynamodb.update_continuous_backups(
        TableName=name,
        PointInTimeRecoverySpecification={
            "PointInTimeRecoveryEnabled": recovery["enabled"],
            "RecoveryPeriodInDays": recovery["recoveryPeriodInDays"],
        },
    )
    return name, {"arn": there["TableArn"], "name": name}


_ALARM_FIELDS = {
    "alarmActions": "AlarmActions",
    "alarmDescription": "AlarmDescription",
    "comparisonOperator": "ComparisonOperator",
    "evaluationPeriods": "EvaluationPeriods",
    "metricName": "MetricName",
    "namespace": "Namespace",
    "okActions": "OKActions",
    "period": "Period",
    "statistic": "Statistic",
    "threshold": "Threshold",
    "treatMissingData": "TreatMissingData",
}


@_carries_out("aws:cloudwatch/metricAlarm:MetricAlarm", "dimensions", "metricQueries", *_ALARM_FIELDS)
def _metric_alarm(cloud: Cloud, name: str, inputs: Inputs) -> Carried:
    declared: dict[str, Any] = {field: inputs[key] for key, field in _ALARM_FIELDS.items() if key in inputs}
    if "dimensions" in inputs:
        declared["Dimensions"] = _dimensions(inputs["dimensions"])
    if "metricQueries" in inputs:
        declared["Metrics"] = [_metric_query(query) for query in inputs["metricQueries"]]
    cloudwatch = cloud.endpoint.cloudwatch
    cloudwatch.put_metric_alarm(AlarmName=name, **declared, Tags=cloud.tag_list)
    [there] = cloudwatch.describe_alarms(AlarmNames=[name])["MetricAlarms"]
    return name, {"arn": there["AlarmArn"], "name": name}


def _metric_query(query: Inputs) -> dict[str, Any]:
    declared = {"Id": query["id"], "ReturnData": query.get("returnData", False)}
    if "expression" in query:
        return {**declared, "Expression": query["expression"], "Label": query["label"]}
    metric = query["metric"]
    named = {"Namespace": metric["namespace"], "MetricName": metric["metricName"]}
    return {
        **declared,
        "MetricStat": {
            "Metric": {**named, "Dimensions": _dimensions(metric["dimensions"])},
            "Period": metric["period"],
            "Stat": metric["stat"],
        },
    }


def _dimensions(values: Inputs) -> list[Any]:
    return [{"Name": name, "Value": value} for name, value in values.items()]


@_carries_out("aws:cloudwatch/dashboard:Dashboard", "dashboardName", "dashboardBody")
def _dashboard(cloud: Cloud, _: str, inputs: Inputs) -> Carried:
    name = inputs["dashboardName"]
    cloud.endpoint.cloudwatch.put_dashboard(DashboardName=name, DashboardBody=inputs["dashboardBody"])
    return name, {}


@_carries_out("aws:cloudwatch/logGroup:LogGroup", "kmsKeyId", "retentionInDays")
def _log_group(cloud: Cloud, name: str, inputs: Inputs) -> Carried:
    logs = cloud.endpoint.logs
    with suppress(logs.exceptions.ResourceAlreadyExistsException):
        # The emulator takes a key when it makes the group, and not later.
        encrypted: dict[str, Any] = {"kmsKeyId": inputs["kmsKeyId"]} if "kmsKeyId" in inputs else {}
        logs.create_log_group(logGroupName=name, tags=dict(cloud.tags), **encrypted)
    logs.put_retention_policy(logGroupName=name, retentionInDays=inputs["retentionInDays"])
    found = logs.describe_log_groups(logGroupNamePrefix=name)["logGroups"]
    # CloudWatch Logs ends the ARN with `:*`, the provider without.
    arn = next(group["arn"] for group in found if group["logGroupName"] == name).removesuffix(":*")
    return name, {"arn": arn, "name": name}


@_carries_out("aws:iam/role:Role", "assumeRolePolicy")
def _role(cloud: Cloud, name: str, inputs: Inputs) -> Carried:
    iam = cloud.endpoint.iam
    try:
        arn = iam.get_role(RoleName=name)["Role"]["Arn"]
        iam.update_assume_role_policy(RoleName=name, PolicyDocument=inputs["assumeRolePolicy"])
    except iam.exceptions.NoSuchEntityException:
        arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=inputs["assumeRolePolicy"], Tags=cloud.tag_list)[
            "Role"
        ]["Arn"]
    return name, {"arn": arn, "name": name}


@_carries_out("aws:iam/rolePolicy:RolePolicy", "role", "policy")
def _role_policy(cloud: Cloud, name: str, inputs: Inputs) -> Carried:
    cloud.endpoint.iam.put_role_policy(RoleName=inputs["role"], PolicyName=name, PolicyDocument=inputs["policy"])
    return f"{inputs['role']}:{name}", {"name": name}


@_carries_out(
    "aws:lambda/function:Function",
    "architectures",
    "code",
    "environment.variables",
    "handler",
    "loggingConfig.logFormat",
    "loggingConfig.logGroup",
    "memorySize",
    "reservedConcurrentExecutions",
    "role",
    "runtime",
    "timeout",
)
def _function(cloud: Cloud, name: str, inputs: Inputs) -> Carried:
    function = cloud.endpoint.lambda_
    code = (ROOT / inputs["code"].path).read_bytes()
    declared: dict[str, Any] = {
        "FunctionName": name,
        "Role": inputs["role"],
        "Runtime": inputs["runtime"],
        "Handler": inputs["handler"],
        "MemorySize": inputs["memorySize"],
        "Timeout": inputs["timeout"],
        "Environment": {"Variables": inputs["environment"]["variables"]},
        "LoggingConfig": {
            "LogFormat": inputs["loggingConfig"]["logFormat"],
            "LogGroup": inputs["loggingConfig"]["logGroup"],
        },
    }
    try:
        arn = function.get_function(FunctionName=name)["Configuration"]["FunctionArn"]
        function.update_function_configuration(**declared)
        function.update_function_code(FunctionName=name, ZipFile=code, Architectures=inputs["architectures"])
    except function.exceptions.ResourceNotFoundException:
        arn = function.create_function(
            **declared, Code={"ZipFile": code}, Architectures=inputs["architectures"], Tags=cloud.tags
        )["FunctionArn"]
    if (reserved := inputs["reservedConcurrentExecutions"]) >= 0:
        function.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=reserved)
    else:
        function.delete_function_concurrency(FunctionName=name)
    return name, {"arn": arn, "name": name}


@_carries_out(
    "aws:lambda/eventSourceMapping:EventSourceMapping",
    "batchSize",
    "eventSourceArn",
    "functionName",
    "functionResponseTypes",
    "maximumBatchingWindowInSeconds",
    "scalingConfig.maximumConcurrency",
)
def _event_source_mapping(cloud: Cloud, _: str, inputs: Inputs) -> Carried:
    function = cloud.endpoint.lambda_
    between = {"EventSourceArn": inputs["eventSourceArn"], "FunctionName": inputs["functionName"]}
    declared: dict[str, Any] = {
        "BatchSize": inputs["batchSize"],
        "MaximumBatchingWindowInSeconds": inputs["maximumBatchingWindowInSeconds"],
        "FunctionResponseTypes": inputs["functionResponseTypes"],
        "ScalingConfig": {"MaximumConcurrency": inputs["scalingConfig"]["maximumConcurrency"]},
    }
    if found := function.list_event_source_mappings(**between)["EventSourceMappings"]:
        identity = found[0]["UUID"]
        function.update_event_source_mapping(UUID=identity, **declared)
    else:
        identity = function.create_event_source_mapping(**between, **declared, Tags=cloud.tags)["UUID"]
    return identity, {"uuid": identity}


def _attributes(names: Mapping[str, Name], inputs: Inputs) -> dict[Name, str]:
    """The inputs under the API's names; it takes every value as text."""
    return {name: _text(inputs[key]) for key, name in names.items() if key in inputs}


def _text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)
