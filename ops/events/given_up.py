"""Reads the messages of OrderEventsDLQ: those of the notifier, and those of Lambda about records that it skipped."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from handler.contract import PARTITION_KEY, GivenUpField
from handler.errors import InvalidOrder
from handler.notifier.change import REMOVED, read_change, stored_order, table_arn_of
from handler.notifier.event import Event, event_of, replay_of
from ops.table import get_items

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodbstreams import DynamoDBStreamsClient

Record = Mapping[str, Any]
MAX_EMPTY_ANSWERS = 10
"""Our limit: an open shard has no end, and gives empty answers after its last record, and sometimes before it."""


class Untellable(Exception):
    """Nobody can be told about the changes in a message. The text says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenUp:
    """A message about one change that was not told, or about several in a row of a stream."""

    order_id: str | None
    """None if the message is about several changes."""
    reason: str
    record: Record | None = None
    """The record of the stream, without its images if they do not fit into the message."""
    event: Event | None = None
    """The event, in place of the images."""
    place: "Place | None" = None
    """The place of the records that Lambda skipped."""

    @property
    def sequence(self) -> str:
        """The sequence number of the record, in a form that sorts. Empty without a record."""
        return str(self.record["dynamodb"]["SequenceNumber"]).zfill(40) if self.record else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A row of records in a shard of a stream."""

    stream_arn: str
    shard_id: str
    first: str
    last: str
    """Sequence numbers."""
    count: int

    def read(self, streams: "DynamoDBStreamsClient") -> list[Record]:
        """Read the records. Raises Untellable if the stream has deleted them, which it does after 24 hours."""
        gone = Untellable(
            "the stream has deleted the changes: tell the stored orders again with `orders events replay`"
        )
        try:
            iterator: str | None = streams.get_shard_iterator(
                StreamArn=self.stream_arn,
                ShardId=self.shard_id,
                ShardIteratorType="AT_SEQUENCE_NUMBER",
                SequenceNumber=self.first,
            )["ShardIterator"]
            records: list[Record] = []
            empty_answers = 0
            while iterator and empty_answers < MAX_EMPTY_ANSWERS:
                answer = streams.get_records(ShardIterator=iterator)
                empty_answers = 0 if answer["Records"] else empty_answers + 1
                for record in answer["Records"]:
                    records.append({**record, "eventSourceARN": self.stream_arn})
                    if record["dynamodb"]["SequenceNumber"] == self.last:
                        return records
                iterator = answer.get("NextShardIterator")
        except (streams.exceptions.TrimmedDataAccessException, streams.exceptions.ResourceNotFoundException):
            raise gone from None
        raise gone


def read_given_up(body: str) -> GivenUp:
    """Read a message. A message that somebody else sent is one that nobody can be told about."""
    try:
        document = json.loads(body)
        if "DDBStreamBatchInfo" in document:
            return _skipped(document)
        order_id, record = document[GivenUpField.ORDER_ID], document[GivenUpField.RECORD]
        record["dynamodb"]["SequenceNumber"], record["eventSourceARN"]
        event = _event_in(document[GivenUpField.EVENT]) if GivenUpField.EVENT in document else None
        reason = str(document[GivenUpField.REASON])
        return GivenUp(order_id=str(order_id), reason=reason, record=record, event=event)
    except (ValueError, TypeError, KeyError, AttributeError):
        return GivenUp(order_id=None, reason="the message is not from the notifier")


def _event_in(found: Mapping[str, Any]) -> Event:
    event = Event(**found)
    texts = [event.event_id, event.order_id, event.body, *event.attributes.values()]
    if not all(isinstance(text, str) for text in texts):
        raise TypeError("an event consists of texts")
    return event


def _skipped(document: Mapping[str, Any]) -> GivenUp:
    batch = document["DDBStreamBatchInfo"]
    place = Place(
        stream_arn=str(batch["streamArn"]),
        shard_id=str(batch["shardId"]),
        first=str(batch["startSequenceNumber"]),
        last=str(batch["endSequenceNumber"]),
        count=int(batch["batchSize"]),
    )
    condition = document["requestContext"]["condition"]
    return GivenUp(order_id=None, reason=f"Lambda skipped {place.count} changes: {condition}", place=place)


def events_in(
    given_up: GivenUp, dynamodb: "DynamoDBClient", streams: "DynamoDBStreamsClient", table: str
) -> tuple[Sequence[Event], Sequence[str]]:
    """Return the events of a message, in the sequence of the stream, and why others cannot be told.

    Raises Untellable if none of its records can be read.
    """
    if given_up.event:
        return [given_up.event], []
    if given_up.place:
        records: Sequence[Record] = given_up.place.read(streams)
    elif given_up.record is None:
        raise Untellable(given_up.reason)
    else:
        records = [given_up.record]
    events: list[Event] = []
    problems: list[str] = []
    for record in records:
        try:
            events += _events(record, dynamodb, table)
        except InvalidOrder as invalid:
            problems.append(f"the item is not a valid order: {invalid.reason}")
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            problems.append(f"the record cannot be read: {error!r}")
    return events, problems


def _events(record: Record, dynamodb: "DynamoDBClient", table: str) -> Sequence[Event]:
    if "NewImage" not in record["dynamodb"] and record["eventName"] != REMOVED:
        return [_current(record, dynamodb, table)]
    found = read_change(record)
    return [event_of(found)] if found else []


def _current(record: Record, dynamodb: "DynamoDBClient", table: str) -> Event:
    """Return the event of the stored version, for a large record in which the notifier could not read the change."""
    order_id = record["dynamodb"]["Keys"][PARTITION_KEY]["S"]
    item = get_items(dynamodb, table, [order_id]).get(order_id)
    if item is None:
        raise Untellable("the table does not contain the order any more")
    return replay_of(stored_order(item), table_arn_of(record))
