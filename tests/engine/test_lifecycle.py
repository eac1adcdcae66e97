"""A deployed stack: its resources, and what a change of the settings changes."""

import json

import pytest

from handler.contract import INSTANT
from ops.cli.exit_codes import Exit
from ops.samples import EXAMPLE_ORDER
from tests.engine.conftest import RESOURCES
from tests.judges.judge import Judge
from tests.support.deployment import Deployment
from tests.support.waiting import eventually


def test_what_is_deployed_has_the_required_names(deployed: Deployment) -> None:
    outputs = deployed.pipeline().outputs
    assert outputs["tableName"] == "Orders"
    assert outputs["topicArn"].endswith(":OrderTopic")
    assert outputs["queueUrl"].endswith("/OrderQueue")
    assert outputs["deadLetterQueueUrl"].endswith("/OrderDLQ")
    assert outputs["processorName"] == "OrderProcessor"


def test_an_order_goes_through(deployed: Deployment) -> None:
    pipeline = deployed.pipeline()
    assert pipeline.publish([json.dumps(EXAMPLE_ORDER)]) == []
    stored = eventually(lambda: pipeline.order("O1234"), "the order in the table")
    assert stored == {**EXAMPLE_ORDER, INSTANT: "2025-05-03T12:00:00"}


def test_the_command_reads_the_stack_on_the_emulator_that_its_file_names(deployed: Deployment) -> None:
    ran = deployed.orders("status", "--json")
    assert ran.returncode == Exit.DONE, ran.stderr
    assert json.loads(ran.stdout)["mapping"] == "Enabled"


def test_the_stacks_tags_are_on_the_queue(deployed: Deployment) -> None:
    tags = deployed.clients.sqs.list_queue_tags(QueueUrl=deployed.pipeline().outputs["queueUrl"])["Tags"]
    assert tags == {"project": "orders", "stack": "dev"}


@pytest.mark.judged(Judge.ENGINE, "same-declaration")
def test_a_second_update_changes_nothing(deployed: Deployment) -> None:
    assert deployed.stack.up().summary.resource_changes == {"same": RESOURCES}


@pytest.mark.parametrize(
    ("setting", "value", "changed"),
    [
        ("visibilityTimeoutSeconds", "60", ["OrderQueue"]),
        ("maxReceiveCount", "5", ["OrderProcessor", "OrderQueue"]),
        ("deadLetterRetentionSeconds", "1000000", ["OrderDLQ", "OrderEventsDLQ", "OrderUndelivered"]),
        ("processorMemoryMegabytes", "256", ["OrderProcessor"]),
        ("batchSize", "5", ["OrderProcessor"]),
        ("logRetentionDays", "60", ["/aws/lambda/OrderNotifier", "/aws/lambda/OrderProcessor"]),
        ("oldestOrderAlarmSeconds", "600", ["OrderFlow", "OrderQueueTooOld"]),
        ("eventRetrySeconds", "7200", ["OrderNotifier", "OrderNotifier"]),
        ("oldestEventAlarmSeconds", "600", ["OrderEventsTooOld", "OrderFlow"]),
    ],
)
def test_a_changed_setting_changes_just_what_it_configures(
    deployed: Deployment, setting: str, value: str, changed: list[str]
) -> None:
    deployed.set(setting, value)
    try:
        changes = deployed.changes()
    finally:
        deployed.reset(setting)
    assert {operation: sorted(names) for operation, names in changes.items()} == {"update": changed}


def test_an_address_is_subscribed_to_the_alerts_and_nothing_else_changes(deployed: Deployment) -> None:
    deployed.set("alertAddresses", "ops@example.com")
    try:
        assert deployed.changes() == {"create": ["OrderAlerts-ops@example.com"]}
    finally:
        deployed.reset("alertAddresses")


def test_a_changed_setting_reaches_the_queue(deployed: Deployment) -> None:
    url = deployed.pipeline().outputs["queueUrl"]

    def visibility() -> str:
        return deployed.clients.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["VisibilityTimeout"])[
            "Attributes"
        ]["VisibilityTimeout"]

    assert visibility() == "30"
    deployed.set("visibilityTimeoutSeconds", "60")
    try:
        assert deployed.stack.up().summary.resource_changes == {"same": RESOURCES - 2, "update": 2}
        assert visibility() == "60"
    finally:
        deployed.reset("visibilityTimeoutSeconds")
        deployed.stack.up()


def test_changed_code_changes_the_functions_alone(deployed: Deployment) -> None:
    source = deployed.root / "handler/order.py"
    before = source.read_text()
    source.write_text(before + "# changed\n")
    try:
        changes = deployed.changes()
    finally:
        source.write_text(before)
    assert {operation: sorted(names) for operation, names in changes.items()} == {
        "update": ["OrderNotifier", "OrderProcessor"]
    }
