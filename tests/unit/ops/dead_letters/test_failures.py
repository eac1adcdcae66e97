"""The failures of dead letters, read from a fake log."""

import io
import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest

from handler.log import Log
from handler.processor import Processor
from ops.dead_letters.failures import Failure, FailureClass, attempts_of, last_failures, never_executed, read_failures
from ops.dead_letters.lease import Lease
from tests.support.orders import FakeStore, body, record

GROUP = "/aws/lambda/OrderProcessor"
NOON = datetime(2025, 5, 3, 12, tzinfo=UTC)


class FakeLogs:
    """A log group that returns the lines since a time, one line a page."""

    def __init__(self) -> None:
        self.asked: list[int] = []
        self._events: list[tuple[int, str]] = []

    def wrote(self, when: datetime, line: str) -> None:
        self._events.append((int(when.timestamp() * 1000), line))

    def failed(self, message_id: str, when: datetime, **changes: object) -> None:
        """Write the processor's record of a failed attempt."""
        record = {
            "level": "ERROR",
            "message": "order failed",
            "timestamp": when.isoformat(timespec="milliseconds"),
            "service": "orders",
            "requestId": "r1",
            "messageId": message_id,
            "orderId": "O1",
            "attempt": 1,
            "maxAttempts": 3,
            "errorClass": "transient",
            "reason": "Throttling: slow down",
            "signature": "Throttling",
        }
        self.wrote(when, json.dumps({**record, **changes}))

    def get_paginator(self, operation: str) -> "FakeLogs":
        assert operation == "filter_log_events"
        return self

    def paginate(self, *, logGroupName: str, startTime: int, **_rest: object) -> Iterator[dict[str, Any]]:  # noqa: N803 - boto3's
        assert logGroupName == GROUP
        self.asked.append(startTime)
        for when, line in self._events:
            yield {"events": [{"message": line, "timestamp": when}] if when >= startTime else []}


@pytest.fixture
def logs() -> FakeLogs:
    return FakeLogs()


def seen(message_id: str, *, came_from: Sequence[str] = (), first_seen: datetime = NOON) -> Lease:
    return Lease(
        message_id=message_id,
        logged_as=(message_id, *came_from),
        order_id="O1",
        first_seen=first_seen,
        receipt="receipt",
        position=0,
    )


def reasons(logs: FakeLogs, *letters: Lease) -> dict[str, tuple[str, str]]:
    failures = last_failures(cast("Any", logs), GROUP, letters)
    return {message_id: (failure.kind, failure.reason) for message_id, failure in failures.items()}


def failure(kind: str = "transient", signature: str = "Throttling", *, attempt: int = 1) -> Failure:
    return Failure(message_id="m1", kind=kind, reason="why", signature=signature, attempt=attempt, max_attempts=3)


def test_a_failure_has_all_that_the_processor_said(logs: FakeLogs) -> None:
    logs.failed("m1", NOON, attempt=2)
    assert list(read_failures(cast("Any", logs), GROUP, NOON)) == [
        Failure(
            message_id="m1",
            order_id="O1",
            kind="transient",
            reason="Throttling: slow down",
            signature="Throttling",
            attempt=2,
            max_attempts=3,
            at=NOON,
            request_id="r1",
        )
    ]


def test_what_else_is_in_the_log_is_no_failure(logs: FakeLogs) -> None:
    logs.wrote(NOON, "START RequestId: r1")
    logs.wrote(NOON, json.dumps({"level": "ERROR", "service": "orders", "message": "batch failed", "exception": "…"}))
    logs.wrote(NOON, json.dumps({"level": "INFO", "service": "orders", "message": "batch processed"}))
    logs.wrote(NOON, '{"level": "ERROR", "errorClass": "transient", cut')
    logs.failed("m1", NOON)
    assert [found.message_id for found in read_failures(cast("Any", logs), GROUP, NOON)] == ["m1"]


@pytest.mark.parametrize(
    ("timestamp", "at"),
    [
        ("2025-05-03T17:00:01+05:00", NOON + timedelta(seconds=1)),
        ("0001-01-01T00:00:00+00:00", NOON),
        ("9999-12-31T23:59:59.999+00:00", NOON),
    ],
)
def test_the_time_of_a_failure_is_plausible_and_in_utc(logs: FakeLogs, timestamp: str, at: datetime) -> None:
    logs.failed("m1", NOON, timestamp=timestamp)
    [found] = read_failures(cast("Any", logs), GROUP, NOON)
    assert found.at
    assert (found.at, found.at.tzinfo) == (at, UTC)


PARTS = ("timestamp", "requestId", "reason", "signature", "orderId", "attempt", "maxAttempts")


@pytest.mark.parametrize("wrong", [None, [], {}, "x", 5, True, float("nan"), "9999999999-01-01", "2025-05-03"], ids=str)
@pytest.mark.parametrize("part", PARTS)
def test_a_record_with_a_missing_or_wrong_part_still_says_why_a_letter_failed(
    logs: FakeLogs, part: str, wrong: object
) -> None:
    logs.failed("m1", NOON, **{part: wrong})
    [found] = last_failures(cast("Any", logs), GROUP, [seen("m1")]).values()
    assert (found.message_id, found.kind) == ("m1", "transient")
    assert found.at
    assert isinstance(found.attempt, int)
    assert all(isinstance(text, str) for text in (found.reason, found.signature, found.request_id, found.group_id))


@pytest.mark.parametrize("part", ["messageId", "errorClass"])
@pytest.mark.parametrize("wrong", [None, [], {}, 5, ""], ids=str)
def test_a_record_that_does_not_say_which_message_failed_or_how_is_no_failure(
    logs: FakeLogs, part: str, wrong: object
) -> None:
    logs.failed("m1", NOON, **{part: wrong})
    assert list(read_failures(cast("Any", logs), GROUP, NOON)) == []


def test_a_failure_without_its_numbers_is_not_final(logs: FakeLogs) -> None:
    logs.failed("m1", NOON, attempt=None, maxAttempts=None)
    assert [found.is_final for found in read_failures(cast("Any", logs), GROUP, NOON)] == [False]


def test_the_last_attempt_counts_whatever_order_the_log_tells_them_in(logs: FakeLogs) -> None:
    for attempt in (2, 3, 1):
        logs.failed("m1", NOON + timedelta(minutes=attempt), attempt=attempt, reason=f"attempt {attempt}")
    logs.failed("m2", NOON + timedelta(hours=1), errorClass="invalid", reason="not JSON")
    assert reasons(logs, seen("m1"), seen("m2")) == {"m1": ("transient", "attempt 3"), "m2": ("invalid", "not JSON")}


def test_letters_without_a_record_were_never_executed(logs: FakeLogs) -> None:
    logs.failed("somebody else's", NOON)
    logs.failed("m1", NOON - timedelta(hours=1), reason="before it was there")
    failures = last_failures(cast("Any", logs), GROUP, [seen("m1")])
    assert failures == {"m1": never_executed("m1")}
    assert (failures["m1"].kind, failures["m1"].at) == (FailureClass.NEVER_EXECUTED, None)


def test_a_letter_that_came_from_elsewhere_is_found_under_its_old_id(logs: FakeLogs) -> None:
    logs.failed("old", NOON - timedelta(days=9), errorClass="invalid", reason="not JSON")
    logs.failed("old", NOON - timedelta(days=10), reason="an earlier one")
    assert reasons(logs, seen("new", came_from=["old"]), seen("other")) == {
        "new": ("invalid", "not JSON"),
        "other": never_reason(),
    }


def test_a_letter_that_came_from_elsewhere_and_failed_again_is_found_under_its_own_id(logs: FakeLogs) -> None:
    logs.failed("new", NOON, errorClass="conflict", reason="another content")
    logs.failed("old", NOON - timedelta(days=9), errorClass="invalid", reason="not JSON")
    assert reasons(logs, seen("new", came_from=["old"])) == {"new": ("conflict", "another content")}


def test_the_failures_of_another_message_never_hide_those_of_the_letter_itself(logs: FakeLogs) -> None:
    logs.failed("zzz", NOON + timedelta(hours=1), errorClass="conflict", reason="of zzz")
    logs.failed("m1", NOON, errorClass="invalid", reason="of m1")
    logs.failed("zzz", NOON + timedelta(hours=2), errorClass="conflict", reason="of zzz")
    assert reasons(logs, seen("m1", came_from=["zzz"])) == {"m1": ("invalid", "of m1")}
    # After an edit or a restore:
    assert reasons(logs, seen("m2", came_from=["m1", "zzz"])) == {"m2": ("invalid", "of m1")}
    attempts = attempts_of(cast("Any", logs), GROUP, seen("m2", came_from=["m1", "zzz"]))
    assert [attempt.reason for attempt in attempts] == ["of m1", "of zzz", "of zzz"]


def test_two_letters_that_came_from_the_same_one_share_its_reason(logs: FakeLogs) -> None:
    logs.failed("old", NOON, reason="why")
    assert reasons(logs, seen("a", came_from=["old"]), seen("b", came_from=["old"]), seen("old")) == dict.fromkeys(
        ("a", "b", "old"), ("transient", "why")
    )


def test_the_log_is_read_from_the_oldest_letter_on_and_not_at_all_for_none(logs: FakeLogs) -> None:
    assert reasons(logs) == {}
    assert logs.asked == []
    reasons(logs, seen("m1"), seen("m2", first_seen=NOON - timedelta(days=2)))
    assert logs.asked == [int((NOON - timedelta(days=2)).timestamp() * 1000)]


def never_reason() -> tuple[str, str]:
    return FailureClass.NEVER_EXECUTED, never_executed("any").reason


@pytest.mark.parametrize(
    ("kind", "attempt", "final"),
    [("transient", 1, False), ("transient", 3, True), ("invalid", 1, True), ("conflict", 1, True)],
)
def test_a_failure_is_final_where_no_attempt_follows(kind: str, attempt: int, final: bool) -> None:
    assert failure(kind, attempt=attempt).is_final is final


def test_a_groups_id_is_the_same_today_and_tomorrow() -> None:
    assert failure().group_id == "09f90d"  # sha256("transient\nThrottling")
    assert [len(failure(kind).group_id) for kind in ("invalid", FailureClass.NEVER_EXECUTED)] == [6, 6]


def test_a_groups_id_stands_for_class_and_signature_alone() -> None:
    assert failure().group_id == failure(attempt=3).group_id
    assert len({failure(*pair).group_id for pair in (("a", "b"), ("b", "a"), ("a", "c"), ("ab", ""))}) == 4
    assert never_executed("m1").group_id == never_executed("m2").group_id


def test_a_record_that_many_failures_share_explains_each_of_them(logs: FakeLogs) -> None:
    logs.failed("", NOON, messageIds=["m1", "m2"], messageId=None, reason="Throttling", omitted={"orderId": 2})
    assert reasons(logs, seen("m1"), seen("m2"), seen("m3")) == {
        "m1": ("transient", "Throttling"),
        "m2": ("transient", "Throttling"),
        "m3": ("never executed", never_executed("m3").reason),
    }


def test_a_shortened_order_id_is_not_taken_for_an_order(logs: FakeLogs) -> None:
    logs.failed("m1", NOON, orderId="O1…2", omitted={"orderId": 1_000_000})
    [failure] = read_failures(cast("Any", logs), GROUP, NOON)
    assert (failure.message_id, failure.order_id) == ("m1", None)


def test_records_that_the_processor_shortened_are_read(logs: FakeLogs) -> None:
    stream = io.StringIO()
    processor = Processor(FakeStore(), Log(stream), max_receive_count=3, retry_at_once=lambda _messages, _until: None)
    records = [record("m1", body("x" * 1_000_000)), record("m2", body("x" * 1_000_000, quantity=0))]
    processor.process(records, 60)
    for line in stream.getvalue().splitlines():
        logs.wrote(NOON, line)
    assert reasons(logs, seen("m1"), seen("m2")) == {
        "m1": ("invalid", "orderId is longer than 2048 bytes"),
        "m2": ("invalid", "quantity must be at least 1; orderId is longer than 2048 bytes"),
    }
