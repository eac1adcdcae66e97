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


def test_prod_has_unique_names_and_a_table_that_destroy_refuses_to_delete(deploy: Deploy) -> None:
    with deploy("prod") as prod:
        prod.stack.up()
        table = prod.pipeline().outputs["tableName"]
        assert table.startswith("Orders-")
        with pytest.raises(CommandError) as raised:
            prod.stack.destroy()
        assert "protect" in str(raised.value)
        assert prod.endpoint.dynamodb.describe_table(TableName=table)["Table"]["DeletionProtectionEnabled"]
