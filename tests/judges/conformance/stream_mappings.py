"""Cases of event source mappings: the records of a stream that the function gets, and what its response does."""

import json
from collections.abc import Callable
from typing import Any, Self

from tests.judges.conformance.case import Aws, Service
from tests.judges.conformance.dynamodb import Table
from tests.judges.conformance.lambda_ import GUIDE
from tests.judges.conformance.queues import Queue
from tests.support.waiting import eventually

STREAM_MAPPINGS = Service("Event source mappings of streams", at_once=6)
STREAMS = f"{GUIDE}, Using Lambda with DynamoDB"
PARTIAL = f"{GUIDE}, Configuring partial batch response with DynamoDB and Lambda"
DISCARDED = f"{GUIDE}, Retain discarded records for a DynamoDB event source in Lambda"
SOURCE = """
import json, os
from urllib.parse import urlencode
from urllib.request import urlopen

def failed(*identifiers):
    return {"batchItemFailures": [{"itemIdentifier": one} for one in identifiers]}

def handler(event, context):
    if not event["Records"]:
        return
    urlopen(os.environ["SEEN"], urlencode({"Action": "SendMessage", "MessageBody": json.dumps(event)}).encode()).read()
    changes = [record["dynamodb"] for record in event["Records"]]
    bad = [change["SequenceNumber"] for change in changes if change["Keys"]["k"]["S"] == "bad"]
    return eval(os.environ["RESPONSE"])
"""
"""The function passes its event on to a queue, and returns the value of an expression."""


class Mapped:
    """A new table, and a function that is invoked with the changes of its items."""

    def __init__(self, aws: Aws, response: str, *keys: str, **settings: Any) -> None:
        self.table = Table(aws)
        for key in keys:
            self.table.put(key)
        self._seen = Queue(aws)
        function = aws.function(SOURCE, timeout=10, RESPONSE=response, SEEN=self._seen.url)
        self._events: list[dict[str, Any]] = []
        self._lambda = aws.client("lambda")
        self._mapping = self._lambda.create_event_source_mapping(
            FunctionName=function.name,
            EventSourceArn=self.table.arn,
            StartingPosition="TRIM_HORIZON",
            FunctionResponseTypes=["ReportBatchItemFailures"],
            **settings,
        )["UUID"]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Delete the mapping: what fails again and again would slow down the other cases."""
        self._lambda.delete_event_source_mapping(UUID=self._mapping)

    def events(self) -> list[dict[str, Any]]:
        """The events of the function so far, in sequence: it runs once at a time."""
        for message in self._seen.receive(WaitTimeSeconds=0):
            self._seen.sqs.delete_message(QueueUrl=self._seen.url, ReceiptHandle=message["ReceiptHandle"])
            self._events.append({"at": int(message["Attributes"]["SentTimestamp"]), **json.loads(message["Body"])})
        return sorted(self._events, key=lambda event: int(event["at"]))

    def batches(self) -> list[str]:
        """The keys of each batch so far."""
        return [
            " ".join(record["dynamodb"]["Keys"]["k"]["S"] for record in event["Records"]) for event in self.events()
        ]

    def until(self, is_enough: Callable[[list[str]], object]) -> list[str]:
        """The keys of each batch, as soon as they are enough."""

        def enough() -> list[str]:
            found = self.batches()
            return found if is_enough(found) else []

        return eventually(enough, "the batches")


def _first(aws: Aws, count: int, response: str, *keys: str, **settings: Any) -> str:
    """The keys of the first batches."""
    with Mapped(aws, response, *keys, **settings) as mapped:
        return ", ".join(mapped.until(lambda batches: len(batches) >= count)[:count])


@STREAM_MAPPINGS.case(
    "From TRIM_HORIZON, the function gets the changes before the mapping, in their sequence",
    source=STREAMS,
    documented="a, b, c",
)
def trim_horizon(aws: Aws) -> str:
    return _first(aws, 3, "None", *"abc", BatchSize=1)


@STREAM_MAPPINGS.case(
    "A record has the change with its keys, image and sequence number, and its source",
    source=STREAMS,
    documented="complete",
)
def record(aws: Aws) -> str:
    with Mapped(aws, "None", "a") as mapped:
        mapped.until(len)
    [found] = mapped.events()[0]["Records"]
    keys = {"eventID", "eventName", "eventVersion", "eventSource", "eventSourceARN", "awsRegion", "dynamodb"}
    change = {"ApproximateCreationDateTime", "Keys", "NewImage", "SequenceNumber", "SizeBytes", "StreamViewType"}
    missing = sorted((keys - set(found)) | (change - set(found["dynamodb"])))
    assert (found["eventSource"], found["eventName"]) == ("aws:dynamodb", "INSERT")
    return f"without {' '.join(missing)}" if missing else "complete"


@STREAM_MAPPINGS.case(
    "A batch has at most as many records as the batch size",
    source=STREAMS,
    documented="at most 2 at once",
)
def batch_size(aws: Aws) -> str:
    with Mapped(aws, "None", *"abcde", BatchSize=2) as mapped:
        batches = mapped.until(lambda found: len(" ".join(found).split()) >= 5)
    return f"at most {max(len(batch.split()) for batch in batches)} at once"


@STREAM_MAPPINGS.case(
    "After an exception, the same batch is retried before the next one",
    source=f"{GUIDE}, Using Lambda with DynamoDB; Lambda API Reference, CreateEventSourceMapping",
    documented="bad, bad, bad",
)
def exception(aws: Aws) -> str:
    return _first(aws, 3, "1 / 0", "bad", "next", BatchSize=1)


@STREAM_MAPPINGS.case(
    "After `MaximumRetryAttempts` retries, the batch is discarded",
    source="Lambda API Reference, CreateEventSourceMapping",
    documented="bad, bad, next",
)
def retries(aws: Aws) -> str:
    return _first(aws, 3, "1 / 0 if bad else None", "bad", "next", BatchSize=1, MaximumRetryAttempts=1)


@STREAM_MAPPINGS.case(
    "The on-failure destination gets the place of a discarded batch in the stream, without its records",
    source=DISCARDED,
    documented="RetryAttemptsExhausted, 1 record, without the records",
)
def discarded(aws: Aws) -> str:
    destination = Queue(aws)
    to_queue = {"OnFailure": {"Destination": destination.arn}}
    with Mapped(aws, "1 / 0", "bad", BatchSize=1, MaximumRetryAttempts=0, DestinationConfig=to_queue):
        messages = destination.receive(WaitTimeSeconds=8)
    if not messages:
        return "nothing"
    told = json.loads(messages[0]["Body"])
    batch = told["DDBStreamBatchInfo"]
    assert {"shardId", "startSequenceNumber", "endSequenceNumber", "streamArn"} <= set(batch)
    records = "with the records" if "NewImage" in messages[0]["Body"] else "without the records"
    return f"{told['requestContext']['condition']}, {batch['batchSize']} record, {records}"


@STREAM_MAPPINGS.case(
    "With bisecting, each half of a batch with an exception is retried by itself",
    source=f"{GUIDE}, Configuring Lambda function error handling for DynamoDB event sources",
    documented="a b bad c, a b",
)
def bisecting(aws: Aws) -> str:
    return _first(aws, 2, "1 / 0 if bad else None", "a", "b", "bad", "c", BisectBatchOnFunctionError=True)


@STREAM_MAPPINGS.case(
    "With a partial response, the next batch begins with the lowest sequence number in it",
    source=PARTIAL,
    documented="a bad c, bad c",
)
def partial_response(aws: Aws) -> str:
    return _first(aws, 2, "failed(*bad)", "a", "bad", "c")


@STREAM_MAPPINGS.case(
    "A sequence number that no record has fails the whole batch",
    source=PARTIAL,
    documented="a bad, a bad",
)
def unknown_number(aws: Aws) -> str:
    return _first(aws, 2, "failed('1')", "a", "bad")


@STREAM_MAPPINGS.case(
    "An empty sequence number fails the whole batch",
    source=PARTIAL,
    documented="a bad, a bad",
)
def empty_number(aws: Aws) -> str:
    return _first(aws, 2, "failed('')", "a", "bad")


@STREAM_MAPPINGS.case(
    "An empty response, null, and an empty list of failures are a success",
    source=PARTIAL,
    documented="a, b, c, d",
)
def success(aws: Aws) -> str:
    response = "{'a': {}, 'b': None, 'c': failed(), 'd': {'batchItemFailures': None}}[changes[0]['Keys']['k']['S']]"
    return _first(aws, 4, response, *"abcd", BatchSize=1)


@STREAM_MAPPINGS.case(
    "The function does not get changes that no filter matches",
    source=f"{GUIDE}, Using event filtering with a DynamoDB event source",
    documented="b",
)
def filtered(aws: Aws) -> str:
    pattern = json.dumps({"dynamodb": {"Keys": {"k": {"S": ["b"]}}}})
    return _first(aws, 1, "None", *"abc", FilterCriteria={"Filters": [{"Pattern": pattern}]})
