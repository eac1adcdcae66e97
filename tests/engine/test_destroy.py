"""From nothing to everything and back."""

import pytest
from pulumi.automation import CommandError

from tests.engine.conftest import RESOURCES, Deploy


@pytest.mark.parametrize("stack", ["dev", "local"])
def test_destroy_leaves_nothing(deploy: Deploy, stack: str) -> None:
    with deploy(stack) as opened:
        assert opened.stack.up().summary.resource_changes == {"create": RESOURCES}
        assert not opened.is_empty()
        assert opened.stack.destroy().summary.resource_changes == {"delete": RESOURCES}
        assert opened.is_empty()


def test_the_table_of_prod_is_destroyed_only_once_its_protection_is_lifted(deploy: Deploy) -> None:
    with deploy("prod") as prod:
        prod.stack.up()
        table = prod.pipeline().outputs["tableName"]
        assert table.startswith("Orders-"), "prod has unique names"
        with pytest.raises(CommandError) as raised:
            prod.stack.destroy()
        assert "protect" in str(raised.value)
        assert prod.endpoint.dynamodb.describe_table(TableName=table)["Table"]["DeletionProtectionEnabled"]

        prod.set("protectTable", "false")
        prod.stack.up()
        prod.stack.destroy()
        assert prod.is_empty()
