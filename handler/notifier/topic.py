"""Publishing events to the topic OrderEvents."""

import hashlib
from collections.abc import Sequence
from functools import partial
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from handler.chunks import batches
from handler.concurrency import Threads
from handler.contract import EventAttribute
from handler.message_group import group_id
from handler.notifier.event import MAX_MESSAGE_BYTES, Event
from handler.notifier.failure import Failure

if TYPE_CHECKING:
    from mypy_boto3_sns import SNSClient
    from mypy_boto3_sns.type_defs import PublishBatchResponseTypeDef

MAX_ENTRIES = 10
"""The maximum number of messages in one request, which has the size limit of one message (SNS, PublishBatch)."""
PERMANENT_ERRORS = frozenset(
    {
        "BatchRequestTooLong",
        "InvalidParameter",
        "InvalidParameterValue",
        "ParameterValueInvalid",
        "ValidationError",
        "ValidationException",
    }
)
"""The error codes of an event that SNS never accepts, alone in a request (SNS API Reference, PublishBatch)."""

NO_TIME_LEFT = Failure("the function had no time left to wait for SNS", "no time left")
NO_ANSWER = Failure("SNS did not answer for this event", "no answer for the event")


class EventTopic:
    """Publishes events with as few requests as possible, several at once.

    A FIFO topic delivers the events of an order in order, and drops an event that repeats within five minutes.
    """

    def __init__(self, arn: str, client: "SNSClient") -> None:
        self._arn = arn
        self._client = client
        self._is_fifo = arn.endswith(".fifo")
        self._threads = Threads()

    def publish(self, events: Sequence[Event], deadline: float) -> list[Failure | None]:
        """Publish events, each of another order. Returns a failure or None for each event, in the same sequence.

        The deadline is a time of `time.monotonic`, in seconds. An event that is not published by then has failed,
        although a request that was already sent may still publish it.
        """
        size_of = attrgetter("size")
        requests = list(batches(events, size_of, max_items=MAX_ENTRIES, max_bytes=MAX_MESSAGE_BYTES))
        answers = self._threads.run([partial(self._publish, request) for request in requests], deadline)
        failures: list[Failure | None] = []
        for request, answer in zip(requests, answers, strict=True):
            failures += answer or [NO_TIME_LEFT] * len(request)
        return failures

    def _publish(self, events: Sequence[Event]) -> list[Failure | None]:
        """Publish with one request. If SNS rejects it as a whole, publish each event with a request of its own."""
        try:
            answer = self._client.publish_batch(
                TopicArn=self._arn,
                PublishBatchRequestEntries=[self._entry(str(at), event) for at, event in enumerate(events)],
            )
            return _failures(answer, len(events))
        except ClientError as error:
            code = str(error.response.get("Error", {}).get("Code", "Unknown"))
            failure = Failure(str(error), code, code in PERMANENT_ERRORS)
            is_due_to_an_event = failure.is_permanent
        except BotoCoreError as error:
            failure, is_due_to_an_event = Failure(str(error), type(error).__name__), False
        except Exception as bug:  # noqa: BLE001 - one of the events may have caused it, which must not affect the others
            failure, is_due_to_an_event = Failure.of_bug(bug), True
        if is_due_to_an_event and len(events) > 1:
            return [alone for event in events for alone in self._publish([event])]
        return [failure] * len(events)

    def _entry(self, identity: str, event: Event) -> Any:
        attributes = {name: {"DataType": "String", "StringValue": value} for name, value in event.attributes.items()}
        entry = {"Id": identity, "Message": event.body, "MessageAttributes": attributes}
        if not self._is_fifo:
            return entry
        # With its type, so that a replay, which tells less, does not take the place of the event itself.
        told = f"{event.attributes[EventAttribute.TYPE]} {event.event_id}"
        deduplication_id = hashlib.sha256(told.encode()).hexdigest()
        return {**entry, "MessageGroupId": group_id(event.order_id), "MessageDeduplicationId": deduplication_id}


def _failures(answer: "PublishBatchResponseTypeDef", count: int) -> list[Failure | None]:
    """Return what SNS answered for each event of a request."""
    failures: list[Failure | None] = [NO_ANSWER] * count
    for success in answer.get("Successful", []):
        failures[int(success["Id"])] = None
    for failed in answer.get("Failed", []):
        code = failed["Code"]
        reason = ": ".join(filter(None, (code, failed.get("Message"))))
        failures[int(failed["Id"])] = Failure(reason, code, code in PERMANENT_ERRORS)
    return failures
