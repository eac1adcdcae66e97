"""Processing batches: the response, the log records with their metrics, and the messages that are retried at once."""

import io
import json
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from handler.contract import OutcomeMetric
from handler.log import MAX_VALUES, Log
from handler.message import Message
from handler.order import Order, parse_order
from handler.outcome import NO_TIME_LEFT, Kind, Outcome, transient
from handler.processor import Processor
from handler.store import OrderStore
from tests.support.orders import FakeStore, body, record


class RefusingStore(FakeStore):
    """A store that fails one of the orders."""

    def __init__(self, order_id: str, outcome: Outcome) -> None:
        super().__init__()
        self._failure = order_id, outcome

    def _put(self, order: Order) -> Outcome:
        order_id, outcome = self._failure
        return outcome if order.order_id == order_id else super()._put(order)


class BrokenStore(FakeStore):
    """A store with a bug."""

    def _put(self, order: Order) -> Outcome:
        raise RuntimeError(f"a bug, raised for {order.order_id}")


class PartlyBrokenStore(FakeStore):
    """A store with a bug that one order meets."""

    def _put(self, order: Order) -> Outcome:
        if order.order_id == "O2":
            raise RuntimeError("a bug, raised for O2")
        return super()._put(order)


class Run:
    """A processed batch: its response, its log records and the messages that were retried at once."""

    def __init__(self, store: OrderStore, *records: Mapping[str, Any], seconds_left: float = 5) -> None:
        stream = io.StringIO()
        self.at_once: list[str] = []
        processor = Processor(
            store,
            Log(stream),
            max_receive_count=3,
            retry_at_once=lambda messages, _: self.at_once.extend(message.message_id for message in messages),
        )
        response = processor.process(list(records), seconds_left)
        self.response = response
        self.failed = [failure["itemIdentifier"] for failure in response["batchItemFailures"]]
        log = [json.loads(line) for line in stream.getvalue().splitlines()]
        self.batches = [entry for entry in log if entry["message"] == "batch processed"]
        self.failures = [entry for entry in log if entry["message"] == "order failed"]
        self.tracebacks = [entry["exception"] for entry in log if "exception" in entry]


THROTTLED = transient("slow down", "ThrottlingException")


def test_orders_are_stored_and_nothing_is_reported() -> None:
    store = FakeStore()
    assert Run(store, record("m1", body("O1")), record("m2", body("O2"))).failed == []
    assert set(store.orders) == {"O1", "O2"}


def test_a_bad_order_fails_alone() -> None:
    store = FakeStore()
    assert Run(store, record("m1", body("O1")), record("m2", "{"), record("m3", body("O3"))).failed == ["m2"]
    assert set(store.orders) == {"O1", "O3"}


def test_an_order_that_could_not_be_stored_fails_alone() -> None:
    store = RefusingStore("O2", THROTTLED)
    assert Run(store, *(record(f"m{n}", body(f"O{n}")) for n in (1, 2, 3))).failed == ["m2"]
    assert set(store.orders) == {"O1", "O3"}


def test_duplicates_and_stale_orders_are_successes() -> None:
    store = FakeStore()
    Run(store, record("m1", body("O1")))
    stale = body("O1", timestamp="2024-01-01T00:00:00Z")
    assert Run(store, record("m2", body("O1")), record("m3", stale)).failed == []


def test_when_all_fail_all_are_reported() -> None:
    assert Run(FakeStore(), record("m1", ""), record("m2", "")).failed == ["m1", "m2"]


def test_an_empty_batch_has_a_response() -> None:
    assert Run(FakeStore()).failed == []


def test_the_message_group_of_an_order_changes_nothing() -> None:
    grouped = record("m1", body("O1"))
    grouped["attributes"]["MessageGroupId"] = "U123"
    assert Message.from_record(grouped) == Message.from_record(record("m1", body("O1")))


def test_a_message_that_is_in_the_batch_twice_is_reported_once() -> None:
    assert Run(FakeStore(), record("m1", ""), record("m1", "")).failed == ["m1"]


def test_each_receive_of_a_message_that_is_in_the_batch_twice_is_logged_and_retried() -> None:
    run = Run(FakeStore(), record("m1", ""), record("m1", "", attempt=2))
    assert [(entry["messageId"], entry["attempt"]) for entry in run.failures] == [("m1", 1), ("m1", 2)]
    assert run.at_once == ["m1", "m1"]


def test_a_valid_message_that_is_in_the_batch_twice_is_stored_once() -> None:
    store = FakeStore()
    run = Run(store, record("m1", body("O1")), record("m1", body("O1")))
    assert (run.failed, set(store.orders)) == ([], {"O1"})
    assert [(batch["stored"], batch["duplicate"]) for batch in run.batches] == [(["O1"], ["O1"])]


class SlowStore(FakeStore):
    """A store that runs out of time in the middle of the batch."""

    def put(self, orders: Sequence[Order], deadline: float) -> list[Outcome]:
        half = len(orders) // 2
        return [*super().put(orders[:half], deadline), *[NO_TIME_LEFT] * (len(orders) - half)]


BATCHES = {
    "none failed": (FakeStore(), ["O1", "O2"], []),
    "all failed": (FakeStore(), ["", "{"], ["m0", "m1"]),
    "all failed by a bug": (BrokenStore(), ["O1", "O2"], ["m0", "m1"]),
    "some failed": (FakeStore(), ["O1", "{", "O2", ""], ["m1", "m3"]),
    "a time-out in the middle": (SlowStore(), ["O1", "O2", "{", "O3", "O4"], ["m2", "m3", "m4"]),
    "no messages": (FakeStore(), [], []),
}


@pytest.mark.parametrize(("store", "orders", "failed"), BATCHES.values(), ids=BATCHES)
def test_the_response_is_valid_for_lambda(store: OrderStore, orders: list[str], failed: list[str]) -> None:
    # Lambda treats a response with an unknown, empty or null id as a failure of the whole batch. Emulators do not.
    records = [record(f"m{n}", body(text) if text[:1] == "O" else text) for n, text in enumerate(orders)]
    response = Run(store, *records).response
    assert json.loads(json.dumps(response)) == {"batchItemFailures": [{"itemIdentifier": id_} for id_ in failed]}


def test_the_response_about_the_largest_batch_is_not_too_large() -> None:
    # Lambda quotas: a response has at most 6 MB. A batch of a queue has at most 10,000 messages.
    response = Run(FakeStore(), *(record(str(uuid4()), "{") for _ in range(10_000))).response
    assert len(response["batchItemFailures"]) == 10_000
    assert len(json.dumps(response)) < 6_000_000


def test_a_bug_fails_the_orders_and_logs_a_traceback_and_one_record_per_message() -> None:
    run = Run(BrokenStore(), record("m1", body("O1")), record("m2", "{"))
    assert run.failed == ["m1", "m2"]
    [traceback], [first, second] = run.tracebacks, run.failures
    assert "RuntimeError: a bug, raised for O1" in traceback
    assert (first["errorClass"], first["signature"]) == ("transient", "RuntimeError")
    assert second["errorClass"] == "invalid"


def test_an_exception_for_one_order_fails_that_order_only_and_is_in_its_record() -> None:
    store = PartlyBrokenStore()
    run = Run(store, *(record(f"m{n}", body(f"O{n}")) for n in (1, 2, 3)))
    assert (run.failed, set(store.orders)) == (["m2"], {"O1", "O3"})
    [failure] = run.failures
    assert failure["reason"] == "RuntimeError: a bug, raised for O2"
    assert "Traceback (most recent call last)" in failure["exception"]


def test_an_exception_of_the_parser_fails_its_message_only(monkeypatch: pytest.MonkeyPatch) -> None:
    def parse(text: str) -> Order:
        if "O2" in text:
            raise MemoryError
        return parse_order(text)

    monkeypatch.setattr("handler.processor.parse_order", parse)
    run = Run(FakeStore(), *(record(f"m{n}", body(f"O{n}")) for n in (1, 2, 3)))
    assert run.failed == ["m2"]
    assert [(entry["signature"], entry["orderId"]) for entry in run.failures] == [("MemoryError", None)]


def test_an_exception_after_the_orders_are_stored_does_not_change_the_response() -> None:
    def retry(_messages: Sequence[Message], _deadline: float) -> None:
        raise RuntimeError

    class BrokenStream(io.StringIO):
        def write(self, _text: str) -> int:
            raise OSError

    for stream in (io.StringIO(), BrokenStream()):
        processor = Processor(FakeStore(), Log(stream), max_receive_count=3, retry_at_once=retry)
        response = processor.process([record("m1", body("O1")), record("m2", "{")], 5)
        assert response == {"batchItemFailures": [{"itemIdentifier": "m2"}]}


def test_no_record_exceeds_cloudwatchs_limit_whatever_is_in_the_batch() -> None:
    long_ids = [f"{number:03}" + "\x00" * 2045 for number in range(100)]
    stream = io.StringIO()
    processor = Processor(FakeStore(), Log(stream), max_receive_count=3, retry_at_once=lambda _messages, _until: None)
    huge = record("huge", body("x" * 1_000_000))
    processor.process([*(record(f"m{n}", body(order_id)) for n, order_id in enumerate(long_ids)), huge], 60)
    lines = stream.getvalue().splitlines()
    assert max(len(line.encode()) for line in lines) < 256 * 1024
    entries = [json.loads(line) for line in lines]
    assert [order_id for entry in entries for order_id in entry.get("stored", ())] == long_ids
    assert sum(sum(entry.get("OrdersStored", ())) for entry in entries) == len(long_ids)
    [failure] = [entry for entry in entries if entry["message"] == "order failed"]
    assert (failure["messageId"], failure["reason"]) == ("huge", "orderId is longer than 2048 bytes")
    assert failure["omitted"]["orderId"] > 900_000


class SlowStream(io.StringIO):
    """A stream on which each record takes a time in seconds, by a clock of its own."""

    def __init__(self, seconds_per_record: float) -> None:
        super().__init__()
        self.seconds_per_record = seconds_per_record
        self.now = 1000.0

    def write(self, text: str) -> int:
        self.now += self.seconds_per_record
        return super().write(text)


@pytest.mark.parametrize("seconds_per_record", [0.00001, 0.00015, 0.001, 0.01])
@pytest.mark.parametrize("count", [10, 10_000])
def test_the_response_is_in_time_however_many_messages_fail(
    monkeypatch: pytest.MonkeyPatch, seconds_per_record: float, count: int
) -> None:
    stream = SlowStream(seconds_per_record)
    monkeypatch.setattr("time.monotonic", lambda: stream.now)

    class UnavailableStore(FakeStore):
        """A store that uses all of its time."""

        def put(self, orders: Sequence[Order], deadline: float) -> list[Outcome]:
            stream.now = max(stream.now, deadline)
            return [NO_TIME_LEFT] * len(orders)

    end = stream.now + 5
    processor = Processor(
        UnavailableStore(), Log(stream), max_receive_count=3, retry_at_once=lambda _messages, _until: None
    )
    processor.process([record(f"m{n}", body(f"O{n}"), attempt=1 + n % 2) for n in range(count)], 5)
    assert stream.now < end
    failures = [entry for line in stream.getvalue().splitlines() if "errorClass" in (entry := json.loads(line))]
    logged = [message_id for entry in failures for message_id in entry.get("messageIds") or [entry["messageId"]]]
    assert sorted(logged) == sorted(f"m{n}" for n in range(count))
    assert {entry["signature"] for entry in failures} == {"no time left"}
    assert all(len(json.dumps(entry)) < 256 * 1024 for entry in failures)
    if seconds_per_record <= 0.00015:
        assert len(failures) == count


def test_failures_without_time_for_records_of_their_own_share_one_for_each_cause_and_attempt() -> None:
    stream = io.StringIO()
    processor = Processor(BrokenStore(), Log(stream), max_receive_count=3, retry_at_once=lambda _messages, _until: None)
    processor.process([record("m1", "{"), record("m2", "["), record("m3", "", attempt=3), record("m4", body("O1"))], 0)
    shared = [entry for line in stream.getvalue().splitlines() if "messageIds" in (entry := json.loads(line))]
    assert [entry["messageIds"] for entry in shared] == [["m1", "m2"], ["m3"], ["m4"]]
    assert [entry["attempt"] for entry in shared] == [1, 3, 1]
    assert [entry["errorClass"] for entry in shared] == ["invalid", "invalid", "transient"]
    assert [entry["signature"] for entry in shared] == ["not JSON", "not JSON", "RuntimeError"]
    assert [entry["omitted"] for entry in shared] == [{"orderId": count, "reason": count} for count in (2, 1, 1)]
    assert all(entry["maxAttempts"] == 3 for entry in shared)
    assert all(entry["reason"] == entry["signature"] for entry in shared)
    assert all(entry["level"] == "ERROR" for entry in shared)


def test_a_failed_attempt_is_one_record_that_explains_a_dead_letter() -> None:
    [entry] = Run(FakeStore(), record("m1", body("O1", quantity=0), attempt=2)).failures
    assert entry["level"] == "ERROR"
    assert entry["message"] == "order failed"
    expected = {
        "messageId": "m1",
        "orderId": "O1",
        "attempt": 2,
        "maxAttempts": 3,
        "errorClass": "invalid",
        "reason": "quantity must be at least 1",
        "signature": "quantity must be at least 1",
    }
    assert {key: entry[key] for key in expected} == expected


def test_messages_that_fail_for_the_same_cause_share_a_signature() -> None:
    run = Run(FakeStore(), record("m1", '{"a'), record("m2", "[1, "), record("m3", "{'n'}"))
    assert {entry["signature"] for entry in run.failures} == {"not JSON"}
    assert len({entry["reason"] for entry in run.failures}) == 3


@pytest.mark.parametrize("kind", ["stored", "duplicate"])
def test_a_success_is_logged_with_only_the_order_id(kind: str) -> None:
    store = FakeStore()
    if kind == "duplicate":
        Run(store, record("m0", body("O1")))
    run = Run(store, record("m1", body("O1")))
    [batch] = run.batches
    assert (batch["level"], batch[kind], run.failures) == ("INFO", ["O1"], [])
    assert "U123" not in json.dumps(batch)


def test_a_permanent_failure_is_retried_at_once_after_its_last_attempt_too() -> None:
    conflict = FakeStore()
    Run(conflict, record("m0", body("O1")))
    records = (
        record("invalid", "{"),
        record("conflict", body("O1", status="paid"), attempt=2),
        record("stored", body("O2")),
        record("its last", "{", attempt=3),
    )
    assert Run(conflict, *records).at_once == ["invalid", "conflict", "its last"]
    assert Run(RefusingStore("O1", THROTTLED), record("transient", body("O1"))).at_once == []


def test_outcomes_and_age_are_measured() -> None:
    [batch] = Run(FakeStore(), record("m1", body("O1")), record("m2", body("O1")), record("m3", "{")).batches
    assert [batch[f"Orders{kind}"] for kind in ("Stored", "Duplicate", "Invalid")] == [[1], [1], [1]]
    [age] = batch["OrderAge"]
    assert age > 0


def test_each_metric_has_its_unit() -> None:
    [batch] = Run(FakeStore(), record("m1", body("O1")), record("m2", "{")).batches
    [declared] = batch["_aws"]["CloudWatchMetrics"]
    assert {metric["Name"]: metric["Unit"] for metric in declared["Metrics"]} == {
        "OrdersStored": "Count",
        "OrdersInvalid": "Count",
        "OrderAge": "Seconds",
    }


def test_orders_that_failed_have_no_age_and_are_not_listed_as_successes() -> None:
    [batch] = Run(RefusingStore("O1", THROTTLED), record("m1", body("O1")), record("m2", "{")).batches
    assert {"OrdersTransient", "OrdersInvalid"} <= batch.keys()
    assert not {"OrderAge", *Kind} & batch.keys()


@pytest.mark.usefixtures("zone_of_the_machine")
def test_the_age_of_an_order_is_the_same_whatever_the_zone_of_the_machine() -> None:
    minute_ago = (datetime.now(UTC) - timedelta(minutes=1)).isoformat()
    [batch] = Run(FakeStore(), record("m1", body("O1", timestamp=minute_ago))).batches
    [age] = batch["OrderAge"]
    assert 60 <= age < 3600


def test_an_order_of_the_future_has_no_age() -> None:
    [batch] = Run(FakeStore(), record("m1", body("O1", timestamp="9999-01-01T00:00:00Z"))).batches
    assert batch["OrderAge"] == [0]


def test_every_kind_of_outcome_has_a_metric_under_its_name() -> None:
    assert {metric.name: metric.value for metric in OutcomeMetric} == {
        kind.name: f"Orders{kind.value.capitalize()}" for kind in Kind
    }


def test_a_large_batch_has_several_records() -> None:
    count = 2 * MAX_VALUES + 1
    batches = Run(FakeStore(), *(record(f"m{n}", body(f"O{n}")) for n in range(count))).batches
    assert [len(batch["OrderAge"]) for batch in batches] == [MAX_VALUES, MAX_VALUES, 1]
    assert [order_id for batch in batches for order_id in batch["stored"]] == [f"O{n}" for n in range(count)]
    assert sum(sum(batch["OrdersStored"]) for batch in batches) == count


def test_the_store_has_a_deadline_that_depends_on_the_time_left() -> None:
    class DeadlineStore(FakeStore):
        deadline = 0.0

        def put(self, orders: Sequence[Order], deadline: float) -> list[Outcome]:
            self.deadline = deadline
            return super().put(orders, deadline)

    late, early = DeadlineStore(), DeadlineStore()
    Run(late, record("m1", body("O1")), seconds_left=10)
    Run(early, record("m1", body("O1")), seconds_left=5)
    assert late.deadline > early.deadline


class RecordingStore(FakeStore):
    """A store with a bug that several orders together meet. It records its deadlines."""

    def __init__(self) -> None:
        super().__init__()
        self.deadlines: list[float] = []

    def put(self, orders: Sequence[Order], deadline: float) -> list[Outcome]:
        self.deadlines.append(deadline)
        if len(orders) > 1:
            raise RuntimeError("a bug")
        return super().put(orders, deadline)


@pytest.mark.parametrize(
    ("messages", "seconds_left", "reserve"), [(3, 5.0, 0.3006), (1000, 5.0, 0.5), (1000, 0.8, 0.4), (1000, 0.5, 0.3)]
)
def test_every_request_of_a_batch_has_the_same_deadline(
    monkeypatch: pytest.MonkeyPatch, messages: int, seconds_left: float, reserve: float
) -> None:
    store, retried = RecordingStore(), list[float]()
    processor = Processor(
        store, Log(io.StringIO()), max_receive_count=3, retry_at_once=lambda _messages, until: retried.append(until)
    )
    records = [record("m1", body("O1")), record("m2", body("O2")), *[record("m3", "{")] * (messages - 2)]
    monkeypatch.setattr(time, "monotonic", lambda: 1000.0)
    processor.process(records, seconds_left)
    assert [*store.deadlines, *retried] == pytest.approx([1000 + seconds_left - reserve] * 4)
    assert set(store.orders) == {"O1", "O2"}
