"""The whole program under Pulumi's mocks: what is declared, and what is wired to what."""

import ast
from typing import Any

import pulumi
import pytest
import yaml

from handler.contract import ENTRY_POINT, Variable
from infra.config import KEYS, SettingsError, load_settings
from infra.package import ZIP_PATH
from infra.system import OrderSystem
from local.project import ROOT
from tests.support.defaults import DEFAULTS
from tests.support.recorder import Program, arn, recorded

STACKS = ("dev", "prod", "local")

QUEUE = "aws:sqs/queue:Queue"
FUNCTION = "aws:lambda/function:Function"
MAPPING = "aws:lambda/eventSourceMapping:EventSourceMapping"
TABLE = "aws:dynamodb/table:Table"
ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
SUBSCRIPTION = "aws:sns/topicSubscription:TopicSubscription"


@pytest.fixture(scope="module")
def dev() -> Program:
    return recorded("dev")


@pytest.fixture(scope="module")
def prod() -> Program:
    return recorded("prod")


# What is there


def test_the_program_declares_these_resources_and_no_others(dev: Program) -> None:
    assert sorted(
        (resource.type.rpartition(":")[2], resource.name) for resource in dev.resources if resource.custom
    ) == [
        ("Dashboard", "OrderFlow"),
        ("EventSourceMapping", "OrderProcessor"),
        ("Function", "OrderProcessor"),
        ("LogGroup", "/aws/lambda/OrderProcessor"),
        ("MetricAlarm", "OrderDLQGrowing"),
        ("MetricAlarm", "OrderDLQNotEmpty"),
        ("MetricAlarm", "OrderProcessorErrors"),
        ("MetricAlarm", "OrderProcessorSlow"),
        ("MetricAlarm", "OrderProcessorThrottles"),
        ("MetricAlarm", "OrderQueueTooOld"),
        ("MetricAlarm", "OrderTableInsertErrors"),
        ("MetricAlarm", "OrderTablePutErrors"),
        ("MetricAlarm", "OrderTableThrottled"),
        ("MetricAlarm", "OrderTopicFailures"),
        ("MetricAlarm", "OrderTopicLosses"),
        ("MetricAlarm", "OrderUndeliveredNotEmpty"),
        ("Queue", "OrderDLQ"),
        ("Queue", "OrderQueue"),
        ("Queue", "OrderUndelivered"),
        ("QueuePolicy", "OrderDLQ"),
        ("QueuePolicy", "OrderQueue"),
        ("QueuePolicy", "OrderUndelivered"),
        ("RedriveAllowPolicy", "OrderDLQ"),
        ("Role", "OrderProcessor"),
        ("RolePolicy", "OrderProcessor"),
        ("Table", "Orders"),
        ("Topic", "OrderAlerts"),
        ("Topic", "OrderTopic"),
        ("TopicPolicy", "OrderAlerts"),
        ("TopicPolicy", "OrderTopic"),
        ("TopicSubscription", "OrderSubscription"),
    ]


def test_the_queue_has_the_specified_numbers(dev: Program) -> None:
    queue = dev.one(QUEUE, "OrderQueue")
    assert queue.inputs["visibilityTimeoutSeconds"] == 30
    assert queue.inputs["messageRetentionSeconds"] == 4 * 24 * 3600
    assert queue.document("redrivePolicy") == {"deadLetterTargetArn": arn(QUEUE, "OrderDLQ"), "maxReceiveCount": 3}


def test_the_dead_letters_stay_14_days_and_come_from_the_queue_alone(dev: Program) -> None:
    assert dev.one(QUEUE, "OrderDLQ").inputs["messageRetentionSeconds"] == 14 * 24 * 3600
    allowed = dev.one("aws:sqs/redriveAllowPolicy:RedriveAllowPolicy")
    assert allowed.inputs["queueUrl"] == "https://OrderDLQ"
    assert allowed.document("redriveAllowPolicy") == {
        "redrivePermission": "byQueue",
        "sourceQueueArns": [arn(QUEUE, "OrderQueue")],
    }


def test_every_queue_is_standard_encrypted_with_sqs_keys_and_takes_what_sns_has_taken(dev: Program) -> None:
    queues = dev.all(QUEUE)
    assert [queue.inputs["maxMessageSize"] for queue in queues] == [1_048_576] * 3
    assert [queue.inputs["sqsManagedSseEnabled"] for queue in queues] == [True] * 3
    assert not [queue for queue in queues if queue.inputs.get("fifoQueue")]


def test_both_topics_are_standard(dev: Program) -> None:
    assert {topic.name: topic.inputs for topic in dev.all("aws:sns/topic:Topic")} == {
        "OrderTopic": {},
        "OrderAlerts": {},
    }


def test_the_queue_is_subscribed_raw_with_a_dead_letter_queue_of_its_own(dev: Program) -> None:
    subscription = dev.one(SUBSCRIPTION)
    assert subscription.inputs["topic"] == arn("aws:sns/", "OrderTopic")
    assert subscription.inputs["protocol"] == "sqs"
    assert subscription.inputs["endpoint"] == arn(QUEUE, "OrderQueue")
    assert subscription.inputs["rawMessageDelivery"] is True
    assert subscription.document("redrivePolicy") == {"deadLetterTargetArn": arn(QUEUE, "OrderUndelivered")}


def test_the_queue_accepts_orders_before_it_is_subscribed(dev: Program) -> None:
    policies = {policy.urn for policy in dev.all("aws:sqs/queuePolicy:QueuePolicy") if policy.name != "OrderDLQ"}
    assert policies <= dev.one(SUBSCRIPTION).dependencies


def test_the_table_has_its_key_and_can_be_restored_to_any_second(dev: Program) -> None:
    assert dev.one(TABLE).inputs == {
        "attributes": [{"name": "orderId", "type": "S"}],
        "billingMode": "PAY_PER_REQUEST",
        "deletionProtectionEnabled": False,
        "hashKey": "orderId",
        "pointInTimeRecovery": {"enabled": True, "recoveryPeriodInDays": 35},
    }


def test_the_table_of_prod_is_protected_by_pulumi_and_by_dynamodb(prod: Program) -> None:
    table = prod.one(TABLE)
    assert table.protect
    assert table.inputs["deletionProtectionEnabled"] is True


def test_the_table_of_dev_can_be_destroyed(dev: Program) -> None:
    assert not dev.one(TABLE).protect


def test_the_function_runs_the_package_as_the_settings_say(dev: Program) -> None:
    function = dev.one(FUNCTION).inputs
    assert function["code"].path == str(ZIP_PATH)
    assert function["handler"] == ENTRY_POINT
    assert function["runtime"] == "python3.11"
    assert function["architectures"] == ["arm64"]
    assert (function["memorySize"], function["timeout"], function["reservedConcurrentExecutions"]) == (512, 5, -1)
    assert function["environment"] == {
        "variables": {
            Variable.TABLE_NAME: "Orders",
            Variable.MAX_RECEIVE_COUNT: "3",
            Variable.RETRY_AT_ONCE_QUEUE_URL: "https://OrderQueue",
            Variable.REQUEST_TIMEOUT_SECONDS: "1.0",
        }
    }


def test_every_environment_variable_that_the_handler_reads_is_set(dev: Program) -> None:
    read = {value for name, value in vars(Variable).items() if name.isupper()}
    assert dev.one(FUNCTION).inputs["environment"]["variables"].keys() == read


def test_the_function_logs_into_a_group_that_is_there_before_it_and_has_a_retention(dev: Program) -> None:
    group = dev.one("aws:cloudwatch/logGroup:LogGroup")
    assert group.inputs["retentionInDays"] == 30
    function = dev.one(FUNCTION)
    assert function.inputs["loggingConfig"] == {"logFormat": "JSON", "logGroup": group.name}
    assert group.urn in function.dependencies


def test_the_mapping_feeds_the_function_and_reports_partial_failures(dev: Program) -> None:
    assert dev.one(MAPPING).inputs == {
        "batchSize": 10,
        "eventSourceArn": arn(QUEUE, "OrderQueue"),
        "functionName": arn("aws:lambda/", "OrderProcessor"),
        "functionResponseTypes": ["ReportBatchItemFailures"],
        "maximumBatchingWindowInSeconds": 0,
        "scalingConfig": {"maximumConcurrency": 10},
    }


def test_the_mapping_is_made_when_the_role_may_receive(dev: Program) -> None:
    assert dev.one("aws:iam/rolePolicy:RolePolicy").urn in dev.one(MAPPING).dependencies


# Where each setting goes: a value other than the default, and what it becomes.
REACHES: list[tuple[str, str, str, str, str, object]] = [
    ("visibilityTimeoutSeconds", "60", QUEUE, "OrderQueue", "visibilityTimeoutSeconds", 60),
    ("maxReceiveCount", "5", QUEUE, "OrderQueue", "redrivePolicy", '"maxReceiveCount": 5}'),
    ("messageRetentionSeconds", "7200", QUEUE, "OrderQueue", "messageRetentionSeconds", 7200),
    ("deadLetterRetentionSeconds", "1000000", QUEUE, "OrderDLQ", "messageRetentionSeconds", 1_000_000),
    ("deadLetterRetentionSeconds", "1000000", QUEUE, "OrderUndelivered", "messageRetentionSeconds", 1_000_000),
    ("pointInTimeRecoveryDays", "7", TABLE, "Orders", "pointInTimeRecovery", "'recoveryPeriodInDays': 7.0"),
    ("protectTable", "true", TABLE, "Orders", "deletionProtectionEnabled", True),
    ("processorRuntime", "python3.13", FUNCTION, "OrderProcessor", "runtime", "python3.13"),
    ("processorArchitecture", "x86_64", FUNCTION, "OrderProcessor", "architectures", "x86_64"),
    ("processorMemoryMegabytes", "256", FUNCTION, "OrderProcessor", "memorySize", 256),
    ("processorTimeoutSeconds", "4", FUNCTION, "OrderProcessor", "timeout", 4),
    ("retryInvalidOrdersAtOnce", "false", FUNCTION, "OrderProcessor", "environment", "RETRY_AT_ONCE_QUEUE_URL': ''"),
    ("reservedConcurrency", "30", FUNCTION, "OrderProcessor", "reservedConcurrentExecutions", 30),
    ("maximumConcurrency", "20", MAPPING, "OrderProcessor", "scalingConfig", "'maximumConcurrency': 20.0}"),
    ("batchSize", "5", MAPPING, "OrderProcessor", "batchSize", 5),
    ("batchingWindowSeconds", "2", MAPPING, "OrderProcessor", "maximumBatchingWindowInSeconds", 2),
    (
        "logRetentionDays",
        "60",
        "aws:cloudwatch/logGroup:LogGroup",
        "/aws/lambda/OrderProcessor",
        "retentionInDays",
        60,
    ),
    ("customerManagedKey", "true", "aws:kms/key:Key", "OrderKey", "enableKeyRotation", True),
    ("alertAddresses", "ops@example.com", SUBSCRIPTION, "OrderAlerts-ops@example.com", "endpoint", "ops@example.com"),
    ("oldestOrderAlarmSeconds", "600", ALARM, "OrderQueueTooOld", "threshold", 600),
    ("durationAlarmPercent", "50", ALARM, "OrderProcessorSlow", "threshold", 2500),
]


def test_every_setting_is_followed_to_its_resource() -> None:
    assert {setting for setting, *_ in REACHES} == set(KEYS)
    assert [setting for setting, value, *_ in REACHES if value == DEFAULTS[setting]] == []


@pytest.mark.parametrize(("setting", "value", "type_token", "name", "path", "declared"), REACHES)
def test_each_setting_reaches_its_resource(
    setting: str, value: str, type_token: str, name: str, path: str, declared: Any
) -> None:
    found = recorded("dev", {setting: value}).one(type_token, name).inputs[path]
    assert declared in str(found) if isinstance(declared, str) else found == declared


def test_a_bad_setting_stops_the_program_before_anything_is_declared() -> None:
    with pytest.raises(SettingsError) as raised:
        recorded("dev", {"visibilityTimeoutSeconds": "4"})
    assert "pulumi config --stack dev set visibilityTimeoutSeconds 5" in str(raised.value)


def test_a_misspelt_setting_stops_the_program_as_well() -> None:
    with pytest.raises(SettingsError) as raised:
        recorded("dev", {"visibiltyTimeoutSeconds": "60"})
    assert "did you mean visibilityTimeoutSeconds?" in str(raised.value)


def test_the_outputs_say_how_to_reach_everything(dev: Program) -> None:
    outputs = dict(dev.outputs)
    assert len(outputs.pop("packageSha256")) == 64
    assert outputs.pop("deliveryBudget")["earliestDeadLetterSeconds"] == 90
    assert sorted(outputs.pop("alarmNames")) == sorted(alarm.name for alarm in dev.all(ALARM))
    assert outputs == {
        "topicArn": arn("aws:sns/", "OrderTopic"),
        "queueUrl": "https://OrderQueue",
        "deadLetterQueueUrl": "https://OrderDLQ",
        "undeliveredQueueUrl": "https://OrderUndelivered",
        "tableName": "Orders",
        "processorName": "OrderProcessor",
        "logGroupName": "/aws/lambda/OrderProcessor",
        "alertTopicArn": arn("aws:sns/", "OrderAlerts"),
        "dashboardName": "OrderFlow",
    }


# Rules that hold for every component and resource, in every stack


@pytest.fixture(scope="module", params=STACKS)
def stack(request: pytest.FixtureRequest) -> Program:
    return recorded(request.param)


COMPONENTS = (
    "OrderSystem",
    "OrderTopic",
    "OrderQueue",
    "OrderSubscription",
    "OrderTable",
    "OrderProcessor",
    "OrderMonitoring",
)


def test_the_components_are_these(stack: Program) -> None:
    assert {component.type for component in stack.components} == {f"orders:index:{noun}" for noun in COMPONENTS}


@pytest.mark.parametrize("noun", COMPONENTS)
def test_a_component_registers_its_outputs(stack: Program, noun: str) -> None:
    assert stack.one(f"orders:index:{noun}").urn in stack.registered_outputs


@pytest.mark.parametrize("noun", COMPONENTS)
def test_a_component_takes_keyword_arguments_after_its_name_and_settings(noun: str) -> None:
    [constructor] = [
        function
        for path in (ROOT / "infra").glob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ClassDef) and node.name == noun
        for function in node.body
        if isinstance(function, ast.FunctionDef) and function.name == "__init__"
    ]
    positional = [argument.arg for argument in constructor.args.args]
    assert positional in (["self", "name"], ["self", "name", "settings"])
    assert constructor.args.kwonlyargs[-1].arg == "opts"


def test_every_resource_is_the_child_of_a_component(stack: Program) -> None:
    components = {component.urn for component in stack.components}
    strays = [resource.name for resource in stack.resources if resource.custom and resource.parent not in components]
    assert strays == []


def test_every_component_but_the_system_is_a_child_of_the_system(stack: Program) -> None:
    system = stack.one("orders:index:OrderSystem")
    assert {component.parent for component in stack.components if component is not system} == {system.urn}


def test_no_resource_has_a_fixed_physical_name(stack: Program) -> None:
    assert [resource.name for resource in stack.resources if "name" in resource.inputs] == []


@pytest.mark.parametrize("stack_name", STACKS)
def test_tags_are_the_providers_so_that_every_resource_gets_them(stack_name: str) -> None:
    config = yaml.safe_load((ROOT / f"Pulumi.{stack_name}.yaml").read_text())["config"]
    assert config["aws:defaultTags"]["tags"] == {"project": "orders", "stack": stack_name}
    assert [resource.name for resource in recorded(stack_name).resources if "tags" in resource.inputs] == []


def test_two_systems_in_one_program_do_not_collide() -> None:
    def program() -> None:
        settings = load_settings(pulumi.Config())
        OrderSystem("Order", settings)
        OrderSystem("Return", settings)

    both = recorded("dev", program=program)
    urns = [resource.urn for resource in both.resources]
    assert len(urns) == len(set(urns)) == 2 * len(recorded("dev").resources)
