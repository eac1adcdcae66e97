"""The life of an order from a system in memory: each source adds its steps, and says what it cannot tell."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from handler.item import item_of
from ops.errors import NoAccess
from ops.trace.step import Trace
from tests.support.orders import body, order
from tests.support.traced_system import DLQ, GIVEN_UP, LOG, NOTIFIER_LOG, QUEUE, TABLE, UNDELIVERED, TracedSystem

HISTORY = f"{LOG} orders-dead-letters"


@pytest.fixture
def traced() -> TracedSystem:
    return TracedSystem()


def said(trace: Trace) -> list[tuple[str, str]]:
    return [(step.what, step.text) for step in trace.steps]


def what(trace: Trace) -> list[str]:
    return [step.what for step in trace.steps]


def gaps(trace: Trace) -> list[tuple[str, str]]:
    return [(gap.source, gap.problem) for gap in trace.gaps]


def store(traced: TracedSystem, order_id: str = "O1", **changes: object) -> None:
    traced.table.items[order_id] = item_of(order(order_id, **changes))


def test_a_stored_order_has_a_life_without_gaps(traced: TracedSystem) -> None:
    store(traced)
    traced.log(1, stored=["O0", "O1"])
    traced.log(2, updated=["O1"])
    traced.log(3, NOTIFIER_LOG, told=["O1"])
    trace = traced.trace()
    assert said(trace) == [
        ("published", "version 2025-05-03T12:00:00Z, by the publisher's clock"),
        ("stored", ""),
        ("updated", ""),
        ("told", ""),
        ("in the table", "version 2025-05-03T12:00:00Z, status new"),
    ]
    assert (gaps(trace), trace.stored and trace.stored["userId"]) == ([], "U123")


def test_other_orders_leave_no_trace(traced: TracedSystem) -> None:
    store(traced, "O11")
    traced.log(1, stored=["O11"])
    traced.fail(2, "m1", 3, orderId="O12")
    traced.sqs.put(DLQ, body("O13"))
    traced.record(3, "edit", messageId="m1", orderId="O12")
    assert traced.trace() == Trace(steps=[], stored=None, gaps=[])


def test_a_dead_letter_has_each_attempt_with_its_reason_and_stays_visible(traced: TracedSystem) -> None:
    [letter] = traced.sqs.put(DLQ, body("O1", quantity=0))
    for attempt in (1, 2, 3):
        traced.fail(attempt, letter, attempt)
    trace = traced.trace()
    assert said(trace) == [
        ("queued", ""),
        *(("failed", f"attempt {attempt} of 3: invalid: no quantity") for attempt in (1, 2, 3)),
        ("dead", "SQS deletes it at 2025-05-17 12:00:00Z"),
    ]
    assert gaps(trace) == []
    assert [message.hidden_until for message in traced.sqs.queues[DLQ]] == [traced.sqs.clock.now]


def test_a_record_that_several_messages_share_is_an_attempt_of_the_letter(traced: TracedSystem) -> None:
    [letter] = traced.sqs.put(DLQ, body("O1"))
    traced.fail(1, "", 3, messageId=None, orderId=None, messageIds=["m8", letter, "m9"])
    assert what(traced.trace()) == ["published", "queued", "failed", "dead"]


def test_a_letter_without_an_attempt_has_a_likely_reason(traced: TracedSystem) -> None:
    traced.sqs.put(DLQ, body("O1", quantity=0))
    assert ("failed", "no attempt in the log: throttled, or not from OrderQueue") in said(traced.trace())


def test_the_queues_of_undelivered_orders_and_of_events_are_read(traced: TracedSystem) -> None:
    traced.sqs.put(UNDELIVERED, body("O1", quantity=0))
    event = {
        "orderId": "O1",
        "reason": "Throttled",
        "record": {"dynamodb": {"SequenceNumber": "1"}, "eventSourceARN": "a"},
    }
    traced.sqs.put(GIVEN_UP, json.dumps(event))
    until = "SQS deletes it at 2025-05-17 12:00:00Z"
    assert said(traced.trace()) == [
        ("undelivered", f"SNS could not deliver it to OrderQueue; {until}"),
        ("given up", f"Throttled; {until}"),
    ]


def test_a_late_event_has_its_reason(traced: TracedSystem) -> None:
    traced.log(1, NOTIFIER_LOG, delayed=["O1"])
    traced.log(1, NOTIFIER_LOG, orderIds=["O1"], reason="Throttled")
    traced.log(2, NOTIFIER_LOG, level="ERROR", orderId="O1", reason="AuthorizationError")
    assert said(traced.trace()) == [("delayed", "Throttled"), ("given up", "AuthorizationError")]


def test_a_system_without_events_has_no_notifier_to_ask(traced: TracedSystem) -> None:
    del traced.outputs["eventTopicArn"], traced.outputs["givenUpQueueUrl"], traced.outputs["notifierLogGroupName"]
    traced.log(1, stored=["O1"])
    assert what(traced.trace()) == ["stored"]


def test_an_id_can_be_given_as_it_is_shown(traced: TracedSystem) -> None:
    store(traced, "a\nb")
    traced.log(1, stored=["a\nb"])
    traced.sqs.put(DLQ, body("a\nb", quantity=0))
    assert what(traced.trace("a\\nb"))[1:] == ["queued", "stored", "failed", "in the table", "dead"]


def test_what_operators_did_is_told_with_who_and_why(traced: TracedSystem) -> None:
    traced.fail(1, "m1", 3)
    traced.record(2, "edit", "r1", messageId="m1", orderId="O1", end={"step": "ended", "copy": "m2"})
    traced.record(3, "redrive", "r2", named={"m2": "O1"}, end={"step": "stopped", "error": "KeyboardInterrupt"})
    traced.record(3, "redrive", "r5", named={"m2": "O1"}, end={"step": "stopped", "error": "UserError"})
    traced.record(3, "redrive", "r6", named={"m2": "O1"}, end={"step": "ended", "notSent": 1})
    traced.record(3.2, "redrive", "r8", named={"m2": "O1"}, end={"step": "ended", "sent": 0, "sentBefore": 1})
    traced.record(3.4, "redrive", "r7", named={"m2": "O1"}, end={"step": "ended", "notSent": 0, "lost": 0})
    traced.record(4, "archive", "r3", named={"m2": None})
    traced.record(5, "redrive", "r4", named={"m9": "O9"}, chosen='{"all": true}')
    trace = traced.trace()
    assert said(trace)[1:] == [
        ("edited", "by ann, because calm again; done, as message m2"),
        ("perhaps redriven", "by ann, because calm again; stopped by Ctrl-C"),
        ("perhaps redriven", "by ann, because calm again; stopped by an error"),
        ("perhaps redriven", "by ann, because calm again; it left some letters alone"),
        ("perhaps redriven", "by ann, because calm again; it left some letters alone"),
        ("redriven", "by ann, because calm again; done"),
        ("perhaps archived", "by ann, because calm again; its end is not recorded: it was killed, or is still running"),
    ]
    assert gaps(trace) == []


def test_an_edit_of_many_letters_explains_where_a_dead_letter_is(traced: TracedSystem) -> None:
    traced.fail(1, "m1", 3)
    traced.record(2, "edit", "r1", named={"m1": "O1", "m2": "O2"}, end={"step": "ended"})
    store(traced, "O1")
    traced.log(3, stored=["O1"])
    trace = traced.trace()
    assert what(trace) == ["published", "failed", "edited", "stored", "in the table"]
    assert gaps(trace) == []


def test_an_action_that_names_no_letter_is_perhaps_about_a_dead_order(traced: TracedSystem) -> None:
    traced.record(1, "redrive", "r1", chosen='{"all": true}')
    traced.fail(2, "m1", 3)
    traced.record(3, "redrive", "r2", chosen='{"all": true}')
    traced.record(4, "redrive", "r3", chosen='{"names": ["O2"]}')
    traced.record(5, "redrive", "r4", chosen='{"names": ["O1"]}', end={"step": "ended"})
    traced.record(6, "move start", "r5")
    traced.record(7, "move cancel", "r6")
    assert what(traced.trace()) == ["failed", "perhaps redriven", "redriven"]


def test_a_redrive_of_too_many_letters_to_name_them_explains_a_dead_letter_once(traced: TracedSystem) -> None:
    traced.fail(1, "m1", 3)
    traced.record(2, "redrive", "r1", chosen='{"all": true}', end={"step": "ended", "notSent": 0})
    store(traced, "O1")
    traced.log(3, stored=["O1"])
    traced.record(4, "redrive", "r2", chosen='{"all": true}', end={"step": "ended", "notSent": 0})
    trace = traced.trace()
    assert what(trace) == ["published", "failed", "perhaps redriven", "stored", "in the table"]
    assert gaps(trace) == []


def test_an_order_that_a_retry_stored_was_never_redriven(traced: TracedSystem) -> None:
    traced.fail(1, "m1", 1)
    store(traced, "O1")
    traced.log(2, stored=["O1"])
    traced.record(3, "redrive", "r1", chosen='{"all": true}')
    assert what(traced.trace()) == ["published", "failed", "stored", "in the table"]


def test_a_dead_letter_that_is_named_before_is_not_in_a_later_redrive(traced: TracedSystem) -> None:
    traced.fail(1, "m1", 3)
    traced.record(2, "redrive", "r1", named={"m1": "O1"}, end={"step": "ended"})
    traced.record(3, "redrive", "r2", chosen='{"all": true}')
    assert what(traced.trace()) == ["failed", "redriven"]


def test_a_merge_of_a_table_has_perhaps_stored_the_order(traced: TracedSystem) -> None:
    traced.record(1, "table merge", table="Orders-before", end={"step": "ended", "stored": 3})
    traced.record(2, "table restore", "r2", table="Orders-before")
    assert said(traced.trace()) == [("perhaps merged", "by ann, because calm again; done")]


@pytest.mark.parametrize(
    "value", [None, 5, "[", "x", [], {}, {"names": 5}, "[" * 9999, '{"names": {}}', '"x"'], ids=str
)
def test_a_record_of_any_content_is_read(traced: TracedSystem, value: object) -> None:
    for position, name in enumerate(("chosen", "named", "messageId", "orderId")):
        details: dict[str, Any] = {name: value}
        traced.record(1, "redrive", f"r{position}", **details, end={"step": "ended", "copy": value})
    assert gaps(traced.trace()) == []


def test_an_unreadable_history_is_a_gap(traced: TracedSystem) -> None:
    traced.record(1, "redrive")
    traced.logs.history = [(at, line[:-1]) for at, line in traced.logs.history]
    assert gaps(traced.trace()) == [(HISTORY, "1 record of the history cannot be read")]


def test_an_order_that_is_older_than_the_log_is_a_gap(traced: TracedSystem) -> None:
    store(traced)
    traced.log(1, updated=["O1"])
    since = "no record since 2026-11-24 16:45:00Z of when the order was first stored"
    assert gaps(traced.trace()) == [(LOG, f"{since}: it is older, or somebody else wrote the order")]


def test_a_letter_that_vanished_is_a_gap_unless_the_history_explains_it(traced: TracedSystem) -> None:
    traced.fail(1, "m1", 3)
    [(source, problem)] = gaps(traced.trace())
    assert (source, problem.partition(":")[0]) == (DLQ, "message m1 failed for the last time, and is not visible there")
    traced.record(2, "purge", named={"m1": "O1"})
    assert gaps(traced.trace()) == []


def test_an_earlier_attempt_is_no_gap(traced: TracedSystem) -> None:
    traced.fail(1, "m1", 2)
    assert gaps(traced.trace()) == []


def test_letters_that_nobody_can_assign_are_gaps(traced: TracedSystem) -> None:
    store(traced)
    traced.log(1, stored=["O1"])
    traced.sqs.put(DLQ, "not JSON")
    traced.sqs.held = 3
    assert gaps(traced.trace()) == [
        (DLQ, "1 message without an order ID: perhaps about this order"),
        (DLQ, "there may be about 3 more messages: somebody else holds them, or SQS counts late"),
    ]


def test_an_order_of_which_nothing_is_known_may_be_waiting(traced: TracedSystem) -> None:
    traced.sqs.put(QUEUE, body("O1"), body("O2"))
    assert gaps(traced.trace()) == [(QUEUE, "2 messages waiting: perhaps the order is among them")]
    store(traced)
    traced.log(1, stored=["O1"])
    assert gaps(traced.trace()) == []


def test_each_source_can_be_unreadable_and_the_others_still_tell(traced: TracedSystem) -> None:
    store(traced)
    traced.log(1, stored=["O1"])
    traced.log(2, NOTIFIER_LOG, told=["O1"])
    traced.sqs.put(DLQ, body("O1", quantity=0))
    whole = traced.trace()
    assert gaps(whole) == []
    denied = "these credentials may not call {}: no"
    for source, operation in (
        *((queue, "ReceiveMessage") for queue in (DLQ, UNDELIVERED, GIVEN_UP)),
        *((log, "FilterLogEvents") for log in (LOG, NOTIFIER_LOG)),
    ):
        traced.sqs.denied = traced.logs.denied = {source}
        trace = traced.trace()
        assert gaps(trace) == [(source, denied.format(operation))]
        assert 0 < len(trace.steps) <= len(whole.steps)
    traced.sqs.denied, traced.logs.denied = set(), {"orders-dead-letters"}
    assert gaps(traced.trace()) == [(HISTORY, denied.format("FilterLogEvents"))]


def test_a_table_that_cannot_be_read_is_a_gap(traced: TracedSystem, monkeypatch: pytest.MonkeyPatch) -> None:
    traced.log(1, stored=["O1"])

    def deny(**_: object) -> None:
        raise ClientError({"Error": {"Code": "ResourceNotFoundException", "Message": "no"}}, "GetItem")

    monkeypatch.setattr(traced.table, "get_item", deny)
    trace = traced.trace()
    assert what(trace) == ["stored"]
    [(source, problem)] = gaps(trace)
    assert (source, problem.startswith("GetItem found nothing")) == (TABLE, True)


def test_if_no_source_answers_that_is_the_error(traced: TracedSystem, monkeypatch: pytest.MonkeyPatch) -> None:
    def expired(**_: object) -> None:
        raise ClientError({"Error": {"Code": "ExpiredToken", "Message": "no"}}, "GetItem")

    monkeypatch.setattr(traced.table, "get_item", expired)
    traced.sqs.denied = {DLQ, UNDELIVERED, GIVEN_UP}
    traced.logs.denied = {LOG, NOTIFIER_LOG, "orders-dead-letters"}
    with pytest.raises(NoAccess) as raised:
        traced.trace()
    assert str(raised.value).startswith("the AWS session has expired")


def test_an_item_that_is_no_order_is_shown_as_it_is(traced: TracedSystem) -> None:
    traced.log(1, stored=["O1"])
    for instant in ({"N": "5"}, {"S": "noon"}, {"NULL": True}):
        traced.table.items["O1"] = {"orderId": {"S": "O1"}, "timestampUtc": instant}
        assert said(traced.trace())[1:] == [("in the table", "version null, status null")]
