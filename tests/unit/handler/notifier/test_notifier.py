"""Telling the changes in a batch: the events, what is reported to Lambda, and what is given up."""

import io
import json
import threading
import time
from collections.abc import Mapping, Sequence
from typing import Any, cast

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError

from handler.log import Log
from handler.notifier.given_up import GivenUpQueue
from handler.notifier.memory import LONE_FAILURE_SECONDS
from handler.notifier.notifier import GIVE_UP_SECONDS, RESERVE_SECONDS, Notifier
from handler.notifier.topic import EventTopic
from handler.notifier.tries import LoneTries
from tests.support.fake_sns import TOPIC, Entry, FakeSNS, order_id, sns_error
from tests.support.fake_sqs import Clock, FakeSQS
from tests.support.lone_tries import lone_tries
from tests.support.stream_records import item, stream_record

URL = "https://sqs/OrderEventsDLQ"
RETRY_SECONDS = 14_400
Record = Mapping[str, Any]


class Instance:
    """An instance of the function, with its topic, its queue and its log."""

    def __init__(
        self, sns: FakeSNS | None = None, sqs: FakeSQS | None = None, environment: LoneTries | None = None
    ) -> None:
        self.sns, self.sqs, self._log = sns or FakeSNS(), sqs or FakeSQS(Clock()), io.StringIO()
        self.later = 0
        """Seconds by which the instance's clock is ahead."""
        log = Log(self._log)
        self._notifier = Notifier(
            EventTopic(TOPIC, cast("Any", self.sns)),
            GivenUpQueue(URL, lambda: cast("Any", self.sqs), log),
            log,
            environment or lone_tries(),
            retry_seconds=RETRY_SECONDS,
            now=lambda: time.time() + self.later,
        )

    def tell(self, *records: Record, seconds_left: float = 60) -> list[str]:
        """Return the sequence numbers that it reports."""
        response = self._notifier.tell(records, seconds_left)
        return [failure["itemIdentifier"] for failure in response["batchItemFailures"]]

    @property
    def given_up(self) -> list[dict[str, Any]]:
        return [json.loads(body) for body in self.sqs.bodies(URL)]

    @property
    def log(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self._log.getvalue().splitlines()]


def versions(name: str, count: int, *, age: float = 0) -> list[dict[str, Any]]:
    """Records of an order's versions, each a minute or more after the other."""
    items = [item(name, timestamp=f"2025-05-03T{12 + at // 60}:{at % 60:02}:00Z") for at in range(count)]
    return [stream_record(new, old, age=age) for new, old in zip(items, [None, *items], strict=False)]


def number(record: Record) -> str:
    return str(record["dynamodb"]["SequenceNumber"])


def numbers(records: Sequence[Record]) -> list[str]:
    return [number(record) for record in records]


def refusing(*names: str, code: str = "Throttled") -> FakeSNS:
    """A topic that refuses the events of some orders."""
    return FakeSNS(refuse=lambda entry: code if order_id(entry) in names else None)


def failing(error: Exception) -> FakeSNS:
    """A topic that refuses every request."""

    def fail(_entries: Sequence[Entry]) -> None:
        raise error

    return FakeSNS(before=fail)


def refusing_queue() -> FakeSQS:
    def refuse(_operation: str) -> None:
        raise ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, "SendMessage")

    return FakeSQS(Clock(), before=refuse)


POISON = {"orderId": {"S": "poison"}, "notes": {"SS": ["x"]}}


def test_the_changes_of_a_batch_are_told_with_one_request() -> None:
    instance = Instance()
    assert instance.tell(stream_record(item("O1")), stream_record(item("O2"))) == []
    assert instance.sns.ids == ["O1@2025-05-03T12:00:00Z", "O2@2025-05-03T12:00:00Z"]
    assert len(instance.sns.requests) == 1


def test_a_removal_and_an_item_that_stays_the_same_are_not_told() -> None:
    instance = Instance()
    assert instance.tell(stream_record(None, item("O1")), stream_record(item("O2"), item("O2"))) == []
    assert (instance.sns.requests, instance.log) == ([], [])


def test_the_versions_of_an_order_are_told_one_after_another() -> None:
    instance = Instance()
    first, second, third = versions("O1", 3)
    assert instance.tell(first, stream_record(item("O2")), second, third) == []
    assert [list(map(order_id, request)) for request in instance.sns.requests] == [["O1", "O2"], ["O1"], ["O1"]]
    assert [event["time"][11:16] for event in instance.sns.events if event["subject"] == "O1"] == [
        "12:00",
        "12:01",
        "12:02",
    ]


def test_a_batch_with_a_hundred_versions_of_one_order_is_told_in_their_sequence() -> None:
    instance = Instance()
    assert instance.tell(*versions("O1", 100)) == []
    assert len(instance.sns.ids) == 100
    assert instance.sns.ids == sorted(instance.sns.ids)


def test_a_record_that_occurs_twice_in_a_batch_is_told_and_settled() -> None:
    instance = Instance()
    record = stream_record(item("O1"))
    assert instance.tell(record, record) == []
    assert set(instance.sns.ids) == {"O1@2025-05-03T12:00:00Z"}


def test_later_events_of_a_failed_order_wait_and_others_go_on() -> None:
    instance = Instance(refusing("O1"))
    first, second = versions("O1", 2)
    assert instance.tell(first, stream_record(item("O2")), second, *versions("O3", 2)) == numbers([first, second])
    assert [list(map(order_id, request)) for request in instance.sns.requests] == [["O1", "O2", "O3"], ["O3"]]
    assert instance.given_up == []
    reasons = [entry["reason"] for entry in instance.log if entry["message"] == "events delayed"]
    assert reasons == ["Throttled", "waits for an earlier event of the order"]


@pytest.mark.parametrize(
    "error",
    [
        sns_error("AuthorizationError"),
        sns_error("NotFound"),
        sns_error("Throttling"),
        ReadTimeoutError(endpoint_url="https://sns"),
        RuntimeError("a bug of botocore"),
    ],
)
def test_all_events_are_delayed_while_the_topic_takes_none(error: Exception) -> None:
    instance = Instance(failing(error))
    records = [*versions("O1", 2), *versions("O2", 1)]
    assert instance.tell(*records) == numbers(records)
    assert instance.given_up == []


def test_an_event_whose_time_is_up_is_given_up_with_its_record_and_later_ones_go_on() -> None:
    instance = Instance(failing(sns_error("Throttling")))
    [old], [young] = versions("O1", 1, age=RETRY_SECONDS), versions("O2", 1, age=RETRY_SECONDS - 60)
    assert instance.tell(old, young) == numbers([young])
    [message] = instance.given_up
    assert message["record"] == old
    assert (message["orderId"], message["signature"]) == ("O1", "Throttling")


class Stopped(BaseException):
    """The function stopped. No code of the handler catches this."""


def stopped_environment(record: Record) -> LoneTries:
    """The environment of a function that a record stopped, LONE_FAILURE_SECONDS ago."""
    environment = lone_tries(lambda: time.time() - LONE_FAILURE_SECONDS)

    def stop(_entries: Sequence[Entry]) -> None:
        raise Stopped

    with pytest.raises(Stopped):
        Instance(FakeSNS(before=stop), environment=environment).tell(record)
    return LoneTries(environment._folder)


def test_a_record_that_stops_the_function_when_it_is_alone_is_given_up_without_another_try() -> None:
    [record] = versions("O1", 1)
    instance = Instance(environment=stopped_environment(record))
    assert instance.tell(record) == []
    assert instance.sns.requests == []
    [message] = instance.given_up
    assert message["record"] == record
    assert message["reason"] == "the function stopped without an answer each time that it told this event"


def test_a_record_that_stopped_the_function_is_not_tried_while_the_queue_refuses_it() -> None:
    def refuse(_operation: str) -> None:
        raise ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, "SendMessage")

    [record] = versions("O1", 1)
    instance = Instance(sqs=FakeSQS(Clock(), before=refuse), environment=stopped_environment(record))
    for _ in range(2):
        assert instance.tell(record) == [number(record)]
    assert instance.sns.requests == []


def test_a_record_that_stopped_the_function_with_others_is_tried() -> None:
    [record] = versions("O1", 1)
    instance = Instance(environment=stopped_environment(record))
    assert instance.tell(record, stream_record(item("O2"))) == []
    assert len(instance.sns.ids) == 2


def test_a_failure_with_an_answer_is_no_stop() -> None:
    [record] = versions("O1", 1)
    environment = lone_tries(lambda: time.time() - LONE_FAILURE_SECONDS)
    assert Instance(refusing("O1"), environment=environment).tell(record) == [number(record)]
    instance = Instance(environment=LoneTries(environment._folder))
    assert (instance.tell(record), len(instance.sns.ids)) == ([], 1)


def test_an_old_event_is_tried_once_more_before_it_is_given_up() -> None:
    instance = Instance()
    assert instance.tell(*versions("O1", 1, age=RETRY_SECONDS * 2)) == []
    assert (len(instance.sns.ids), instance.given_up) == (1, [])


@pytest.mark.parametrize("code", ["InvalidParameter", "ValidationException"])
def test_an_event_that_sns_never_accepts_is_given_up_at_once_and_the_next_version_is_told(code: str) -> None:
    first, second = versions("O1", 2)
    sns = FakeSNS(refuse=lambda entry: code if "12:00:00Z" in json.loads(entry["Message"])["id"] else None)
    instance = Instance(sns)
    assert instance.tell(first, second) == []
    assert [message["record"] for message in instance.given_up] == [first]
    assert instance.sns.ids == ["O1@2025-05-03T12:01:00Z"]


def test_an_item_that_is_no_order_is_given_up_and_others_go_on() -> None:
    instance = Instance()
    poison = stream_record(POISON)
    assert instance.tell(poison, stream_record(item("O1"))) == []
    [message] = instance.given_up
    assert message["record"] == poison
    assert message["reason"].startswith("the item is not a valid order: timestamp is missing")
    assert instance.sns.ids == ["O1@2025-05-03T12:00:00Z"]


@pytest.mark.parametrize("missing", ["Keys", "NewImage", "ApproximateCreationDateTime"])
def test_a_record_of_another_shape_affects_no_other(missing: str) -> None:
    instance = Instance(refusing("odd"))
    odd = stream_record(item("odd"))
    del odd["dynamodb"][missing]
    assert instance.tell(odd, stream_record(item("O1"))) == ([number(odd)] if missing == "Keys" else [])
    assert instance.sns.ids == ["O1@2025-05-03T12:00:00Z"]
    assert [message["record"] for message in instance.given_up] == ([] if missing == "Keys" else [odd])


@pytest.mark.parametrize("missing", ["eventName", "eventSourceARN"])
def test_a_record_that_lacks_a_field_of_the_event_is_given_up(missing: str) -> None:
    instance = Instance()
    odd = stream_record(item("odd"))
    del odd[missing]
    assert instance.tell(odd, stream_record(item("O1"))) == []
    assert instance.sns.ids == ["O1@2025-05-03T12:00:00Z"]
    assert [message["signature"] for message in instance.given_up] == ["KeyError"]


def test_a_poison_record_that_the_queue_refuses_is_delayed_and_kept_later() -> None:
    sqs = refusing_queue()
    instance = Instance(sqs=sqs)
    poison, good = stream_record(POISON), stream_record(item("O1"))
    assert instance.tell(poison, good) == [number(poison)]
    assert instance.tell(poison, good) == [number(poison)]
    sqs.before = lambda _operation: None
    assert instance.tell(poison, good) == []
    assert [message["record"] for message in instance.given_up] == [poison]
    assert instance.sns.ids == ["O1@2025-05-03T12:00:00Z"]


def test_the_versions_after_a_poison_record_that_nobody_keeps_wait_for_it() -> None:
    instance = Instance(sqs=refusing_queue())
    poison, good = stream_record(item("O1") | {"timestamp": {"S": "x"}}), stream_record(item("O1"))
    assert instance.tell(poison, good) == numbers([poison, good])
    assert instance.sns.ids == []


def test_events_that_were_told_are_not_told_again_while_another_is_delayed() -> None:
    instance = Instance(refusing("O1"))
    records = [*versions("O1", 1), *versions("O2", 3)]
    for _ in range(5):
        assert instance.tell(*records) == numbers(records[:1])
    assert [event["subject"] for event in instance.sns.events] == ["O2"] * 3


def test_another_instance_tells_them_once_more_with_the_same_ids() -> None:
    sns = refusing("O1")
    records = [*versions("O1", 1), *versions("O2", 2)]
    for _ in range(2):
        assert Instance(sns).tell(*records) == numbers(records[:1])
    assert sns.ids == ["O2@2025-05-03T12:00:00Z", "O2@2025-05-03T12:01:00Z"] * 2


def test_the_events_of_an_order_that_fail_for_minutes_while_others_are_told_are_given_up() -> None:
    instance = Instance(refusing("O1", code="SomethingNew"))
    first, second = versions("O1", 2)
    other = stream_record(item("O2"))
    assert instance.tell(first, other, second) == numbers([first, second])
    instance.later = LONE_FAILURE_SECONDS // 2
    assert instance.tell(first, other, second) == numbers([first, second])
    instance.later = LONE_FAILURE_SECONDS
    assert instance.tell(first, other, second) == []
    assert [message["record"] for message in instance.given_up] == [first, second]


def test_events_that_fail_for_minutes_together_are_not_given_up() -> None:
    instance = Instance(failing(sns_error("AuthorizationError")))
    records = [*versions("O1", 1), *versions("O2", 1)]
    for later in (0, LONE_FAILURE_SECONDS // 2):
        instance.later = later
        instance.tell(*records)
    instance.later = LONE_FAILURE_SECONDS
    assert instance.tell(*records) == numbers(records)
    assert instance.given_up == []


def test_what_is_old_is_given_up_even_if_every_request_to_sns_hangs() -> None:
    goes_on = threading.Event()
    instance = Instance(FakeSNS(before=lambda _entries: cast("None", goes_on.wait(60))))
    # More requests than threads, so that some are never sent.
    records = [record for at in range(150) for record in versions(f"O{at}", 1, age=RETRY_SECONDS)]
    try:
        assert instance.tell(*records, seconds_left=RESERVE_SECONDS + GIVE_UP_SECONDS + 0.1) == []
    finally:
        goes_on.set()
    assert len(instance.given_up) == 150


def test_events_that_are_young_are_delayed_if_every_request_hangs() -> None:
    goes_on = threading.Event()
    instance = Instance(FakeSNS(before=lambda _entries: cast("None", goes_on.wait(60))))
    records = [*versions("O1", 2), *versions("O2", 1)]
    try:
        assert instance.tell(*records, seconds_left=RESERVE_SECONDS + GIVE_UP_SECONDS + 0.1) == numbers(records)
    finally:
        goes_on.set()
    assert instance.given_up == []


def test_a_log_that_cannot_be_written_does_not_affect_the_response() -> None:
    instance = Instance()
    instance._log.close()
    assert instance.tell(stream_record(item("O1"))) == []
    assert instance.sns.ids == ["O1@2025-05-03T12:00:00Z"]
