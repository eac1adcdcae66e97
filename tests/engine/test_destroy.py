"""Deploying a stack from nothing, and destroying it."""

import json

import pytest
from pulumi.automation import CommandError

from ops.queues import name_of_queue
from ops.samples import EXAMPLE_ORDER
from tests.engine.conftest import RESOURCES, Deploy
from tests.judges.judge import Judge
from tests.support.waiting import eventually


@pytest.mark.judged(Judge.ENGINE, "destroy")
@pytest.mark.parametrize("stack", ["dev", "local"])
def test_destroy_leaves_nothing(deploy: Deploy, stack: str) -> None:
    with deploy(stack) as opened:
        assert opened.stack.up().summary.resource_changes == {"create": RESOURCES}
        assert not opened.is_empty()
        assert opened.stack.destroy().summary.resource_changes == {"delete": RESOURCES}
        assert opened.is_empty()


def test_orders_flow_under_a_key_of_the_stacks_own_which_stays_in_aws_after_the_stack(deploy: Deploy) -> None:
    with deploy("dev") as opened:
        opened.set("customerManagedKey", "true")
        # The component and the key.
        assert opened.stack.up().summary.resource_changes == {"create": RESOURCES + 2}
        assert opened.stack.up().summary.resource_changes == {"same": RESOURCES + 2}
        pipeline = opened.pipeline()
        pipeline.publish([json.dumps(EXAMPLE_ORDER)])
        eventually(lambda: pipeline.order("O1234"), "the order in the table")
        assert opened.stack.destroy().summary.resource_changes == {"delete": RESOURCES + 2}
        assert opened.is_empty()
        [key] = opened.clients.kms.list_keys()["Keys"]
        assert opened.clients.kms.describe_key(KeyId=key["KeyId"])["KeyMetadata"]["KeyState"] == "Enabled"


@pytest.mark.judged(Judge.ENGINE, "destroy-protected")
def test_prod_is_destroyed_only_once_its_protection_is_lifted(deploy: Deploy) -> None:
    with deploy("prod") as prod:
        prod.stack.up()
        table = prod.pipeline().outputs["tableName"]
        assert table.startswith("Orders-"), "prod has unique names"
        assert prod.pipeline().outputs["dashboardName"].startswith("OrderFlow-"), "dashboards included"
        assert prod.pulumi("destroy", "--yes").returncode
        assert prod.clients.sns.list_subscriptions()["Subscriptions"], "the preview refuses the whole deletion"

        # The Automation API destroys without a preview.
        with pytest.raises(CommandError) as raised:
            prod.stack.destroy()
        assert "because it is protected" in str(raised.value)
        assert prod.clients.dynamodb.describe_table(TableName=table)["Table"]["DeletionProtectionEnabled"]

        assert not prod.clients.sns.list_topics()["Topics"], "the engine deletes what is not protected"
        assert prod.clients.dynamodb.list_tables()["TableNames"] == [table]
        urls = prod.clients.sqs.list_queues()["QueueUrls"]
        names = sorted(name_of_queue(url).partition("-")[0] for url in urls)
        assert names == ["OrderDLQ", "OrderEventsDLQ", "OrderQueue", "OrderUndelivered"]
        assert len(prod.clients.logs.describe_log_groups()["logGroups"]) == 2

        prod.set("protectOrders", "false")
        prod.stack.up()
        prod.stack.destroy()
        assert prod.is_empty()
