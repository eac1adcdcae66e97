"""A look at a queue over moto's SQS: it sees each message once, and releases all of them."""

import signal
import threading
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

import pytest
from botocore.exceptions import ClientError

from ops.dead_letters.journal import Journal
from ops.dead_letters.look import Look
from ops.errors import NoAccess
from tests.support.recording_sqs import Answer, RecordingSQS, Request, look_at, mover, numbered
from tests.support.waiting import eventually

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient


@pytest.mark.parametrize("count", [0, 1, 10, 95])
def test_a_look_sees_each_message_once(sqs: RecordingSQS, count: int) -> None:
    ids = sqs.fill(numbered(count))
    expected: list[int] = []
    with look_at(sqs, expected.append) as look:
        assert sorted(lease.message_id for lease in look.leases) == sorted(ids)
        assert sorted(str(lease.order_id) for lease in look.leases) == sorted(f"O{number}" for number in range(count))
        assert (len(look), sum(expected)) == (count, count)


def test_the_oldest_is_seen_first(sqs: RecordingSQS) -> None:
    sqs.fill(numbered(30))
    with look_at(sqs) as look:
        moments = [lease.first_seen for lease in look.leases]
        assert moments == sorted(moments)
        assert len(moments) == 30


def test_a_queue_that_does_not_say_how_long_it_keeps_a_message_is_one_line() -> None:
    queue = SimpleNamespace(get_queue_attributes=lambda **_: {"Attributes": {}}, receive_message=lambda **_: {})
    with Look(cast("SQSClient", queue), "https://sqs/OrderDLQ") as look, pytest.raises(NoAccess) as refused:
        look.retention()
    assert str(refused.value).startswith("OrderDLQ has no MessageRetentionPeriod")


def test_what_a_look_sees_is_hidden_from_others_until_its_end(sqs: RecordingSQS) -> None:
    ids = sqs.fill(numbered(25))
    with look_at(sqs):
        assert sqs.visible(sqs.source) == []
    assert sqs.visible(sqs.source) == sorted(ids)


def test_all_is_given_back_where_the_block_is_interrupted(sqs: RecordingSQS) -> None:
    ids = sqs.fill(numbered(25))
    with pytest.raises(KeyboardInterrupt), look_at(sqs):
        raise KeyboardInterrupt
    assert sqs.visible(sqs.source) == sorted(ids)


def test_all_is_given_back_where_ctrl_c_comes_during_the_look(sqs: RecordingSQS) -> None:
    ids = sqs.fill(numbered(60))
    interrupted: list[int] = []

    def press_ctrl_c(count: int) -> None:
        if not interrupted:
            interrupted.append(count)
            signal.pthread_kill(cast("int", threading.main_thread().ident), signal.SIGINT)

    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt), look_at(sqs, press_ctrl_c):
            raise AssertionError("the block was entered")
    finally:
        signal.signal(signal.SIGINT, before)
    assert interrupted == [10]
    assert sqs.visible(sqs.source) == sorted(ids)


def test_all_is_given_back_where_a_request_of_the_look_fails(sqs: RecordingSQS) -> None:
    ids = sqs.fill(numbered(60))

    def fail_once(operation: str, _request: Request) -> None:
        if len(sqs.asked("receive_message")) == 3 and operation == "receive_message":
            raise ClientError({"Error": {"Code": "InternalError", "Message": "not now"}}, "ReceiveMessage")

    sqs.instead = fail_once
    with pytest.raises(ClientError, match="InternalError"), look_at(sqs):
        raise AssertionError("the block was entered")
    assert sqs.visible(sqs.source) == sorted(ids)


def test_where_sqs_lets_nobody_receive_more_the_look_ends_and_tells_what_it_may_not_have_seen(
    sqs: RecordingSQS,
) -> None:
    ids = sqs.fill(numbered(60))

    def refuse_more(operation: str, _request: Request) -> None:
        if len(sqs.asked("receive_message")) > 3 and operation == "receive_message":
            raise sqs.exceptions.OverLimit({"Error": {"Code": "OverLimit", "Message": "too many"}}, "ReceiveMessage")

    sqs.instead = refuse_more
    with look_at(sqs) as look:
        assert len(look) == 30
        assert look.count_others() == 30
    sqs.instead = lambda _operation, _request: None
    assert sqs.visible(sqs.source) == sorted(ids)


def test_what_was_given_back_or_deleted_is_not_given_back_again(sqs: RecordingSQS) -> None:
    sqs.fill(numbered(3))
    with look_at(sqs) as look:
        back, gone, kept = look.leases
        look.release([back])
        assert sqs.visible(sqs.source) == [back.message_id]
        look.forget([gone])
        assert [lease.message_id for lease in look.leases] == [kept.message_id]
        before = len(sqs.requests)
    [(operation, last)] = sqs.requests[before:]
    assert operation == "change_message_visibility_batch"
    assert [entry["ReceiptHandle"] for entry in last["Entries"]] == [kept.receipt]


def test_unseen_is_what_others_hold_and_what_came_later(sqs: RecordingSQS) -> None:
    sqs.fill(numbered(2))
    sqs.take(sqs.source, hide_seconds=600)
    sqs.fill(numbered(12))
    with look_at(sqs) as look:
        assert (len(look), look.count_others()) == (12, 2)
        sqs.fill(numbered(1))
        assert look.count_others() == 3


def test_unseen_is_nothing_where_all_is_held_here(sqs: RecordingSQS) -> None:
    sqs.fill(numbered(12))
    with look_at(sqs) as look:
        assert look.count_others() == 0


def test_a_message_that_is_received_again_counts_once_and_with_its_latest_receipt(
    sqs: RecordingSQS, written: Journal
) -> None:
    [message_id] = sqs.fill(numbered(1))
    receipts: list[str] = []
    expected: list[int] = []

    def listen(operation: str, request: Request) -> Answer | None:
        if operation != "receive_message":
            return None
        answer = sqs.ask(operation, request)
        receipts.extend(message["ReceiptHandle"] for message in answer.get("Messages", []))
        return answer

    def let_expire(count: int) -> None:
        expected.append(count)
        sqs.moto.change_message_visibility(QueueUrl=sqs.source, ReceiptHandle=receipts[0], VisibilityTimeout=0)

    sqs.instead = listen
    with look_at(sqs, let_expire) as look:
        assert len(set(receipts)) == 2
        assert expected == [1]
        assert [(lease.message_id, lease.receipt) for lease in look.leases] == [(message_id, receipts[1])]
        assert look.letter(look.leases[0]).body == numbered(1)[0]
        list(mover(sqs, look, written).move(look.leases))
    [deleted] = sqs.asked("delete_message_batch")
    assert [entry["ReceiptHandle"] for entry in deleted["Entries"]] == [receipts[1]]
    assert (sqs.visible(sqs.source), sqs.bodies(sqs.target)) == ([], numbered(1))


def test_what_somebody_thinks_about_is_held_anew(sqs: RecordingSQS) -> None:
    sqs.fill(numbered(2))
    with look_at(sqs, lease_seconds=1) as look, look.renewing():
        held = eventually(lambda: sqs.asked("change_message_visibility_batch"), "a request to renew the leases")
    assert [entry["VisibilityTimeout"] for entry in held[0]["Entries"]] == [1, 1]
