"""Publishing to a fake topic that rejects messages as a test asks."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from threading import Lock
from typing import Any

import pytest
from botocore.exceptions import ReadTimeoutError
from hypothesis import given
from hypothesis import strategies as st

from handler.chunks import batches
from ops import publish as module
from ops.clients import IN_FLIGHT
from ops.orders_file import MAX_PUBLISH_BYTES
from ops.publish import PUBLISH_BATCH, TRIES, publish_orders

Failure = Mapping[str, Any]


class FakeTopic:
    """A topic that rejects a body if `refusing` returns a reason for the body and the number of the try, from 1."""

    def __init__(self, refusing: Callable[[str, int], Failure | None] = lambda _body, _attempt: None) -> None:
        self.accepted: list[str] = []
        self.requests = 0
        self._refusing = refusing
        self._tries: dict[str, int] = {}
        self._lock = Lock()

    def publish_batch(self, *, TopicArn: str, PublishBatchRequestEntries: Sequence[Any]) -> dict[str, Any]:  # noqa: N803
        assert TopicArn == "topic"
        assert 1 <= len(PublishBatchRequestEntries) <= PUBLISH_BATCH
        failed = []
        with self._lock:
            self.requests += 1
            for entry in PublishBatchRequestEntries:
                body = entry["Message"]
                self._tries[body] = self._tries.get(body, 0) + 1
                if failure := self._refusing(body, self._tries[body]):
                    failed.append({"Id": entry["Id"], **failure})
                else:
                    self.accepted.append(body)
        return {"Failed": failed}


def throttled(_body: str, attempt: int) -> Failure | None:
    return {"Code": "Throttled", "Message": "slow down", "SenderFault": False} if attempt < TRIES else None


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "FIRST_PAUSE_SECONDS", 0.0)


BODIES = [json.dumps({"orderId": f"O{number}"}) for number in range(95)]


def test_all_are_published_once_by_tens() -> None:
    topic = FakeTopic()
    assert publish_orders(topic, "topic", BODIES) == []  # type: ignore[arg-type]  # as far as a topic is needed
    assert sorted(topic.accepted) == sorted(BODIES)
    assert topic.requests == 10


def test_each_order_is_published_with_its_message_group() -> None:
    groups: dict[str, str | None] = {}

    class Grouped(FakeTopic):
        def publish_batch(self, *, TopicArn: str, PublishBatchRequestEntries: Sequence[Any]) -> dict[str, Any]:  # noqa: N803
            groups.update({entry["Message"]: entry.get("MessageGroupId") for entry in PublishBatchRequestEntries})
            return super().publish_batch(TopicArn=TopicArn, PublishBatchRequestEntries=PublishBatchRequestEntries)

    publish_orders(Grouped(), "topic", BODIES[:20], group_of={body: body[-3:-1] for body in BODIES[1:]}.get)  # type: ignore[arg-type]
    assert groups == {body: body[-3:-1] if body != BODIES[0] else None for body in BODIES[:20]}


def test_what_is_refused_for_the_moment_is_tried_again_alone() -> None:
    topic = FakeTopic(lambda body, attempt: throttled(body, attempt) if body in BODIES[:3] else None)
    assert publish_orders(topic, "topic", BODIES) == []  # type: ignore[arg-type]
    assert sorted(topic.accepted) == sorted(BODIES)
    assert topic.requests == 10 + TRIES - 1


def test_a_permanently_rejected_order_is_reported_and_not_retried() -> None:
    fault = {"Code": "InvalidParameter", "SenderFault": True}
    topic = FakeTopic(lambda body, _attempt: fault if body == BODIES[4] else None)
    [refused] = publish_orders(topic, "topic", BODIES)  # type: ignore[arg-type]
    assert (refused.body, refused.reason) == (BODIES[4], "InvalidParameter")
    assert len(topic.accepted) == len(BODIES) - 1
    assert topic.requests == 10


def test_an_order_that_is_never_accepted_is_reported_after_the_last_try() -> None:
    topic = FakeTopic(lambda _body, _attempt: {"Code": "InternalError", "Message": "no", "SenderFault": False})
    refused = publish_orders(topic, "topic", BODIES[:2])  # type: ignore[arg-type]
    assert [(one.body, one.reason) for one in refused] == [(body, "InternalError: no") for body in BODIES[:2]]
    assert topic.requests == TRIES


def test_progress_is_reported_for_every_order() -> None:
    progress: list[int] = []
    publish_orders(FakeTopic(), "topic", BODIES, on_progress=progress.append)  # type: ignore[arg-type]
    assert sum(progress) == len(BODIES)


def test_no_more_requests_are_in_flight_than_there_are_threads() -> None:
    lock, now, most = Lock(), [0], [0]

    class Counting(FakeTopic):
        def publish_batch(self, **entries: Any) -> dict[str, Any]:
            with lock:
                now[0] += 1
                most[0] = max(most[0], now[0])
            answer = super().publish_batch(**entries)
            with lock:
                now[0] -= 1
            return answer

    publish_orders(Counting(), "topic", BODIES * 5)  # type: ignore[arg-type]
    assert 1 <= most[0] <= IN_FLIGHT


def test_orders_are_taken_while_others_are_published() -> None:
    taken, answered, most = 0, 0, 0

    def bodies() -> Iterator[str]:
        nonlocal taken, most
        for body in BODIES * 10:
            taken += 1
            most = max(most, taken - answered)
            yield body

    def count(progress: int) -> None:
        nonlocal answered
        answered += progress

    publish_orders(FakeTopic(), "topic", bodies(), on_progress=count)  # type: ignore[arg-type]
    assert most <= (IN_FLIGHT + 1) * PUBLISH_BATCH + 1


@pytest.mark.parametrize("failing", [2, 10])
def test_a_failed_request_rejects_only_its_own_orders_and_the_others_are_reported(failing: int) -> None:
    class Fails(FakeTopic):
        def publish_batch(self, **entries: Any) -> dict[str, Any]:
            answer = super().publish_batch(**entries)
            if BODIES[10 * failing - 10] in (entry["Message"] for entry in entries["PublishBatchRequestEntries"]):
                raise ReadTimeoutError(endpoint_url="https://sns")
            return answer

    refused = publish_orders(Fails(), "topic", BODIES)  # type: ignore[arg-type]
    assert [one.body for one in refused] == BODIES[10 * failing - 10 : 10 * failing]
    assert all("Read timeout" in one.reason for one in refused)


def test_a_first_request_that_fails_ends_it_all_because_nothing_was_published() -> None:
    class Fails(FakeTopic):
        def publish_batch(self, **_entries: Any) -> dict[str, Any]:
            self.requests += 1
            raise ReadTimeoutError(endpoint_url="https://sns")

    topic = Fails()
    with pytest.raises(ReadTimeoutError):
        publish_orders(topic, "topic", BODIES)  # type: ignore[arg-type]
    assert topic.requests == 1


def test_a_bug_in_one_batch_is_not_swallowed() -> None:
    class Broken(FakeTopic):
        def publish_batch(self, **_entries: Any) -> dict[str, Any]:
            raise RuntimeError("a bug")

    with pytest.raises(RuntimeError) as raised:
        publish_orders(Broken(), "topic", BODIES)  # type: ignore[arg-type]
    assert str(raised.value) == "a bug"


@given(st.lists(st.integers(1, MAX_PUBLISH_BYTES), max_size=40))
def test_batches_keep_the_order_and_both_limits(sizes: list[int]) -> None:
    bodies = ["x" * size for size in sizes]
    made = list(batches(bodies, len, max_items=PUBLISH_BATCH, max_bytes=MAX_PUBLISH_BYTES))
    assert [body for batch in made for body in batch] == bodies
    assert all(1 <= len(batch) <= PUBLISH_BATCH for batch in made)
    assert all(sum(map(len, batch)) <= MAX_PUBLISH_BYTES for batch in made)
