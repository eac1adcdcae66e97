"""Publishing events: the requests to SNS, and what becomes of each event."""

import hashlib
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any, cast

import pytest
from botocore.exceptions import EndpointConnectionError, ReadTimeoutError

from handler.notifier.change import read_change
from handler.notifier.event import MAX_MESSAGE_BYTES, Event, event_of
from handler.notifier.failure import Failure
from handler.notifier.topic import NO_ANSWER, NO_TIME_LEFT, EventTopic
from tests.support.fake_sns import TOPIC, Entry, FakeSNS, order_id, sns_error
from tests.support.stream_records import item, stream_record


def event(name: str, **changes: object) -> Event:
    change = read_change(stream_record(item(name, **changes)))
    assert change
    return event_of(change)


def publish(sns: FakeSNS, events: Sequence[Event], *, arn: str = TOPIC, seconds: float = 60) -> list[Failure | None]:
    topic = EventTopic(arn, cast("Any", sns))
    return topic.publish(events, time.monotonic() + seconds)


def raising(error: Exception, *, for_order: str | None = None) -> Callable[[Sequence[Entry]], None]:
    """Raise an error for each request, or for each with an order."""

    def before(entries: Sequence[Entry]) -> None:
        if for_order is None or for_order in map(order_id, entries):
            raise error

    return before


def refusing(name: str, code: str) -> FakeSNS:
    return FakeSNS(refuse=lambda entry: code if order_id(entry) == name else None)


def test_ten_events_share_a_request() -> None:
    sns = FakeSNS()
    assert publish(sns, [event(f"O{number}") for number in range(23)]) == [None] * 23
    assert sorted(map(len, sns.requests)) == [3, 10, 10]
    assert sorted(sns.ids) == sorted(f"O{number}@2025-05-03T12:00:00Z" for number in range(23))


def test_large_events_share_a_request_only_up_to_its_limit() -> None:
    sns = FakeSNS()
    half = [event(f"O{number}", notes="x" * (MAX_MESSAGE_BYTES // 2 - 1000)) for number in range(3)]
    assert publish(sns, half) == [None] * 3
    assert sorted(map(len, sns.requests)) == [1, 2]


def test_nothing_to_publish_needs_no_request() -> None:
    sns = FakeSNS()
    assert publish(sns, []) == []
    assert sns.requests == []


def test_a_standard_topic_gets_no_group() -> None:
    sns = FakeSNS()
    publish(sns, [event("O1")])
    assert sns.published[0].keys() == {"Id", "Message", "MessageAttributes"}


def test_a_fifo_topic_gets_the_order_as_group_and_the_version_as_deduplication_id() -> None:
    sns = FakeSNS()
    publish(sns, [event("O1"), event("O 2 é")], arn=f"{TOPIC}.fifo")
    first, second = sns.published
    assert first["MessageGroupId"] == "O1"
    assert second["MessageGroupId"] == "sha256:" + hashlib.sha256("O 2 é".encode()).hexdigest()
    assert first["MessageDeduplicationId"] == hashlib.sha256(b"stored O1@2025-05-03T12:00:00Z").hexdigest()
    assert first["MessageDeduplicationId"] != second["MessageDeduplicationId"]


def test_a_replay_on_a_fifo_topic_does_not_take_the_place_of_the_event_itself() -> None:
    sns, stored = FakeSNS(), event("O1")
    replayed = stored._replace(attributes={**stored.attributes, "eventType": "replayed"})
    for one in (stored, replayed, stored):
        publish(sns, [one], arn=f"{TOPIC}.fifo")
    first, replay, repeated = (entry["MessageDeduplicationId"] for entry in sns.published)
    assert first == repeated != replay


@pytest.mark.parametrize("code", ["Throttled", "InternalError", "KMSThrottling", "SomethingNew"])
def test_an_event_that_sns_refuses_for_now_fails_alone(code: str) -> None:
    failures = publish(refusing("O2", code), [event("O1"), event("O2"), event("O3")])
    assert [failure and failure.signature for failure in failures] == [None, code, None]
    assert not any(failure and failure.is_permanent for failure in failures)


def test_an_event_that_sns_never_accepts_fails_for_good() -> None:
    [failure, other] = publish(refusing("O1", "InvalidParameter"), [event("O1"), event("O2")])
    assert failure == Failure("InvalidParameter", "InvalidParameter", is_permanent=True)
    assert other is None


def test_an_event_that_is_missing_from_the_answer_has_failed() -> None:
    sns = FakeSNS(after=lambda entries: {"Successful": [{"Id": entries[1]["Id"]}]})
    assert publish(sns, [event("O1"), event("O2")]) == [NO_ANSWER, None]


@pytest.mark.parametrize(
    ("error", "signature"),
    [
        (sns_error("Throttling"), "Throttling"),
        (sns_error("AuthorizationError"), "AuthorizationError"),
        (sns_error("NotFound"), "NotFound"),
        (sns_error("KMSAccessDenied"), "KMSAccessDenied"),
        (ReadTimeoutError(endpoint_url="https://sns"), "ReadTimeoutError"),
        (EndpointConnectionError(endpoint_url="https://sns"), "EndpointConnectionError"),
    ],
)
def test_a_request_that_fails_is_not_repeated_and_fails_all_its_events_for_now(
    error: Exception, signature: str
) -> None:
    sns = FakeSNS(before=raising(error))
    failures = publish(sns, [event("O1"), event("O2")])
    assert [failure and (failure.signature, failure.is_permanent) for failure in failures] == [(signature, False)] * 2
    assert len(sns.requests) == 1


@pytest.mark.parametrize(
    "code", ["InvalidParameter", "ParameterValueInvalid", "ValidationException", "BatchRequestTooLong"]
)
def test_a_request_that_sns_never_accepts_is_split_so_that_only_its_cause_fails(code: str) -> None:
    sns = FakeSNS(before=raising(sns_error(code), for_order="O2"))
    failures = publish(sns, [event("O1"), event("O2"), event("O3")])
    assert [failure and (failure.signature, failure.is_permanent) for failure in failures] == [None, (code, True), None]


def test_a_bug_that_one_event_meets_fails_that_event_with_its_traceback() -> None:
    failures = publish(FakeSNS(before=raising(KeyError("a bug"), for_order="O2")), [event("O1"), event("O2")])
    assert failures[0] is None
    assert failures[1]
    assert (failures[1].signature, failures[1].is_permanent) == ("KeyError", False)
    assert failures[1].exception.startswith("Traceback")


@pytest.mark.parametrize("answer", [{"Successful": [{"Id": "7"}]}, {"Successful": [{}]}, {"Failed": [{"Id": "x"}]}])
def test_an_answer_that_makes_no_sense_fails_all_events_of_its_request(answer: dict[str, object]) -> None:
    failures = publish(FakeSNS(after=lambda _entries: answer), [event("O1"), event("O2")])
    assert all(failure and failure.exception and not failure.is_permanent for failure in failures)


def test_a_request_that_hangs_does_not_delay_the_answer_for_others() -> None:
    goes_on = threading.Event()

    def hang(entries: Sequence[Entry]) -> None:
        if "O1" in map(order_id, entries):
            goes_on.wait(60)

    sns = FakeSNS(before=hang)
    large = [event(name, notes="x" * (MAX_MESSAGE_BYTES - 1000)) for name in ("O1", "O2")]
    try:
        assert publish(sns, large, seconds=1) == [NO_TIME_LEFT, None]
    finally:
        goes_on.set()


def test_after_the_deadline_nothing_is_sent() -> None:
    sns = FakeSNS()
    assert publish(sns, [event("O1")], seconds=-1) == [NO_TIME_LEFT]
    assert sns.requests == []
