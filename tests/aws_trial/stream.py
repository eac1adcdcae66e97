"""The trial of the table's stream, as its readers see it."""

from tests.aws_trial.probes import DAYS, store, wait
from tests.support.deployment import Deployment

Change = tuple[str, str | None, str]
"""The kind of a change, and the timestamps of the versions before and after it."""


def the_stream_has_each_version(system: Deployment) -> str:
    order_id = store(system, timestamp=DAYS[0])
    for day in DAYS[1:]:
        store(system, orderId=order_id, timestamp=day)
    found = _changes_until(system, order_id, DAYS[-1])
    assert found == [("INSERT", None, DAYS[0]), ("MODIFY", DAYS[0], DAYS[1]), ("MODIFY", DAYS[1], DAYS[2])]
    return f"the stream has the {len(found)} versions of {order_id} once and in sequence"


def stream_of(system: Deployment) -> str:
    table = system.clients.dynamodb.describe_table(TableName=system.pipeline().outputs["tableName"])["Table"]
    return table["LatestStreamArn"]


def _changes_until(system: Deployment, order_id: str, last: str) -> list[Change]:
    """Read the stream from its start until the version of an order with the last timestamp."""
    streams, arn = system.clients.dynamodbstreams, stream_of(system)
    shards = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]
    iterators = [
        streams.get_shard_iterator(StreamArn=arn, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON")[
            "ShardIterator"
        ]
        for shard in shards
    ]
    found: list[Change] = []

    def has_come() -> bool:
        # An open shard has another page after an empty one, too.
        pages = [streams.get_records(ShardIterator=iterator) for iterator in iterators]
        iterators[:] = [following for page in pages if (following := page.get("NextShardIterator"))]
        for change in (record for page in pages for record in page["Records"]):
            images = change["dynamodb"]
            if images["Keys"]["orderId"]["S"] == order_id:
                before = images.get("OldImage", {}).get("timestamp", {}).get("S")
                found.append((change["eventName"], before, images["NewImage"]["timestamp"]["S"]))
        return bool(found) and found[-1][2] == last

    wait(has_come, f"the latest version of {order_id} in the stream")
    return found
