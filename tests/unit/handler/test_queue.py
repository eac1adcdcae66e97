"""Permanent failures are retried at once, if there is time for it."""

import io
import json
import time
from collections.abc import Sequence
from typing import Any

import pytest
from botocore.exceptions import ConnectionClosedError

from handler.log import Log
from handler.message import Message
from handler.queue import MAX_ENTRIES, RetryAtOnce
from tests.support.orders import record
from tests.support.valid_request import check_request


class FakeQueue:
    """Accepts every request, or fails."""

    def __init__(self, failure: Exception | None = None) -> None:
        self.retried: list[list[str]] = []
        self._failure = failure
        self.refused: list[dict[str, str]] = []

    def change_message_visibility_batch(self, *, QueueUrl: str, Entries: Sequence[Any]) -> dict[str, Any]:  # noqa: N803 - boto3's
        check_request("sqs", "ChangeMessageVisibilityBatch", {"QueueUrl": QueueUrl, "Entries": Entries})
        assert QueueUrl == "url"
        assert [entry["VisibilityTimeout"] for entry in Entries] == [0] * len(Entries)
        assert len({entry["Id"] for entry in Entries}) == len(Entries)
        self.retried.append([entry["ReceiptHandle"] for entry in Entries])
        if self._failure:
            raise self._failure
        return {"Successful": [], "Failed": self.refused}


def retried(queue: FakeQueue, count: int, *, seconds_left: float = 60, url: str = "url") -> list[dict[str, Any]]:
    """Retries messages at once. Returns the log records."""
    stream = io.StringIO()
    retry_at_once = RetryAtOnce(url, lambda: queue, Log(stream), longest_request_seconds=2)  # type: ignore[arg-type,return-value]  # a fake of the method in use
    retry_at_once([Message.from_record(record("m", "{")) for _ in range(count)], time.monotonic() + seconds_left)
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_messages_are_retried_in_batches_as_large_as_sqs_allows() -> None:
    queue = FakeQueue()
    assert retried(queue, 2 * MAX_ENTRIES + 1) == []
    assert [len(receipts) for receipts in queue.retried] == [MAX_ENTRIES, MAX_ENTRIES, 1]
    assert {receipt for receipts in queue.retried for receipt in receipts} == {"receipt of m"}


def test_no_request_starts_that_could_end_after_the_deadline() -> None:
    queue = FakeQueue()
    retried(queue, 1, seconds_left=1.9)
    assert queue.retried == []


def test_a_failure_is_only_logged() -> None:
    queue = FakeQueue(ConnectionClosedError(endpoint_url="https://sqs"))
    [entry] = retried(queue, 1)
    assert (entry["level"], entry["message"]) == ("WARNING", "messages could not be made visible at once")
    assert "https://sqs" in entry["reason"]


def test_an_unexpected_exception_is_logged_and_the_other_messages_are_retried() -> None:
    queue = FakeQueue(KeyError("a bug"))
    first, second = retried(queue, MAX_ENTRIES + 1)
    assert first["message"] == second["message"] == "messages could not be made visible at once"
    assert "KeyError: 'a bug'" in first["exception"]
    assert [len(receipts) for receipts in queue.retried] == [MAX_ENTRIES, 1]


def test_a_message_that_sqs_refuses_is_logged() -> None:
    queue = FakeQueue()
    queue.refused = [{"Id": "1", "Code": "ReceiptHandleIsInvalid"}]
    [entry] = retried(queue, 3)
    assert (entry["level"], entry["message"]) == ("WARNING", "messages could not be made visible at once")
    assert entry["reason"] == "1 of 3: ReceiptHandleIsInvalid"


@pytest.mark.parametrize("count", [0, 3])
def test_without_a_queue_url_nothing_is_retried(count: int) -> None:
    queue = FakeQueue()
    assert retried(queue, count, url="") == []
    assert queue.retried == []
