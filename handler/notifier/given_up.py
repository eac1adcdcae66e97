"""The queue of events that the notifier gave up, with everything that is needed to tell them later."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from handler.concurrency import Threads
from handler.contract import GivenUpField, RecordField
from handler.log import Log
from handler.notifier.telling import Telling

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

MAX_MESSAGE_BYTES = 1_048_576
"""The largest message of a queue (SQS API Reference, SendMessage)."""
MAX_REASON_CHARACTERS = 1000

# The other characters that SQS refuses (SQS API Reference, SendMessage) are escaped in every JSON text.
_NOT_FOR_SQS = re.compile("[\ud800-\udfff\ufffe\uffff]")
_NOT_KEPT = "an event could not be given up"


class GivenUpQueue:
    """Sends records of the stream to the queue OrderEventsDLQ.

    `client` is called on first use, because most instances of the function never need an SQS client.
    """

    def __init__(self, url: str, client: Callable[[], "SQSClient"], log: Log) -> None:
        self._url = url
        self._client = client
        # Its own threads: requests to SNS that hang must not take them.
        self._threads = Threads()
        self._log = log

    def keep(self, tellings: Sequence[Telling], deadline: float) -> list[Telling]:
        """Send the records of failed events to the queue. Returns those that the queue has before the deadline."""
        if not tellings:
            return []
        try:
            client = self._client()  # here, because botocore's session must not create clients in several threads
        except Exception:  # noqa: BLE001 - it must not affect other events
            self._log.bug(_NOT_KEPT)
            return []
        kept = self._threads.run([partial(self._keep, client, telling) for telling in tellings], deadline)
        return [telling for telling, is_kept in zip(tellings, kept, strict=True) if is_kept]

    def _keep(self, client: "SQSClient", telling: Telling) -> bool:
        try:
            client.send_message(QueueUrl=self._url, MessageBody=message_of(telling))
        except (ClientError, BotoCoreError) as error:
            self._log.warning(_NOT_KEPT, {RecordField.ORDER_ID: telling.order_id, RecordField.REASON: str(error)})
            return False
        except Exception:  # noqa: BLE001 - it must not affect other events
            self._log.bug(_NOT_KEPT)
            return False
        return True


def message_of(telling: Telling) -> str:
    """Return the body of the message about a failed event: its record, or the event if the images are too large."""
    assert telling.failure, "only a failed event is given up"
    fields = {
        GivenUpField.ORDER_ID: telling.order_id,
        GivenUpField.REASON: telling.failure.reason[:MAX_REASON_CHARACTERS],
        GivenUpField.SIGNATURE: telling.failure.signature[:MAX_REASON_CHARACTERS],
    }
    body = _sqs_text({**fields, GivenUpField.RECORD: telling.record})
    if len(body.encode()) <= MAX_MESSAGE_BYTES:
        return body
    event = {GivenUpField.EVENT: telling.event._asdict()} if telling.event else {}
    return _sqs_text({**fields, GivenUpField.RECORD: _without_images(telling.record), **event})


def _sqs_text(document: Mapping[str, Any]) -> str:
    """Return a document as JSON. Only what SQS refuses is escaped, because an escape is longer than its character."""
    text = json.dumps(document, ensure_ascii=False)
    return _NOT_FOR_SQS.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def _without_images(record: Mapping[str, Any]) -> Mapping[str, Any]:
    change = {name: value for name, value in record["dynamodb"].items() if name not in {"NewImage", "OldImage"}}
    return {**record, "dynamodb": change}
