"""Retrying orders at once that can never be stored, so that they reach the dead-letter queue sooner."""

import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from handler.chunks import chunked
from handler.contract import RecordField
from handler.log import Log
from handler.message import Message

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sqs.type_defs import ChangeMessageVisibilityBatchRequestEntryTypeDef

MAX_ENTRIES = 10
"""The maximum number of messages in one request (SQS API Reference, ChangeMessageVisibilityBatch)."""

_FAILED = "messages could not be made visible at once"


class RetryAtOnce:
    """Sets the visibility timeout of messages to 0, so that SQS delivers them again at once.

    Without a queue URL it does nothing. `client` is called on first use, because most instances of the function never
    need an SQS client. Best effort: after any error, or if a request could end after the deadline, the messages stay
    hidden until their visibility timeout ends.
    """

    def __init__(
        self, queue_url: str, client: Callable[[], "SQSClient"], log: Log, *, longest_request_seconds: float
    ) -> None:
        self._queue_url = queue_url
        self._client = client
        self._log = log
        self._longest_request_seconds = longest_request_seconds

    def __call__(self, messages: Sequence[Message], deadline: float) -> None:
        """Retry messages at once. The deadline is a time of `time.monotonic`, in seconds."""
        for chunk in chunked(messages, MAX_ENTRIES) if self._queue_url else ():
            if time.monotonic() + self._longest_request_seconds > deadline:
                return
            self._retry(chunk)

    def _retry(self, messages: Sequence[Message]) -> None:
        entries: list[ChangeMessageVisibilityBatchRequestEntryTypeDef] = [
            # The Id is a position and not the message ID, because one batch can contain the same message twice.
            {"Id": str(position), "ReceiptHandle": message.receipt_handle, "VisibilityTimeout": 0}
            for position, message in enumerate(messages)
        ]
        try:
            answer = self._client().change_message_visibility_batch(QueueUrl=self._queue_url, Entries=entries)
        except (ClientError, BotoCoreError) as error:
            self._log.warning(_FAILED, {RecordField.REASON: str(error)})
        except Exception:  # noqa: BLE001 - it must not affect other messages
            self._log.bug(_FAILED)
        else:
            if refused := (answer or {}).get("Failed"):
                reason = f"{len(refused)} of {len(messages)}: {refused[0].get('Code')}"
                self._log.warning(_FAILED, {RecordField.REASON: reason})
