"""The tests of the notifier on any implementation of DynamoDB's streams: the emulator and AWS's DynamoDB Local."""

import io
import json
import time
from base64 import b64encode
from collections.abc import Iterator, Mapping
from typing import Any, cast
from uuid import uuid4

import pytest

from handler.contract import PARTITION_KEY
from handler.log import Log
from handler.notifier.given_up import GivenUpQueue
from handler.notifier.notifier import Notifier
from handler.notifier.topic import EventTopic
from handler.store import DynamoDBStore
from ops.clients import Clients
from ops.events.given_up import Place
from tests.support.fake_sns import TOPIC, FakeSNS
from tests.support.fake_sqs import Clock, FakeSQS
from tests.support.lone_tries import lone_tries
from tests.support.orders import order

Record = Mapping[str, Any]
URL = "https://sqs/OrderEventsDLQ"


def as_base64(binary: bytes) -> str:
    return b64encode(binary).decode()


class Stream:
    """A table with a stream, and what a notifier tells of it."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients
        self.table = f"Orders-{uuid4()}"
        described = clients.dynamodb.create_table(
            TableName=self.table,
            KeySchema=[{"AttributeName": PARTITION_KEY, "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": PARTITION_KEY, "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
            StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
        )["TableDescription"]
        self.arn = described["LatestStreamArn"]
        self.table_arn = described["TableArn"]
        self.sns, self.sqs = FakeSNS(), FakeSQS(Clock())
        log = Log(io.StringIO())
        self._notifier = Notifier(
            EventTopic(TOPIC, cast("Any", self.sns)),
            GivenUpQueue(URL, lambda: cast("Any", self.sqs), log),
            log,
            lone_tries(),
            retry_seconds=3600,
        )
        self._store = DynamoDBStore(self.table, clients.dynamodb)

    def put(self, *versions: Any) -> None:
        for one in versions:
            [outcome] = self._store.put([one], time.monotonic() + 30)
            assert outcome.succeeded

    def put_by_hand(self, item: Any) -> None:
        self._clients.dynamodb.put_item(TableName=self.table, Item=item)

    def records(self) -> Iterator[tuple[str, Record]]:
        """The records of all shards, as Lambda passes them to a function, each with its shard."""
        streams = self._clients.dynamodbstreams
        for shard in streams.describe_stream(StreamArn=self.arn)["StreamDescription"]["Shards"]:
            start = streams.get_shard_iterator(
                StreamArn=self.arn, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
            )
            for record in streams.get_records(ShardIterator=start["ShardIterator"])["Records"]:
                at = record["dynamodb"]["ApproximateCreationDateTime"].timestamp()
                change = {**record["dynamodb"], "ApproximateCreationDateTime": at}
                passed = {**record, "dynamodb": change, "eventSourceARN": self.arn}
                yield shard["ShardId"], json.loads(json.dumps(passed, default=as_base64))

    def tell(self) -> list[dict[str, Any]]:
        """Tell all changes, and return the events."""
        records = [record for _, record in self.records()]
        assert self._notifier.tell(records, 30) == {"batchItemFailures": []}
        return self.sns.events

    def read_again(self) -> list[Record]:
        """Read all records of the only shard by their place, as a retry does."""
        [*placed] = self.records()
        place = Place(
            stream_arn=self.arn,
            shard_id=placed[0][0],
            first=placed[0][1]["dynamodb"]["SequenceNumber"],
            last=placed[-1][1]["dynamodb"]["SequenceNumber"],
            count=len(placed),
        )
        return place.read(self._clients.dynamodbstreams)


class StreamSuite:
    """Subclasses are in modules that define the fixture `clients`."""

    @pytest.fixture
    def stream(self, clients: Clients) -> Stream:
        return Stream(clients)

    def test_each_version_is_told_in_its_sequence(self, stream: Stream) -> None:
        stream.put(order("O1"), order("O2"), order("O1", timestamp="2026-01-01T00:00:00.5Z", status="paid", gift=True))
        events = [event for event in stream.tell() if event["subject"] == "O1"]
        assert [event["type"] for event in events] == ["order.stored", "order.updated"]
        assert [event["id"] for event in events] == ["O1@2025-05-03T12:00:00Z", "O1@2026-01-01T00:00:00.5Z"]
        assert events[1]["data"]["changed"] == ["gift", "status", "timestamp"]
        assert {event["source"] for event in events} == {stream.table_arn}
        assert len(stream.sns.events) == 3

    def test_numbers_keep_their_digits_and_names_their_characters(self, stream: Stream) -> None:
        digits = "0.12345678901234567890123456789012345678"
        item = {"orderId": {"S": "Ö1"}, "timestamp": {"S": "2026-01-01T00:00:00Z"}, "prïce": {"N": digits}}
        stream.put_by_hand(item)
        stream.tell()
        [entry] = stream.sns.published
        assert f'"pr\\u00efce": {digits}' in entry["Message"]
        assert json.loads(entry["Message"])["subject"] == "Ö1"

    def test_an_item_that_is_no_order_is_given_up_with_its_image(self, stream: Stream) -> None:
        item = {"orderId": {"S": "X"}, "photo": {"B": b"\x00\xff"}, "tags": {"SS": ["a", "b"]}}
        stream.put_by_hand(item)
        stream.put(order("O1"))
        assert [event["subject"] for event in stream.tell()] == ["O1"]
        [body] = stream.sqs.bodies(URL)
        assert json.loads(body)["orderId"] == "X"

    def test_a_removed_item_and_one_that_stays_the_same_are_not_told(self, stream: Stream, clients: Clients) -> None:
        stream.put(order("O1"), order("O1"))
        clients.dynamodb.delete_item(TableName=stream.table, Key={PARTITION_KEY: {"S": "O1"}})
        assert [event["type"] for event in stream.tell()] == ["order.stored"]

    def test_records_are_found_again_by_their_place(self, stream: Stream) -> None:
        stream.put(order("O1"), order("O2"), order("O3"))
        keys = [record["dynamodb"]["Keys"]["orderId"]["S"] for record in stream.read_again()]
        assert sorted(keys) == ["O1", "O2", "O3"]
