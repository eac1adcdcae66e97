"""The response to an event source mapping that reports failures one by one."""

from collections.abc import Iterable
from typing import TypedDict


class BatchItemFailure(TypedDict):
    itemIdentifier: str


class BatchResponse(TypedDict):
    """The failed records: message IDs of a queue, or sequence numbers of a stream.

    Messages return to the queue. A stream starts again at its lowest failed record.
    """

    batchItemFailures: list[BatchItemFailure]


def failed_response(identifiers: Iterable[str]) -> BatchResponse:
    return {"batchItemFailures": [{"itemIdentifier": identifier} for identifier in identifiers]}
