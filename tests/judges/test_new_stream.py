"""A table whose stream is turned off and on again, on AWS's DynamoDB Local."""

import pytest

from handler.contract import PARTITION_KEY
from ops.clients import local_clients
from tests.judges.judge import Judge
from tests.support.orders import order
from tests.support.stream_suite import Stream


@pytest.mark.judged(Judge.DYNAMODB_LOCAL, "new-stream")
def test_the_new_stream_contains_every_change_since_it_was_turned_on(dynamodb_local: str) -> None:
    clients = local_clients(dynamodb_local)
    stream = Stream(clients)

    stream.put(order("before"))
    old = stream.arn
    clients.dynamodb.update_table(TableName=stream.table, StreamSpecification={"StreamEnabled": False})
    stream.put(order("meanwhile"))
    on = clients.dynamodb.update_table(
        TableName=stream.table, StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"}
    )
    stream.arn = on["TableDescription"]["LatestStreamArn"]
    stream.put(order("after"))
    assert stream.arn != old
    assert [record["dynamodb"]["Keys"][PARTITION_KEY]["S"] for _, record in stream.records()] == ["after"]
