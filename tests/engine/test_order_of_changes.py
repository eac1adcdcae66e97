"""Changes of a running stack: permissions come before what needs them, and go after it."""

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from pulumi.automation import CommandError

from ops.samples import EXAMPLE_ORDER
from tests.engine.conftest import Deploy, Deployment
from tests.engine.timeline import update
from tests.support.waiting import eventually

ENCRYPTED = [
    *[("Topic", name) for name in ("OrderTopic", "OrderAlerts")],
    *[("Queue", name) for name in ("OrderQueue", "OrderDLQ", "OrderUndelivered")],
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
    """The dev stack, deployed. Its log group has no key, because the emulator cannot change the key of a log group."""
    with deploy("dev") as opened:
        edit(opened.root / "infra/processor.py", "kms_key_id=key.arn if key else None", "kms_key_id=None")
        opened.stack.up()
        yield opened


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

    command = ["pulumi", "state", "unprotect", KEY_URN, "--yes", "--stack", running.stack.name]
    environment = {**os.environ, **running.stack.workspace.env_vars}
    subprocess.run(command, cwd=running.root, env=environment, check=True, capture_output=True)
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
