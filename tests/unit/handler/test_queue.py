"""Messages that can never succeed are received again at once, as far as there is time for it."""

import io
import json
import time
from collections.abc import Sequence
from typing import Any

import pytest
from botocore.exceptions import ConnectionClosedError

from handler.log import Log
from handler.queue import MAX_ENTRIES, receive_again
from tests.support.orders import record


class FakeQueue:
    """Takes what it is asked, or fails."""

    def __init__(self, failure: Exception | None = None) -> None:
        self.made_visible: list[list[str]] = []
        self._failure = failure

    def change_message_visibility_batch(self, *, QueueUrl: str, Entries: Sequence[Any]) -> None:  # noqa: N803 - boto3's
        assert QueueUrl == "url"
        assert [entry["VisibilityTimeout"] for entry in Entries] == [0] * len(Entries)
        assert len({entry["Id"] for entry in Entries}) == len(Entries)
        self.made_visible.append([entry["ReceiptHandle"] for entry in Entries])
        if self._failure:
            raise self._failure


def retried(queue: FakeQueue, count: int, *, seconds_left: float = 60, url: str = "url") -> list[dict[str, Any]]:
    """Asks for messages to be received again, and returns what was logged."""
    stream = io.StringIO()
    again = receive_again(url, lambda: queue, Log(stream), longest_request_seconds=2)  # type: ignore[arg-type,return-value]  # as far as a queue is needed
    again([record("m", "{") for _ in range(count)], time.monotonic() + seconds_left)
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_messages_are_made_visible_as_many_together_as_sqs_takes() -> None:
    queue = FakeQueue()
    assert retried(queue, 2 * MAX_ENTRIES + 1) == []
    assert [len(made) for made in queue.made_visible] == [MAX_ENTRIES, MAX_ENTRIES, 1]


def test_nothing_is_begun_that_could_take_until_after_the_deadline() -> None:
    queue = FakeQueue()
    retried(queue, 1, seconds_left=1.9)
    assert queue.made_visible == []


def test_a_failure_is_logged_and_nothing_else() -> None:
    queue = FakeQueue(ConnectionClosedError(endpoint_url="https://sqs"))
    [entry] = retried(queue, 1)
    assert (entry["level"], entry["message"]) == ("WARNING", "messages could not be made visible at once")


@pytest.mark.parametrize("count", [0, 3])
def test_without_a_queues_url_they_are_left_alone(count: int) -> None:
    queue = FakeQueue()
    assert retried(queue, count, url="") == []
    assert queue.made_visible == []
