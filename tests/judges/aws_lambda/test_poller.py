"""The poller itself, on ElasticMQ: what it does with each kind of response."""

from collections.abc import Callable, Sequence
from typing import Any
from uuid import uuid4

import pytest

from ops.queues import count_messages
from tests.judges.aws_lambda.bootstrap import InvocationError
from tests.judges.aws_lambda.flow import sqs_of
from tests.judges.aws_lambda.poller import Poller

PARTIAL = ("ReportBatchItemFailures",)


@pytest.fixture
def left(elasticmq: str) -> Callable[..., int]:
    """Poll a batch of two messages, and return how many of them the queue keeps."""

    def poll(invoke: Callable[[Any], Any], response_types: Sequence[str] = PARTIAL) -> int:
        sqs = sqs_of(elasticmq)
        url = sqs.create_queue(QueueName=uuid4().hex)["QueueUrl"]
        sqs.send_message_batch(QueueUrl=url, Entries=[{"Id": str(n), "MessageBody": str(n)} for n in range(2)])
        assert Poller(sqs, url, invoke, {"batchSize": 10, "functionResponseTypes": response_types}).poll() == 2
        return count_messages(sqs, url).total

    return poll


def first_fails(event: Any) -> Any:
    return {"batchItemFailures": [{"itemIdentifier": event["Records"][0]["messageId"]}]}


def raises(_event: Any) -> Any:
    raise InvocationError("Task timed out after 3.00 seconds")


def test_messages_that_did_not_fail_are_deleted(left: Callable[..., int]) -> None:
    assert left(first_fails) == 1


@pytest.mark.parametrize("response", [None, {}, {"batchItemFailures": None}, {"batchItemFailures": []}], ids=str)
def test_all_messages_are_deleted_if_the_response_names_no_failure(left: Callable[..., int], response: Any) -> None:
    assert left(lambda _: response) == 0


@pytest.mark.parametrize("failure", [{"itemIdentifier": "unknown"}, {"itemIdentifier": ""}, {}], ids=str)
def test_no_message_is_deleted_if_the_response_is_malformed(left: Callable[..., int], failure: Any) -> None:
    assert left(lambda _: {"batchItemFailures": [failure]}) == 2


def test_no_message_is_deleted_after_an_error(left: Callable[..., int]) -> None:
    assert left(raises) == 2


def test_without_partial_responses_a_failed_message_would_be_lost(left: Callable[..., int]) -> None:
    assert left(first_fails, response_types=()) == 0
