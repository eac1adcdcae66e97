"""Keeping leases over SQS in memory, with a clock that the test sets."""

import time
from collections.abc import Iterator
from functools import partial
from typing import Any, cast

import pytest
from botocore.exceptions import EndpointConnectionError

from ops.dead_letters.lease import elapsed_seconds
from ops.dead_letters.look import Look
from ops.dead_letters.timing import Timing
from tests.support.fake_sqs import Clock, FakeSQS
from tests.support.orders import body
from tests.support.waiting import eventually

DLQ = "OrderDLQ"
TIMING = Timing(lease_seconds=120, poll_seconds=0, requests_in_flight=1)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def sqs(clock: Clock) -> FakeSQS:
    sqs = FakeSQS(clock)
    sqs.put(DLQ, *(body(f"O{number}") for number in range(12)))
    return sqs


def look_at(sqs: FakeSQS, timing: Timing = TIMING) -> Look:
    return Look(cast("Any", sqs), DLQ, timing=timing, clock=sqs.clock)


@pytest.fixture
def look(sqs: FakeSQS) -> Iterator[Look]:
    with look_at(sqs) as look:
        yield look


def is_renewed(sqs: FakeSQS, times: int) -> bool:
    return len(renewals(sqs)) == times


def renewals(sqs: FakeSQS) -> list[int]:
    """The number of entries of each request to renew."""
    return [len(request["Entries"]) for request in sqs.asked("change_message_visibility_batch")]


@pytest.mark.parametrize(("passed", "count"), [(0, []), (40, []), (41, [10, 2]), (119, [10, 2])])
def test_leases_are_renewed_after_a_third_of_their_time(
    sqs: FakeSQS, look: Look, clock: Clock, passed: float, count: list[int]
) -> None:
    clock.now += passed
    look.renew_if_due()
    look.renew_if_due()
    assert renewals(sqs) == count
    assert len(look) == 12


def test_a_renewal_counts_from_the_one_before_it(sqs: FakeSQS, look: Look, clock: Clock) -> None:
    renewed = []
    for _ in range(12):
        clock.now += 20
        before = len(sqs.requests)
        look.renew_if_due()
        if len(sqs.requests) > before:
            renewed.append(clock.now)
    assert renewed == [1060, 1120, 1180, 1240]


def test_each_lease_is_renewed_when_its_own_time_comes(sqs: FakeSQS, clock: Clock) -> None:
    def be_slow(operation: str) -> None:
        clock.now += 30 if operation == "receive_message" else 0

    sqs.before = be_slow
    with look_at(sqs) as look:  # It receives ten letters at 1000 and two at 1030, and renews the ten at 1060.
        sqs.before = lambda _operation: None
        look.renew_if_due()
        assert renewals(sqs) == [10, 2]
    first, second = (request["Entries"] for request in sqs.asked("change_message_visibility_batch")[:2])
    assert not {entry["ReceiptHandle"] for entry in first} & {entry["ReceiptHandle"] for entry in second}


def test_what_lasts_a_while_longer_is_held_without_a_request(sqs: FakeSQS, look: Look, clock: Clock) -> None:
    clock.now += 80
    assert look.hold(look.leases) == look.leases
    assert renewals(sqs) == []


def test_only_what_may_end_soon_is_renewed_before_it_is_used(sqs: FakeSQS, look: Look, clock: Clock) -> None:
    leases = look.leases
    clock.now += 81
    assert look.hold(leases[:3]) == leases[:3]
    [request] = sqs.asked("change_message_visibility_batch")
    assert [entry["ReceiptHandle"] for entry in request["Entries"]] == [lease.receipt for lease in leases[:3]]


def test_a_lease_that_ended_is_lost(sqs: FakeSQS, look: Look, clock: Clock) -> None:
    clock.now += 124
    assert look.hold(look.leases) == []
    assert (len(look), renewals(sqs)) == (0, [10, 2])


def test_what_somebody_else_received_is_lost_and_the_others_are_held(sqs: FakeSQS, look: Look, clock: Clock) -> None:
    leases = look.leases
    sqs.queues[DLQ][4].receipt = "somebody else's"
    clock.now += 100
    held = look.hold(leases)
    assert held == [lease for lease in leases if lease.message_id != sqs.queues[DLQ][4].message_id]
    assert look.hold(leases) == held


def test_what_is_lost_is_not_made_visible_at_the_end(sqs: FakeSQS, clock: Clock) -> None:
    with look_at(sqs):
        clock.now += 124
        sqs.receive_message(QueueUrl=DLQ, VisibilityTimeout=600)
    assert renewals(sqs) == []
    assert sum(message.hidden_until > clock.now for message in sqs.queues[DLQ]) == 10


def test_a_renewal_that_sqs_fails_to_make_is_made_again(sqs: FakeSQS, look: Look, clock: Clock) -> None:
    leases = look.leases
    sqs.failing = {leases[0].receipt}
    clock.now += 100
    assert look.hold(leases) == leases  # It lasts 20 seconds longer.
    sqs.failing = set()
    clock.now += 10
    assert look.hold(leases) == leases
    assert renewals(sqs) == [10, 2, 1]
    clock.now += 60
    assert look.hold(leases) == leases


def test_a_renewal_that_sqs_never_makes_is_no_hold(sqs: FakeSQS, look: Look, clock: Clock) -> None:
    leases = look.leases
    sqs.failing = {leases[0].receipt}
    clock.now += 100
    look.hold(leases)
    clock.now += 20
    assert look.hold(leases) == leases[1:]


def test_leases_are_renewed_in_the_background_until_the_block_ends() -> None:
    clock = Clock()
    sqs = FakeSQS(clock)
    sqs.put(DLQ, body("O1"))
    with look_at(sqs, Timing(lease_seconds=1, poll_seconds=0)) as look:
        with look.renewing():
            for count in range(1, 4):
                clock.now += 0.5
                eventually(partial(is_renewed, sqs, count), "a renewal")
        clock.now += 0.5
        assert len(renewals(sqs)) == 3


def test_a_background_renewal_goes_on_after_the_network_was_away() -> None:
    clock = Clock()
    sqs = FakeSQS(clock)
    sqs.put(DLQ, body("O1"))
    failures: list[str] = []

    def fail_once(operation: str) -> None:
        if not failures:
            failures.append(operation)
            clock.now += 0.2
            raise EndpointConnectionError(endpoint_url="https://sqs")

    with look_at(sqs, Timing(lease_seconds=1, poll_seconds=0)) as look, look.renewing():
        sqs.before = fail_once
        clock.now += 0.5
        eventually(lambda: len(renewals(sqs)) == 2, "a second renewal")
        assert look.hold(look.leases) == look.leases
    assert failures == ["change_message_visibility_batch"]


def test_leases_are_held_until_the_first_of_them_ends(sqs: FakeSQS, look: Look, clock: Clock) -> None:
    leases = look.leases
    clock.now += 80
    look.release(leases[:1])
    assert (look.holds(leases[1:]), look.holds(leases)) == (True, False)
    clock.now += 44
    assert not look.holds(leases[1:])
    assert renewals(sqs) == [1]


def test_the_clock_goes_on_in_suspend(monkeypatch: pytest.MonkeyPatch) -> None:
    """On Linux, CLOCK_MONOTONIC stands still in suspend, and CLOCK_BOOTTIME does not."""
    if not hasattr(time, "CLOCK_BOOTTIME"):
        pytest.skip("this system has no CLOCK_BOOTTIME")
    monkeypatch.setattr("time.clock_gettime", {time.CLOCK_BOOTTIME: 42.0}.__getitem__)
    assert elapsed_seconds() == 42.0
