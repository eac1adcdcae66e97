"""The local deployer against the engine: both make the same of the program."""

import json
import re
from typing import Any

from local.aws import Endpoint
from local.deployer import deploy as deploy_locally
from local.emulator import emulator
from tests.engine.conftest import Deploy

VOLATILE = ("Time", "Timestamp", "DateTime", "LastModified", "Id", "UUID", "SubscriptionArn", "EventSourceMappingArn")
"""How the names of fields end that differ between two deployments of the same thing: times and made-up ids."""

SAID_ONLY_IF_ASKED_FOR = ("TableClassSummary",)
"""What the provider asks for although it is the default, and the emulator mentions to those alone who asked."""

WITHOUT_ORDER = ("Dimensions",)
"""Lists that are sets."""


def made(endpoint: Endpoint) -> dict[str, Any]:
    """Everything that was made on an emulator, as its services describe it."""
    sns, sqs, dynamodb, iam = endpoint.sns, endpoint.sqs, endpoint.dynamodb, endpoint.iam
    topics = [topic["TopicArn"] for topic in sns.list_topics()["Topics"]]
    queues = sqs.list_queues()["QueueUrls"]
    tables = dynamodb.list_tables()["TableNames"]
    roles = [role["RoleName"] for role in iam.list_roles()["Roles"]]
    policies = [(role, name) for role in roles for name in iam.list_role_policies(RoleName=role)["PolicyNames"]]
    functions = [function["FunctionName"] for function in endpoint.lambda_.list_functions()["Functions"]]
    cloudwatch = endpoint.cloudwatch
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
        "functions": [endpoint.lambda_.get_function(FunctionName=function)["Configuration"] for function in functions],
        "topic tags": [sns.list_tags_for_resource(ResourceArn=topic)["Tags"] for topic in topics],
        "table tags": [
            dynamodb.list_tags_of_resource(ResourceArn=dynamodb.describe_table(TableName=table)["Table"]["TableArn"])[
                "Tags"
            ]
            for table in tables
        ],
        "role tags": [iam.list_role_tags(RoleName=role)["Tags"] for role in roles],
        "function tags": [endpoint.lambda_.get_function(FunctionName=function)["Tags"] for function in functions],
        "alarms": [*alarms],
        "dashboards": [
            cloudwatch.get_dashboard(DashboardName=dashboard["DashboardName"])["DashboardBody"]
            for dashboard in cloudwatch.list_dashboards()["DashboardEntries"]
        ],
        "alarm tags": [cloudwatch.list_tags_for_resource(ResourceARN=alarm["AlarmArn"])["Tags"] for alarm in alarms],
        "mappings": [*endpoint.lambda_.list_event_source_mappings()["EventSourceMappings"]],
        "log groups": [*endpoint.logs.describe_log_groups()["logGroups"]],
    }
    return {kind: sorted((_settled(one) for one in all_), key=str) for kind, all_ in described.items()}


def _settled(described: Any) -> Any:
    """Without what differs between any two deployments, and with documents read."""
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
            return re.sub(r"http://127\.0\.0\.1:\d+", "http://emulator", described)
        case _:
            return described


def test_the_local_deployer_makes_what_the_engine_makes(deploy: Deploy) -> None:
    with deploy("local") as opened, emulator("engine-compared") as endpoint:
        opened.stack.up()
        function = deploy_locally(endpoint)["processorName"]
        endpoint.lambda_.get_waiter("function_active_v2").wait(FunctionName=function, WaiterConfig={"Delay": 1})
        engine, local = made(opened.endpoint), made(endpoint)
    for kind, what in engine.items():
        assert what, f"there are no {kind}"
        assert local[kind] == what
