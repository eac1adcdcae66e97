"""The store and the notifier on AWS's DynamoDB Local."""

from typing import Any

import pytest

from handler.contract import PARTITION_KEY
from handler.document import MAX_DEPTH
from ops.clients import Clients, local_clients
from tests.judges.judge import Judge
from tests.support.dynamodb_suite import DynamoDBSuite
from tests.support.stream_suite import StreamSuite


@pytest.fixture(scope="module")
def clients(dynamodb_local: str) -> Clients:
    return local_clients(dynamodb_local)


@pytest.mark.judged(Judge.DYNAMODB_LOCAL, "orders-in-table")
class TestStore(DynamoDBSuite):
    def test_the_deepest_order_is_as_deep_as_a_put_allows(self, clients: Clients, table: str) -> None:
        value: dict[str, Any] = {"L": []}
        for _ in range(MAX_DEPTH - 1):
            value = {"L": [value]}
        clients.dynamodb.put_item(TableName=table, Item={PARTITION_KEY: {"S": "deep"}, "extra": value})
        with pytest.raises(clients.dynamodb.exceptions.ClientError) as refused:
            clients.dynamodb.put_item(TableName=table, Item={PARTITION_KEY: {"S": "deep"}, "extra": {"L": [value]}})
        assert "Nesting" in str(refused.value)


@pytest.mark.judged(Judge.DYNAMODB_LOCAL, "changes-in-stream")
class TestStream(StreamSuite):
    pass
