"""The guarantees of a deployed system as numbers: more is stronger.

They are read from AWS, except for those that the emulator does not keep. These are read from the state.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from infra import resource_types as types
from ops.clients import Clients
from tests.engine.prediction.state import resources
from tests.support.deployment import Deployment

Guarantees = Mapping[str, float]


def guarantees(deployed: Deployment) -> Guarantees:
    clients = deployed.clients
    return dict(
        [
            *_of_queues(clients),
            *_of_tables(clients),
            *_of_log_groups(clients),
            *_of_alarms(clients),
            *_of_topics(clients),
            *_of_functions(clients),
            *_of_streams(clients),
            *_of_state(deployed),
        ]
    )


def weaker(before: Guarantees, after: Guarantees) -> list[str]:
    """The guarantees that are gone, or became smaller."""
    return sorted(name for name, value in before.items() if after.get(name, float("-inf")) < value)


def _of_state(deployed: Deployment) -> Iterator[tuple[str, float]]:
    for resource in resources(deployed):
        name, inputs = resource["urn"].rpartition("::")[2], resource.get("inputs", {})
        if resource.get("protect"):
            yield f"{resource['type']} {name} is protected", 1
        if resource.get("retainOnDelete"):
            yield f"{resource['type']} {name} stays in AWS", 1
        if resource["type"] == types.TABLE:
            yield f"{name} recovery days", inputs["pointInTimeRecovery"].get("recoveryPeriodInDays", 0)
        if resource["type"] == types.SUBSCRIPTION:
            yield f"{name} keeps the undelivered", bool(inputs.get("redrivePolicy"))
        if resource["type"] == types.ROLE:
            yield f"{name} boundary", bool(inputs.get("permissionsBoundary"))


def _of_queues(clients: Clients) -> Iterator[tuple[str, float]]:
    for url in clients.sqs.list_queues().get("QueueUrls", []):
        name = url.rpartition("/")[2]
        found = clients.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
        yield f"{name} visibility", int(found["VisibilityTimeout"])
        yield f"{name} retention", int(found["MessageRetentionPeriod"])
        yield f"{name} prompt delivery", -int(found["DelaySeconds"])
        yield f"{name} receives", json.loads(found.get("RedrivePolicy", "{}")).get("maxReceiveCount", 0)
        yield f"{name} encryption", 2 if found.get("KmsMasterKeyId") else found.get("SqsManagedSseEnabled") == "true"
        yield from _of_policy(name, found.get("Policy"))


def _of_topics(clients: Clients) -> Iterator[tuple[str, float]]:
    for topic in clients.sns.list_topics()["Topics"]:
        found = clients.sns.get_topic_attributes(TopicArn=topic["TopicArn"])["Attributes"]
        name = topic["TopicArn"].rpartition(":")[2]
        yield f"{name} encryption", bool(found.get("KmsMasterKeyId"))
        yield from _of_policy(name, found.get("Policy"))
    for subscription in clients.sns.list_subscriptions()["Subscriptions"]:
        yield f"{subscription['Endpoint']} is subscribed", 1


def _of_policy(name: str, text: str | None) -> Iterator[tuple[str, float]]:
    """Each denial is a guarantee. Each permission that is not given is one, too: fewer are stronger."""
    statements: list[dict[str, Any]] = json.loads(text)["Statement"] if text else []
    yield f"{name} denials", sum(one["Effect"] == "Deny" for one in statements)
    yield f"{name} permissions", -sum(_actions(one) for one in statements if one["Effect"] == "Allow")


def _actions(statement: Mapping[str, Any]) -> int:
    actions = statement["Action"]
    return 1 if isinstance(actions, str) else len(actions)


def _of_tables(clients: Clients) -> Iterator[tuple[str, float]]:
    for name in clients.dynamodb.list_tables()["TableNames"]:
        table = clients.dynamodb.describe_table(TableName=name)["Table"]
        yield f"{name} protection", table.get("DeletionProtectionEnabled", False)
        yield f"{name} encryption", bool(table.get("SSEDescription", {}).get("KMSMasterKeyArn"))
        backups = clients.dynamodb.describe_continuous_backups(TableName=name)["ContinuousBackupsDescription"]
        recovery = backups["PointInTimeRecoveryDescription"]
        is_on = recovery["PointInTimeRecoveryStatus"] == "ENABLED"
        yield f"{name} recovery", recovery.get("RecoveryPeriodInDays", 35) if is_on else 0
        expiry = clients.dynamodb.describe_time_to_live(TableName=name)["TimeToLiveDescription"]
        yield f"{name} keeps its orders", expiry.get("TimeToLiveStatus") not in {"ENABLED", "ENABLING"}


def _of_log_groups(clients: Clients) -> Iterator[tuple[str, float]]:
    for group in clients.logs.describe_log_groups()["logGroups"]:
        yield f"{group['logGroupName']} retention", group.get("retentionInDays", float("inf"))


def _of_alarms(clients: Clients) -> Iterator[tuple[str, float]]:
    for alarm in clients.cloudwatch.describe_alarms()["MetricAlarms"]:
        yield f"{alarm['AlarmName']} sensitivity", -alarm["Threshold"]
        yield f"{alarm['AlarmName']} actions", len(alarm["AlarmActions"]) * alarm["ActionsEnabled"]


def _of_functions(clients: Clients) -> Iterator[tuple[str, float]]:
    for function in clients.lambda_.list_functions()["Functions"]:
        name = function["FunctionName"]
        yield f"{name} memory", function["MemorySize"]
        yield f"{name} time", function["Timeout"]
        [role] = [one["RoleName"] for one in clients.iam.list_roles()["Roles"] if one["Arn"] == function["Role"]]
        statements = []
        for policy in clients.iam.list_role_policies(RoleName=role)["PolicyNames"]:
            document: Any = clients.iam.get_role_policy(RoleName=role, PolicyName=policy)["PolicyDocument"]
            statements += document["Statement"]
        yield from _of_policy(f"{name} role", json.dumps({"Statement": statements}))


def _of_streams(clients: Clients) -> Iterator[tuple[str, float]]:
    """How long a change is tried to be told."""
    for mapping in clients.lambda_.list_event_source_mappings()["EventSourceMappings"]:
        if "/stream/" in mapping["EventSourceArn"]:
            age = mapping.get("MaximumRecordAgeInSeconds", -1)
            yield f"{mapping['FunctionArn']} record age", float("inf") if age < 0 else age
