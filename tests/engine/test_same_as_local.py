"""The local deployer and the engine create the same resources from the program."""

import json
import re
from typing import Any

from local.deployer import deploy as deploy_locally
from local.emulator import emulator
from ops.clients import Clients
from tests.engine.conftest import Deploy

VOLATILE = (
    *("Time", "Timestamp", "DateTime", "LastModified", "StreamLabel"),
    *("Id", "UUID", "SubscriptionArn", "EventSourceMappingArn"),
)
"""Suffixes of field names whose values differ between two deployments: times and generated IDs."""

MADE_THERE = r"http://127\.0\.0\.1:\d+|(?<=/stream/)[\d:.T-]+"
"""Parts of texts that differ between two deployments: the address of the emulator, and the time of a stream."""

SAID_ONLY_IF_ASKED_FOR = ("TableClassSummary",)
"""Fields that the provider sets to their defaults. The emulator returns them only if they were set."""

WITHOUT_ORDER = ("Dimensions",)
"""Lists whose order has no meaning."""


def made(clients: Clients) -> dict[str, Any]:
    """Return every resource on an emulator, as its services describe it."""
    sns, sqs, dynamodb, iam = clients.sns, clients.sqs, clients.dynamodb, clients.iam
    topics = [topic["TopicArn"] for topic in sns.list_topics()["Topics"]]
    queues = sqs.list_queues()["QueueUrls"]
    tables = dynamodb.list_tables()["TableNames"]
    roles = [role["RoleName"] for role in iam.list_roles()["Roles"]]
    policies = [(role, name) for role in roles for name in iam.list_role_policies(RoleName=role)["PolicyNames"]]
    functions = [function["FunctionName"] for function in clients.lambda_.list_functions()["Functions"]]
    cloudwatch = clients.cloudwatch
    alarms = cloudwatch.describe_alarms()["MetricAlarms"]
    described: dict[str, list[Any]] = {
        "topics": [sns.get_topic_attributes(TopicArn=topic)["Attributes"] for topic in topics],
        "subscriptions": [
            sns.get_subscription_attributes(SubscriptionArn=subscription["SubscriptionArn"])["Attributes"]
            for subscription in sns.list_subscriptions()["Subscriptions"]
        ],
        "queues": [sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"] for url in queues],
        "queue tags": [sqs.list_queue_tags(QueueUrl=url)["Tags"] for url in queues],
        "tables": [dynamodb.describe_table(TableName=table)["Table"] for table in tables],
        "backups": [
            dynamodb.describe_continuous_backups(TableName=table)["ContinuousBackupsDescription"] for table in tables
        ],
        "roles": [iam.get_role(RoleName=role)["Role"]["AssumeRolePolicyDocument"] for role in roles],
        "role policies": [
            iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"] for role, name in policies
        ],
        "functions": [clients.lambda_.get_function(FunctionName=function)["Configuration"] for function in functions],
        "topic tags": [sns.list_tags_for_resource(ResourceArn=topic)["Tags"] for topic in topics],
        "table tags": [
            dynamodb.list_tags_of_resource(ResourceArn=dynamodb.describe_table(TableName=table)["Table"]["TableArn"])[
                "Tags"
            ]
            for table in tables
        ],
        "role tags": [iam.list_role_tags(RoleName=role)["Tags"] for role in roles],
        "function tags": [clients.lambda_.get_function(FunctionName=function)["Tags"] for function in functions],
        "alarms": [*alarms],
        "dashboards": [
            cloudwatch.get_dashboard(DashboardName=dashboard["DashboardName"])["DashboardBody"]
            for dashboard in cloudwatch.list_dashboards()["DashboardEntries"]
        ],
        "alarm tags": [cloudwatch.list_tags_for_resource(ResourceARN=alarm["AlarmArn"])["Tags"] for alarm in alarms],
        "mappings": [*clients.lambda_.list_event_source_mappings()["EventSourceMappings"]],
        "log groups": [*clients.logs.describe_log_groups()["logGroups"]],
    }
    return {kind: sorted((_settled(one) for one in all_), key=str) for kind, all_ in described.items()}


def _settled(described: Any) -> Any:
    """Remove the fields that differ between two deployments, and parse JSON documents."""
    match described:
        case dict():
            return {
                key: _settled(sorted(value, key=str) if key in WITHOUT_ORDER else value)
                for key, value in sorted(described.items())
                if not key.endswith(VOLATILE) and key not in SAID_ONLY_IF_ASKED_FOR
            }
        case list():
            return [_settled(value) for value in described]
        case str() if described.startswith("{"):
            return _settled(json.loads(described))
        case str():
            return re.sub(MADE_THERE, "...", described)
        case _:
            return described


def test_the_local_deployer_makes_what_the_engine_makes(deploy: Deploy) -> None:
    with deploy("local") as opened, emulator("engine-compared") as clients:
        opened.stack.up()
        function = deploy_locally(clients)["processorName"]
        clients.lambda_.get_waiter("function_active_v2").wait(FunctionName=function, WaiterConfig={"Delay": 1})
        engine, local = made(opened.clients), made(clients)
    for kind, what in engine.items():
        assert what, f"there are no {kind}"
        assert local[kind] == what
