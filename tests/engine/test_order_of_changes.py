"""Changes of a running stack: permissions come before what needs them, and go after it."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from pulumi.automation import CommandError

from ops.samples import EXAMPLE_ORDER
from tests.engine.conftest import Deploy
from tests.engine.timeline import Timeline, update
from tests.judges.judge import Judge
from tests.support.deployment import Deployment
from tests.support.mappings import mapping_of
from tests.support.waiting import eventually

ENCRYPTED = [
    *[("Topic", name) for name in ("OrderTopic", "OrderEvents", "OrderAlerts")],
    *[("Queue", name) for name in ("OrderQueue", "OrderDLQ", "OrderUndelivered", "OrderEventsDLQ")],
    ("Table", "Orders"),
]
KEY_URN = "urn:pulumi:dev::orders::orders:index:OrderSystem$orders:index:OrderKey$aws:kms/key:Key::OrderKey"


def edit(path: Path, before: str, after: str) -> None:
    source = path.read_text()
    assert before in source
    path.write_text(source.replace(before, after))


def key_states(deployed: Deployment) -> list[str]:
    kms = deployed.clients.kms
    return [kms.describe_key(KeyId=key["KeyId"])["KeyMetadata"]["KeyState"] for key in kms.list_keys()["Keys"]]


def assert_that_orders_flow(deployed: Deployment, identifier: str) -> None:
    pipeline = deployed.pipeline()
    assert pipeline.publish([json.dumps({**EXAMPLE_ORDER, "orderId": identifier})]) == []
    eventually(lambda: pipeline.order(identifier), f"the order {identifier} in the table")


@pytest.fixture(scope="module")
def running(deploy: Deploy) -> Iterator[Deployment]:
    """The dev stack, deployed. No log group has a key, because the emulator cannot change the key of a log group."""
    with deploy("dev") as opened:
        edit(opened.root / "infra/function.py", "kms_key_id=key.arn if key else None", "kms_key_id=None")
        opened.stack.up()
        yield opened


@pytest.mark.judged(Judge.ENGINE, "key-on-and-off")
def test_a_key_has_its_permissions_before_it_encrypts_and_stays_when_it_leaves_the_stack(running: Deployment) -> None:
    running.set("customerManagedKey", "true")
    on = update(running.stack)
    assert on.changed("RolePolicy") == set()
    for kind, name in ENCRYPTED:
        assert on.end("create", "Key", "OrderKey") < on.begin("update", kind, name)
    assert_that_orders_flow(running, "K1")

    running.set("customerManagedKey", "false")
    off = update(running.stack)
    for kind, name in ENCRYPTED:
        assert off.end("update", kind, name) < off.begin("delete", "Key", "OrderKey")
    assert off.changed("RolePolicy") == set()
    assert key_states(running) == ["Enabled"]
    [key] = running.clients.kms.list_keys()["Keys"]
    policy = running.clients.kms.get_key_policy(KeyId=key["KeyId"], PolicyName="default")["Policy"]
    assert {"SnsMayUse", "MayReadEncrypted"} < {one["Sid"] for one in json.loads(policy)["Statement"]}
    queue = running.clients.sqs.get_queue_attributes(
        QueueUrl=running.pipeline().outputs["queueUrl"], AttributeNames=["All"]
    )["Attributes"]
    assert (queue["SqsManagedSseEnabled"], queue.get("KmsMasterKeyId", "")) == ("true", "")
    assert_that_orders_flow(running, "K2")


def test_a_protected_key_leaves_the_stack_only_once_it_is_unprotected(running: Deployment) -> None:
    running.set("customerManagedKey", "true")
    running.set("protectOrders", "true")
    running.stack.up()
    keys = len(key_states(running))
    running.set("customerManagedKey", "false")
    with pytest.raises(CommandError) as raised:
        running.stack.preview()
    assert f"pulumi state unprotect '{KEY_URN}'" in str(raised.value)

    running.pulumi("state", "unprotect", KEY_URN, "--yes").check_returncode()
    assert ("delete", "OrderKey") in update(running.stack).changed("Key")
    assert key_states(running) == ["Enabled"] * keys
    running.reset("protectOrders")
    running.stack.up()


def test_a_permission_is_given_before_the_function_needs_it_and_taken_after(running: Deployment) -> None:
    permission = ("RolePolicy", "OrderProcessorMayRetryAtOnce")
    running.set("retryInvalidOrdersAtOnce", "false")
    off = update(running.stack)
    assert off.end("update", "Function", "OrderProcessor") < off.begin("delete", *permission)

    running.set("retryInvalidOrdersAtOnce", "true")
    on = update(running.stack)
    assert on.end("create", *permission) < on.begin("update", "Function", "OrderProcessor")


def test_a_permission_that_the_code_no_longer_needs_is_taken_after_the_code_has_changed(running: Deployment) -> None:
    edit(running.root / "infra/policies.py", '"MayWriteOrders", ["dynamodb:PartiQLInsert", ', '"MayPutOrders", [')
    edit(running.root / "handler/order.py", "from handler", "# changed\nfrom handler")
    changes = update(running.stack)
    begun = changes.begin("update", "Function", "OrderProcessor")
    assert changes.end("create", "RolePolicy", "OrderProcessorMayPutOrders") < begun
    ended = changes.end("update", "Function", "OrderProcessor")
    assert ended < changes.begin("delete", "RolePolicy", "OrderProcessorMayWriteOrders")


def stream_of_the_mapping(deployed: Deployment) -> str:
    """Return the stream that the notifier's mapping reads, and assert that it is the one that the table has now."""
    outputs = deployed.pipeline().outputs
    stream = mapping_of(deployed.clients, outputs["notifierName"])["EventSourceArn"]
    table = deployed.clients.dynamodb.describe_table(TableName=outputs["tableName"])["Table"]
    assert stream == table["LatestStreamArn"]
    return stream


@pytest.mark.judged(Judge.ENGINE, "events-off-and-on", "mapping-of-new-stream")
def test_the_notifier_reads_the_new_stream_and_only_with_all_of_its_permissions(running: Deployment) -> None:
    before = stream_of_the_mapping(running)
    running.set("orderEvents", "false")
    off = update(running.stack)
    mapping = ("EventSourceMapping", "OrderNotifier")
    permissions = [name for operation, name in off.changed("RolePolicy") if operation == "delete"]
    assert len(permissions) == 4
    assert off.end("delete", *mapping) < off.begin("delete", "Function", "OrderNotifier")
    for name in permissions:
        assert off.end("delete", "Function", "OrderNotifier") < off.begin("delete", "RolePolicy", name)
    assert_that_orders_flow(running, "E1")

    running.reset("orderEvents")
    on = update(running.stack)
    assert on.end("update", "Table", "Orders") < on.begin("create", *mapping)
    for name in permissions:
        assert on.end("create", "RolePolicy", name) < on.begin("create", "Function", "OrderNotifier")
    assert stream_of_the_mapping(running) != before
    assert_that_orders_flow(running, "E2")


QUEUE, DEAD_LETTERS = "            visibility_timeout_seconds=", "            message_retention_seconds="
"""The first inputs of OrderQueue and of OrderDLQ in infra/queue.py."""


def assert_that_allowing_comes_first(changes: Timeline, allow: str, redrive: str) -> None:
    """Under byQueue, SQS refuses a redrive policy that the dead-letter queue does not allow."""
    allowed = changes.end(allow, "RedriveAllowPolicy", "OrderDLQ")
    assert allowed < changes.begin(redrive, "RedrivePolicy", "OrderQueue")
    if ("create-replacement", "OrderProcessor") in changes.changed("EventSourceMapping"):
        mapped = changes.begin("create-replacement", "EventSourceMapping", "OrderProcessor")
        assert changes.end(redrive, "RedrivePolicy", "OrderQueue") < mapped


def dead_letter_queue_of(deployed: Deployment) -> str:
    """Return the dead-letter queue of the queue that the stack has now, and assert that it allows this queue."""
    sqs, outputs = deployed.clients.sqs, deployed.pipeline().outputs
    queue, dead_letters = (
        sqs.get_queue_attributes(QueueUrl=outputs[output], AttributeNames=["All"])["Attributes"]
        for output in ("queueUrl", "deadLetterQueueUrl")
    )
    assert json.loads(dead_letters["RedriveAllowPolicy"])["sourceQueueArns"] == [queue["QueueArn"]]
    target: str = json.loads(queue["RedrivePolicy"])["deadLetterTargetArn"]
    assert target == dead_letters["QueueArn"]
    return target.rpartition(":")[2]


def test_queues_with_exact_names_can_be_replaced(running: Deployment) -> None:
    path = running.root / "infra/queue.py"
    edit(path, QUEUE, f'            name="OtherQueue",\n{QUEUE}')
    changes = update(running.stack)
    assert changes.end("delete-replaced", "Queue", "OrderQueue") < changes.begin(
        "create-replacement", "Queue", "OrderQueue"
    )
    assert_that_allowing_comes_first(changes, "update", "create-replacement")
    assert dead_letter_queue_of(running) == "OrderDLQ"
    assert_that_orders_flow(running, "R1")

    edit(path, f"            name,\n{DEAD_LETTERS}", f'            name,\n            name="OtherDLQ",\n{DEAD_LETTERS}')
    assert_that_allowing_comes_first(update(running.stack), "create-replacement", "update")
    assert dead_letter_queue_of(running) == "OtherDLQ"
    assert_that_orders_flow(running, "R2")


def test_queues_with_unique_names_can_be_replaced(deploy: Deploy) -> None:
    with deploy("prod") as prod:
        prod.set("protectOrders", "false")
        prod.stack.up()
        before = dead_letter_queue_of(prod)
        path = prod.root / "infra/queue.py"
        edit(
            path,
            "pulumi.ResourceOptions(parent=self)\n        self.max",
            "pulumi.ResourceOptions(parent=self, replace_on_changes=REPLACING)\n        self.max",
        )
        edit(
            path,
            "\n\nclass OrderQueue",
            '\nREPLACING = ["visibilityTimeoutSeconds", "messageRetentionSeconds"]\n\n\nclass OrderQueue',
        )
        prod.set("visibilityTimeoutSeconds", "60")
        changes = update(prod.stack)
        assert changes.end("create-replacement", "Queue", "OrderQueue") < changes.begin(
            "delete-replaced", "Queue", "OrderQueue"
        )
        assert_that_allowing_comes_first(changes, "update", "create-replacement")
        assert dead_letter_queue_of(prod) == before
        assert_that_orders_flow(prod, "U1")

        prod.set("deadLetterRetentionSeconds", "1000000")
        assert_that_allowing_comes_first(update(prod.stack), "create-replacement", "update")
        assert dead_letter_queue_of(prod) != before
        assert_that_orders_flow(prod, "U2")
