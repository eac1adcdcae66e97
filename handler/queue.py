"""Messages that can never succeed need not wait for their next receives."""

import time
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from handler.chunks import chunked
from handler.log import Log

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sqs.type_defs import ChangeMessageVisibilityBatchRequestEntryTypeDef

MAX_ENTRIES = 10
"""The most messages of one request (SQS API Reference, ChangeMessageVisibilityBatch)."""

Receipts = Sequence[Mapping[str, Any]]


MakeVisible = Callable[[Receipts, float], None]
"""Given records and a deadline on the clock of `time.monotonic`, makes SQS hand the records out again at once."""


def receive_again(
    queue_url: str, client: Callable[[], "SQSClient"], log: Log, *, longest_request_seconds: float
) -> MakeVisible:
    """A function that makes SQS hand out records again at once; without a queue's URL, one that leaves them alone.

    The client is asked for when it is needed: most instances never see such a message, and need not make one.
    It is a favour to whoever waits for the dead letter: where it fails, or could take until after the deadline, the
    visibility timeout passes as always.
    """

    def make_visible(records: Receipts, deadline: float) -> None:
        for chunk in chunked(records, MAX_ENTRIES):
            if time.monotonic() + longest_request_seconds > deadline:
                return
            entries: list[ChangeMessageVisibilityBatchRequestEntryTypeDef] = [
                # Positions and not message ids: one batch may hold the same message twice.
                {"Id": str(position), "ReceiptHandle": record["receiptHandle"], "VisibilityTimeout": 0}
                for position, record in enumerate(chunk)
            ]
            try:
                client().change_message_visibility_batch(QueueUrl=queue_url, Entries=entries)
            except (ClientError, BotoCoreError) as error:
                log.warning("messages could not be made visible at once", reason=str(error))

    return make_visible if queue_url else lambda _records, _deadline: None
