"""A stand-in for Lambda's event source mapping on a queue: AWS has published no code for it.

It does what the Lambda Developer Guide says about SQS event sources and their errors.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from tests.judges.aws_lambda.bootstrap import InvocationError

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sqs.type_defs import MessageTypeDef

MAX_MESSAGES = 10
"""The most messages of a receive (SQS API Reference, ReceiveMessage)."""


class Poller:
    """Receives batches, invokes the function, and deletes the messages that succeeded.

    `mapping` are the inputs of the event source mapping in the program.
    """

    def __init__(
        self, sqs: "SQSClient", queue_url: str, invoke: Callable[[Any], Any], mapping: Mapping[str, Any]
    ) -> None:
        self._sqs = sqs
        self._url = queue_url
        self._invoke = invoke
        self._size = min(int(mapping["batchSize"]), MAX_MESSAGES)
        self._is_partial = "ReportBatchItemFailures" in mapping["functionResponseTypes"]

    def poll(self) -> int:
        """Process one batch. Returns the number of messages in it."""
        received = self._sqs.receive_message(
            QueueUrl=self._url, MaxNumberOfMessages=self._size, WaitTimeSeconds=1, AttributeNames=["All"]
        ).get("Messages", [])
        if received:
            failed = self._failed([message["MessageId"] for message in received], received)
            self._delete([message for message in received if message["MessageId"] not in failed])
        return len(received)

    def _failed(self, ids: Sequence[str], received: "Sequence[MessageTypeDef]") -> set[str]:
        """Return the messages that SQS will deliver again: all of them after an error or a malformed response."""
        try:
            response = self._invoke({"Records": [_record(message) for message in received]})
        except InvocationError:
            return set(ids)
        if not self._is_partial:
            return set()
        failures = (response or {}).get("batchItemFailures") or []
        failed = {failure.get("itemIdentifier") for failure in failures}
        return failed if failed.issubset(ids) else set(ids)

    def _delete(self, messages: "Sequence[MessageTypeDef]") -> None:
        for message in messages:
            self._sqs.delete_message(QueueUrl=self._url, ReceiptHandle=message["ReceiptHandle"])


def _record(message: "MessageTypeDef") -> dict[str, Any]:
    """Return a message as Lambda passes it to the function."""
    return {
        "messageId": message["MessageId"],
        "receiptHandle": message["ReceiptHandle"],
        "body": message["Body"],
        "attributes": message["Attributes"],
        "messageAttributes": {},
        "md5OfBody": message["MD5OfBody"],
        "eventSource": "aws:sqs",
        "eventSourceARN": "arn:aws:sqs:us-east-1:000000000000:OrderQueue",
        "awsRegion": "us-east-1",
    }
