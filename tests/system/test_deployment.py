"""The resources that the local deployer created, as the emulator describes them."""

import base64
import json
from collections import Counter

import pytest

from infra.config import SettingsError
from local.deployer import deploy
from local.emulator import emulator
from tests.judges.judge import Judge
from tests.support.mappings import mapping_of
from tests.support.pipeline import Pipeline
from tests.support.request_plugin import REQUESTS

TAGS = {"project": "orders", "stack": "local"}
ALL_RESOURCES = {
    "customerManagedKey": "true",
    "activeTracing": "true",
    "alertAddresses": "a@example.com",
    "reservedConcurrency": "5",
    "permissionsBoundary": "arn:aws:iam::aws:policy/PowerUserAccess",
}
"""Settings with which the deployer sends each of its requests."""


def queue_attributes(pipeline: Pipeline, output: str) -> dict[str, str]:
    attributes = pipeline.clients.sqs.get_queue_attributes(QueueUrl=pipeline.outputs[output], AttributeNames=["All"])
    return {str(name): value for name, value in attributes["Attributes"].items()}


def test_the_queue_redrives_to_the_dead_letters(pipeline: Pipeline) -> None:
    queue, dead_letters = (queue_attributes(pipeline, output) for output in ("queueUrl", "deadLetterQueueUrl"))
    assert queue["VisibilityTimeout"] == "3"
    assert json.loads(queue["RedrivePolicy"]) == {"deadLetterTargetArn": dead_letters["QueueArn"], "maxReceiveCount": 3}
    assert json.loads(dead_letters["RedriveAllowPolicy"]) == {
        "redrivePermission": "byQueue",
        "sourceQueueArns": [queue["QueueArn"]],
    }
    assert dead_letters["MessageRetentionPeriod"] == str(14 * 24 * 3600)


def test_the_topic_delivers_raw_and_has_somewhere_for_what_it_cannot_deliver(pipeline: Pipeline) -> None:
    sns = pipeline.clients.sns
    [subscription] = sns.list_subscriptions_by_topic(TopicArn=pipeline.outputs["topicArn"])["Subscriptions"]
    attributes = sns.get_subscription_attributes(SubscriptionArn=subscription["SubscriptionArn"])["Attributes"]
    assert subscription["Endpoint"] == queue_attributes(pipeline, "queueUrl")["QueueArn"]
    assert attributes["RawMessageDelivery"] == "true"
    undelivered = queue_attributes(pipeline, "undeliveredQueueUrl")["QueueArn"]
    assert json.loads(attributes["RedrivePolicy"]) == {"deadLetterTargetArn": undelivered}


def test_the_mapping_is_on_and_reports_partial_failures(pipeline: Pipeline) -> None:
    mapping = mapping_of(pipeline.clients, pipeline.outputs["processorName"])
    assert mapping["State"] == "Enabled"
    assert mapping["EventSourceArn"] == queue_attributes(pipeline, "queueUrl")["QueueArn"]
    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert mapping["BatchSize"] == 10
    assert mapping["ScalingConfig"] == {"MaximumConcurrency": 2}


def test_the_functions_code_is_the_package(pipeline: Pipeline) -> None:
    function = pipeline.clients.lambda_.get_function(FunctionName=pipeline.outputs["processorName"])["Configuration"]
    assert base64.b64decode(function["CodeSha256"]).hex() == pipeline.outputs["packageSha256"]
    assert (function["Runtime"], function["Timeout"], function["Architectures"]) == ("python3.11", 3, ["arm64"])


def test_the_table_has_the_orders_key_and_point_in_time_recovery(pipeline: Pipeline) -> None:
    dynamodb, name = pipeline.clients.dynamodb, pipeline.outputs["tableName"]
    assert dynamodb.describe_table(TableName=name)["Table"]["KeySchema"] == [
        {"AttributeName": "orderId", "KeyType": "HASH"}
    ]
    backups = dynamodb.describe_continuous_backups(TableName=name)["ContinuousBackupsDescription"]
    assert backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"] == "ENABLED"


def test_the_log_is_kept_as_long_as_the_settings_say(pipeline: Pipeline) -> None:
    [group] = pipeline.clients.logs.describe_log_groups(logGroupNamePrefix=pipeline.outputs["logGroupName"])[
        "logGroups"
    ]
    assert group["retentionInDays"] == 30


def test_the_stacks_tags_are_on_what_can_have_tags(pipeline: Pipeline) -> None:
    clients, outputs = pipeline.clients, pipeline.outputs
    for output in ("queueUrl", "deadLetterQueueUrl", "undeliveredQueueUrl"):
        assert clients.sqs.list_queue_tags(QueueUrl=outputs[output])["Tags"] == TAGS
    function = clients.lambda_.get_function(FunctionName=outputs["processorName"])
    assert function["Tags"] == TAGS
    pairs = clients.sns.list_tags_for_resource(ResourceArn=outputs["topicArn"])["Tags"]
    assert {pair["Key"]: pair["Value"] for pair in pairs} == TAGS


def test_deploying_again_changes_what_a_setting_says_and_nothing_else(pipeline: Pipeline) -> None:
    before = queue_attributes(pipeline, "queueUrl")
    try:
        assert (
            deploy(pipeline.clients, settings={"visibilityTimeoutSeconds": "20"})["queueUrl"]
            == (pipeline.outputs["queueUrl"])
        )
        after = queue_attributes(pipeline, "queueUrl")
        assert after["VisibilityTimeout"] == "20"
        changed = {key for key in before.keys() | after.keys() if before.get(key) != after.get(key)}
        assert changed - {"LastModifiedTimestamp"} == {"VisibilityTimeout"}
    finally:
        deploy(pipeline.clients)


def test_pollers_take_the_place_of_the_maximum_concurrency(pipeline: Pipeline) -> None:
    def scaling() -> object:
        return mapping_of(pipeline.clients, pipeline.outputs["processorName"]).get("ScalingConfig")

    before = scaling()
    try:
        pollers = {"maximumConcurrency": "0", "minimumPollers": "2", "maximumPollers": "4"}
        deploy(pipeline.clients, settings=pollers)
        assert (before, scaling()) == ({"MaximumConcurrency": 2}, {})
    finally:
        deploy(pipeline.clients)
    assert scaling() == before


def test_a_bad_setting_is_refused_and_nothing_changes(pipeline: Pipeline) -> None:
    before = queue_attributes(pipeline, "queueUrl")
    with pytest.raises(SettingsError):
        deploy(pipeline.clients, settings={"visibilityTimeoutSeconds": "50000"})
    assert queue_attributes(pipeline, "queueUrl") == before


@pytest.mark.judged(Judge.BOTOCORE, "provider-properties")
def test_every_value_of_a_deployment_is_within_the_limits_of_awss_service_models(worker_id: str) -> None:
    # Every test checks its requests. This one shows that the check sees those of a whole deployment.
    before = Counter(REQUESTS.seen)
    with emulator(f"test-requests-{worker_id}") as clients:
        deploy(clients)
        deploy(clients, settings=ALL_RESOURCES)
    assert {operation for _, operation in REQUESTS.seen - before} >= {
        *("CreateTable", "UpdateContinuousBackups", "CreateQueue", "SetQueueAttributes", "CreateTopic", "Subscribe"),
        *("CreateRole", "PutRolePolicy", "CreateLogGroup", "PutRetentionPolicy", "PutMetricAlarm", "PutDashboard"),
        *("CreateFunction", "CreateEventSourceMapping", "CreateKey"),
        *("PutFunctionConcurrency", "PutRolePermissionsBoundary", "UpdateFunctionConfiguration"),
    }
    assert REQUESTS.flaws() == []
