"""The queue of events that were given up: its messages, and what happens if it refuses them."""

import io
import json
import threading
import time
from collections.abc import Callable
from typing import Any, cast

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError

from handler.log import Log
from handler.notifier.change import read_change
from handler.notifier.event import event_of
from handler.notifier.failure import Failure
from handler.notifier.given_up import MAX_MESSAGE_BYTES, GivenUpQueue, message_of
from handler.notifier.telling import Telling
from ops.events.given_up import read_given_up
from tests.support.fake_sqs import Clock, FakeSQS
from tests.support.stream_records import Item, item, stream_record

URL = "https://sqs/OrderEventsDLQ"


def failed(new: Item, old: Item | None = None, *, reason: str = "r") -> Telling:
    telling = Telling(stream_record(new, old))
    telling.failure = Failure(reason, "s", is_permanent=True)
    return telling


def keep(
    client: Callable[[], Any], *tellings: Telling, seconds: float = 60
) -> tuple[list[Telling], list[dict[str, Any]]]:
    """Return what the queue has, and the log records."""
    log = io.StringIO()
    queue = GivenUpQueue(URL, client, Log(log))
    kept = queue.keep(tellings, time.monotonic() + seconds)
    return kept, [json.loads(line) for line in log.getvalue().splitlines()]


def test_a_message_has_the_record_and_the_reason() -> None:
    sqs, telling = FakeSQS(Clock()), failed(item("O1"), item("O1", quantity=2))
    assert keep(lambda: sqs, telling) == ([telling], [])
    [body] = sqs.bodies(URL)
    assert json.loads(body) == {"orderId": "O1", "reason": "r", "signature": "s", "record": telling.record}


def test_a_client_is_created_only_for_an_event_that_is_given_up() -> None:
    assert keep(lambda: pytest.fail("no client is needed")) == ([], [])


def test_one_client_is_created_for_all_events() -> None:
    created: list[FakeSQS] = []

    def client() -> FakeSQS:
        created.append(FakeSQS(Clock()))
        return created[-1]

    kept, _ = keep(client, *[failed(item(f"O{number}")) for number in range(30)])
    assert len(kept) == 30
    assert len(created) == 1


def test_a_client_that_cannot_be_created_keeps_nothing() -> None:
    def client() -> FakeSQS:
        raise RuntimeError("a bug")

    kept, [logged] = keep(client, failed(item("O1")))
    assert kept == []
    assert logged["exception"].endswith("RuntimeError: a bug")


@pytest.mark.parametrize(
    "error",
    [
        ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, "SendMessage"),
        ReadTimeoutError(endpoint_url="https://sqs"),
    ],
)
def test_a_queue_that_refuses_keeps_nothing_and_the_log_says_why(error: Exception) -> None:
    def refuse(_operation: str) -> None:
        raise error

    kept, [logged] = keep(lambda: FakeSQS(Clock(), before=refuse), failed(item("O1")))
    assert kept == []
    assert (logged["level"], logged["orderId"], logged["reason"]) == ("WARNING", "O1", str(error))


def test_a_bug_for_one_event_does_not_affect_another() -> None:
    sqs, unreadable, other = FakeSQS(Clock()), failed(item("O1")), failed(item("O2"))
    unreadable.record = {**unreadable.record, "extra": object()}
    kept, [logged] = keep(lambda: sqs, unreadable, other)
    assert kept == [other]
    assert "not JSON serializable" in logged["exception"]


def test_a_queue_that_hangs_keeps_nothing_before_the_deadline() -> None:
    goes_on = threading.Event()
    try:
        kept, _ = keep(
            lambda: FakeSQS(Clock(), before=lambda _: cast("None", goes_on.wait(60))), failed(item("O1")), seconds=0.1
        )
    finally:
        goes_on.set()
    assert kept == []


LARGE = "é" * 190_000  # 380 KB, in the table and in a message
ESCAPED = "\ufffe" * 190_000  # 570 KB in the table and 1.14 MB in a message


@pytest.mark.parametrize(("new", "old"), [("x", "x"), (LARGE, LARGE)])
def test_a_message_contains_both_images(new: str, old: str) -> None:
    telling = failed(item("O1", notes=new), item("O1", notes=old))
    assert json.loads(message_of(telling))["record"] == telling.record


@pytest.mark.parametrize(("new", "old"), [("x", ESCAPED), (ESCAPED, "x")])
def test_a_message_that_would_be_too_large_contains_the_event_instead(new: str, old: str) -> None:
    telling = failed(item("O1", notes=new), item("O1", notes=old, status="packed"))
    change = read_change(telling.record)
    assert change
    telling.event = event_of(change)
    body = message_of(telling)
    message = read_given_up(body)
    assert len(body.encode()) <= MAX_MESSAGE_BYTES
    assert message.event == telling.event
    assert message.event.attributes["eventType"] == "updated"
    assert message.event.attributes["previousStatus"] == "packed"
    assert message.record
    assert not message.record["dynamodb"].keys() & {"NewImage", "OldImage"}


def test_a_large_record_that_the_notifier_could_not_read_keeps_its_key() -> None:
    body = message_of(failed(item("O1", notes=ESCAPED), item("O1")))
    assert len(body.encode()) <= MAX_MESSAGE_BYTES
    assert "\ufffe" not in body
    assert json.loads(body)["record"]["dynamodb"]["Keys"] == {"orderId": {"S": "O1"}}


def test_a_long_reason_is_cut() -> None:
    assert json.loads(message_of(failed(item("O1"), reason="x" * 2000)))["reason"] == "x" * 1000
