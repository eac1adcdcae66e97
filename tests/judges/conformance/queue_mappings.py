"""Cases of event source mappings: the messages of a queue that the function gets, and what its response does."""

import json
import time
from collections import Counter
from collections.abc import Sequence
from typing import Any, Self

from ops.queues import count_messages
from tests.judges.conformance.case import Aws, Service
from tests.judges.conformance.lambda_ import GUIDE
from tests.judges.conformance.queues import Queue, with_dead_letters
from tests.support.waiting import eventually

QUEUE_MAPPINGS = Service("Event source mappings of queues", at_once=10)
ERRORS = f"{GUIDE}, Handling errors for an SQS event source in Lambda"
FILTERS = f"{GUIDE}, Using event filtering with an Amazon SQS event source"
PARTIAL = ("ReportBatchItemFailures",)
VISIBILITY_SECONDS = 4
"""The function has to respond within it."""
LOOKS, LOOK_SECONDS = 3, 0.1
SOURCE = """
import json, os, time
from urllib.parse import urlencode
from urllib.request import urlopen

def request(url, **parameters):
    urlopen(url, urlencode(parameters).encode()).read()

def failed(*identifiers):
    return {"batchItemFailures": [{"itemIdentifier": one} for one in identifiers]}

def retried(records):
    for record in records:
        request(
            os.environ["QUEUE"], Action="ChangeMessageVisibility", ReceiptHandle=record["receiptHandle"],
            VisibilityTimeout="0",
        )
    return failed(*(record["messageId"] for record in records))

def handler(event, context):
    if not event["Records"]:
        return
    request(os.environ["SEEN"], Action="SendMessage", MessageBody=json.dumps(event))
    records = event["Records"]
    bad = [record["messageId"] for record in records if "bad" in record["body"]]
    return eval(os.environ["RESPONSE"])
"""
"""The function passes its event on to another queue, and returns the value of an expression."""


class Mapped:
    """A new queue, and a function that is invoked with its messages."""

    def __init__(
        self,
        aws: Aws,
        response: str,
        *bodies: str,
        queue: Queue | None = None,
        response_types: Sequence[str] = PARTIAL,
        attributes: Any = None,
        **settings: Any,
    ) -> None:
        self.queue = queue or Queue(aws, VisibilityTimeout=str(VISIBILITY_SECONDS))
        self._seen = Queue(aws)
        self.names = {self.queue.send(body, MessageAttributes=attributes or {}): body for body in bodies}
        self.function = aws.function(
            SOURCE, timeout=VISIBILITY_SECONDS, RESPONSE=response, QUEUE=self.queue.url, SEEN=self._seen.url
        )
        self.function.invoke({"Records": []})  # Its start takes none of the visibility timeout.
        self.events: list[dict[str, Any]] = []
        self._lambda = aws.client("lambda")
        self._mapping = self._lambda.create_event_source_mapping(
            FunctionName=self.function.name,
            EventSourceArn=self.queue.arn,
            FunctionResponseTypes=list(response_types),
            **settings,
        )["UUID"]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Delete the mapping: what fails again and again would slow down the other cases."""
        self._lambda.delete_event_source_mapping(UUID=self._mapping)

    def collect(self) -> Counter[str]:
        """How often the function got each body so far."""
        for message in self._seen.receive(WaitTimeSeconds=0):
            self.events.append(json.loads(message["Body"]))
            self._seen.sqs.delete_message(QueueUrl=self._seen.url, ReceiptHandle=message["ReceiptHandle"])
        return Counter(self.names[record["messageId"]] for event in self.events for record in event["Records"])

    def left(self) -> int:
        """How many messages the queue has, those in flight included.

        While a message becomes visible again, LocalStack's counts can miss it. So this is the most of several looks.
        """
        counts = []
        for _ in range(LOOKS):
            counts.append(count_messages(self.queue.sqs, self.queue.url).total)
            time.sleep(LOOK_SECONDS)
        return max(counts)

    def fates(self) -> str:
        """What became of each message after the response: it is deleted, or it comes back."""

        def settled() -> str:
            seen = self.collect()
            if not seen or (self.left() and max(seen.values()) < 2):
                return ""
            return ", ".join(f"{body} {'returns' if seen[body] > 1 else 'deleted'}" for body in self.names.values())

        return eventually(settled, "the end of the batch")


def _fates(aws: Aws, response: str, **settings: Any) -> str:
    """What becomes of a batch of two messages."""
    with Mapped(aws, response, "good", "bad", **settings) as mapped:
        return mapped.fates()


@QUEUE_MAPPINGS.case(
    "With a partial response, the messages that it names come back, and the others are deleted",
    source=ERRORS,
    documented="good deleted, bad returns",
)
def partial_response(aws: Aws) -> str:
    return _fates(aws, "failed(*bad)")


@QUEUE_MAPPINGS.case(
    "An empty list of failures is a success",
    source=ERRORS,
    documented="good deleted, bad deleted",
)
def no_failures(aws: Aws) -> str:
    return _fates(aws, "failed()")


@QUEUE_MAPPINGS.case(
    "Null as the list of failures is a success",
    source=ERRORS,
    documented="good deleted, bad deleted",
)
def null_failures(aws: Aws) -> str:
    return _fates(aws, "{'batchItemFailures': None}")


@QUEUE_MAPPINGS.case("An empty response is a success", source=ERRORS, documented="good deleted, bad deleted")
def empty_response(aws: Aws) -> str:
    return _fates(aws, "{}")


@QUEUE_MAPPINGS.case("Null as the response is a success", source=ERRORS, documented="good deleted, bad deleted")
def null_response(aws: Aws) -> str:
    return _fates(aws, "None")


@QUEUE_MAPPINGS.case(
    "An identifier that no message has fails the whole batch",
    source=ERRORS,
    documented="good returns, bad returns",
)
def unknown_identifier(aws: Aws) -> str:
    return _fates(aws, "failed('unknown')")


@QUEUE_MAPPINGS.case(
    "An empty identifier fails the whole batch",
    source=ERRORS,
    documented="good returns, bad returns",
)
def empty_identifier(aws: Aws) -> str:
    return _fates(aws, "failed('')")


@QUEUE_MAPPINGS.case(
    "Null as identifier fails the whole batch",
    source=ERRORS,
    documented="good returns, bad returns",
)
def null_identifier(aws: Aws) -> str:
    return _fates(aws, "failed(None)")


@QUEUE_MAPPINGS.case(
    "A failure with another key than `itemIdentifier` fails the whole batch",
    source=ERRORS,
    documented="good returns, bad returns",
)
def misspelled_identifier(aws: Aws) -> str:
    return _fates(aws, "{'batchItemFailures': [{'itemIdentifer': one} for one in bad]}")


@QUEUE_MAPPINGS.case(
    "A mapping without `ReportBatchItemFailures` ignores the response",
    source=ERRORS,
    documented="good deleted, bad deleted",
)
def ignored_response(aws: Aws) -> str:
    return _fates(aws, "failed(*bad)", response_types=())


@QUEUE_MAPPINGS.case(
    "After an exception, the whole batch comes back",
    source=ERRORS,
    documented="good returns, bad returns",
)
def exception(aws: Aws) -> str:
    return _fates(aws, "1 / 0")


@QUEUE_MAPPINGS.case(
    "After a timeout, the whole batch comes back",
    source=ERRORS,
    documented="good returns, bad returns",
)
def timeout(aws: Aws) -> str:
    return _fates(aws, "time.sleep(9)")


@QUEUE_MAPPINGS.case(
    "The function can make a failed message visible at once, and then gets it with its next receive count",
    source=f"{GUIDE}, Implementing partial batch responses; SQS API Reference, ChangeMessageVisibility",
    documented="1, 2, 3",
)
def retried_at_once(aws: Aws) -> str:
    with Mapped(aws, "retried(records)", "{}", queue=Queue(aws, VisibilityTimeout="600")) as mapped:
        eventually(lambda: mapped.collect()["{}"] >= 3, "the third attempt")
    counts = sorted(int(event["Records"][0]["attributes"]["ApproximateReceiveCount"]) for event in mapped.events)
    return ", ".join(map(str, counts[:3]))


@QUEUE_MAPPINGS.case(
    "A message that failed `maxReceiveCount` times is a dead letter with its message ID",
    source=ERRORS,
    documented="2 attempts, same ID",
)
def dead_letter(aws: Aws) -> str:
    queue, dead_letters = with_dead_letters(aws)
    queue.sqs.set_queue_attributes(QueueUrl=queue.url, Attributes={"VisibilityTimeout": "600"})
    with Mapped(aws, "retried(records)", "{}", queue=queue) as mapped:
        [letter] = eventually(lambda: dead_letters.receive(WaitTimeSeconds=1), "the dead letter")
    return f"{mapped.collect()['{}']} attempts, {'same' if letter['MessageId'] in mapped.names else 'new'} ID"


@QUEUE_MAPPINGS.case(
    "A batch has at most as many messages as the batch size",
    source=f"{GUIDE}, Using Lambda with Amazon SQS",
    documented="5 messages, at most 2 at once",
)
def batch_size(aws: Aws) -> str:
    with Mapped(aws, "None", *"12345", BatchSize=2) as mapped:
        eventually(lambda: mapped.collect().total() >= 5, "all messages")
    largest = max(len(event["Records"]) for event in mapped.events)
    return f"{mapped.collect().total()} messages, at most {largest} at once"


@QUEUE_MAPPINGS.case(
    "A record has the body, the IDs, the attributes and the source of its message",
    source=f"{GUIDE}, Using Lambda with Amazon SQS",
    documented="complete",
)
def record(aws: Aws) -> str:
    with Mapped(aws, "None", "{}") as mapped:
        eventually(mapped.collect, "the message")
    [found] = mapped.events[0]["Records"]
    keys = {
        *("messageId", "receiptHandle", "body", "attributes", "messageAttributes", "md5OfBody"),
        *("eventSource", "eventSourceARN", "awsRegion"),
    }
    attributes = {"ApproximateReceiveCount", "SentTimestamp", "SenderId", "ApproximateFirstReceiveTimestamp"}
    missing = sorted((keys - set(found)) | (attributes - set(found["attributes"])))
    assert (found["eventSource"], found["eventSourceARN"]) == ("aws:sqs", mapped.queue.arn)
    return f"without {' '.join(missing)}" if missing else "complete"


@QUEUE_MAPPINGS.case(
    "The attributes of a message have keys in camel case",
    source=f"{GUIDE}, Using Lambda with Amazon SQS",
    documented="dataType, stringValue",
)
def message_attributes(aws: Aws) -> str:
    attributes = {"name": {"DataType": "String", "StringValue": "x"}}
    with Mapped(aws, "None", "{}", attributes=attributes) as mapped:
        eventually(mapped.collect, "the message")
    found = mapped.events[0]["Records"][0]["messageAttributes"]["name"]
    return ", ".join(sorted(key for key, value in found.items() if value))


def _filtered(aws: Aws, *bodies: str) -> str:
    """The bodies that the function gets through a filter, as soon as the queue is empty."""
    pattern = json.dumps({"body": {"kind": ["a"]}})
    with Mapped(aws, "None", *bodies, FilterCriteria={"Filters": [{"Pattern": pattern}]}) as mapped:
        eventually(lambda: not mapped.left(), "an empty queue")
        return ", ".join(eventually(mapped.collect, "the messages"))


@QUEUE_MAPPINGS.case(
    "Messages that no filter matches are deleted, and the function does not get them",
    source=FILTERS,
    documented='{"kind": "a"}',
)
def filtered(aws: Aws) -> str:
    return _filtered(aws, '{"kind": "b"}', '{"kind": "a"}')


@QUEUE_MAPPINGS.case(
    "A filter for JSON drops a message that is not JSON",
    source=FILTERS,
    documented='{"kind": "a"}',
)
def filtered_text(aws: Aws) -> str:
    return _filtered(aws, "text", '{"kind": "a"}')


@QUEUE_MAPPINGS.case(
    "A disabled mapping leaves the messages in the queue",
    source=f"{GUIDE}, Using Lambda with Amazon SQS",
    documented="1 left, not received",
)
def disabled(aws: Aws) -> str:
    with Mapped(aws, "None", "{}", Enabled=False) as mapped:
        [message] = mapped.queue.receive()
    count = message["Attributes"]["ApproximateReceiveCount"]
    return f"{mapped.left()} left, {'not received' if count == '1' and not mapped.collect() else 'received'}"
