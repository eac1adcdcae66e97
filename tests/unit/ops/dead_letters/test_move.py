"""Moving letters over moto's SQS: all of them arrive, unchanged, in batches that SQS accepts."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from ops.dead_letters.journal import Journal, read_run
from ops.dead_letters.letter import CAME_FROM, MAX_ATTRIBUTES, MAX_BYTES
from tests.support.orders import body
from tests.support.recording_sqs import BINARY, TEXT, RecordingSQS, look_at, move_all, mover, numbered

ENVELOPE = json.dumps(
    {"Type": "Notification", "TopicArn": "arn:aws:sns:eu-west-1:1:OrderTopic", "Message": body("O1")}, indent=2
)
BODIES = {
    "an order": body("O1"),
    "in SNS's envelope": ENVELOPE,
    "white space": " \t\r\n ",
    "line ends": '{"a":\r\n1}\n\n',
    "beyond ASCII": "ä€😀 \u2028 \x85 \ufffd",
    "no JSON": "\\u0041 \\n <&>",
    "1 MiB": "x" * MAX_BYTES,
}
ATTRIBUTES: Mapping[str, Mapping[str, Any]] = {
    "none": {},
    "binary": {"picture": BINARY},
    "of each type": {"picture": BINARY, "text": TEXT, "number": {"DataType": "Number", "StringValue": "1.50"}},
    "as many as there can be": {f"a.{number}": TEXT for number in range(MAX_ATTRIBUTES)},
    "marked": {CAME_FROM: {"DataType": "String", "StringValue": "old"}},
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_a_body_is_the_same_in_a_look_and_after_a_move_byte_for_byte(
    sqs: RecordingSQS, written: Journal, body: str
) -> None:
    [message_id] = sqs.fill([body])
    with look_at(sqs) as look:
        assert look.letter(look.leases[0]).body.encode() == body.encode()
        [sent] = mover(sqs, look, written).move(look.leases)
        assert (list(sent.copies), sent.rejected) == ([message_id], {})
    [arrived] = sqs.take(sqs.target)
    assert arrived["Body"].encode() == body.encode()
    assert arrived["MessageId"] == sent.copies[message_id]
    assert sqs.visible(sqs.source) == []


@pytest.mark.parametrize("attributes", ATTRIBUTES.values(), ids=ATTRIBUTES)
def test_attributes_are_the_same_in_a_look_and_after_a_move(
    sqs: RecordingSQS, written: Journal, attributes: Mapping[str, Any]
) -> None:
    sqs.fill([body("O1")], attributes)
    with look_at(sqs) as look:
        assert look.letter(look.leases[0]).attributes == attributes
        list(mover(sqs, look, written).move(look.leases))
    [arrived] = sqs.take(sqs.target)
    assert arrived.get("MessageAttributes", {}) == attributes
    assert sqs.visible(sqs.source) == []


# moto ignores the header in a batch request, so the test reads the request.
def test_the_trace_goes_on_where_a_letter_is_moved(sqs: RecordingSQS, written: Journal) -> None:
    trace: Any = {"DataType": "String", "StringValue": "Root=1-5759e988-bd862e3fe1be46a994272793"}
    sqs.moto.send_message(QueueUrl=sqs.source, MessageBody="traced", MessageSystemAttributes={"AWSTraceHeader": trace})
    sqs.fill(["not traced"])
    move_all(sqs, written)
    entries = [entry for request in sqs.asked("send_message_batch") for entry in request["Entries"]]
    assert {entry["MessageBody"]: entry.get("MessageSystemAttributes") for entry in entries} == {
        "traced": {"AWSTraceHeader": trace},
        "not traced": None,
    }


def test_the_message_group_goes_on_where_a_letter_is_moved(sqs: RecordingSQS, written: Journal) -> None:
    sqs.moto.send_message(QueueUrl=sqs.source, MessageBody="of a group", MessageGroupId="U123")
    sqs.fill(["of none"])
    move_all(sqs, written)
    [request] = sqs.asked("send_message_batch")
    assert {entry["MessageBody"]: entry.get("MessageGroupId") for entry in request["Entries"]} == {
        "of a group": "U123",
        "of none": None,
    }


def test_all_is_moved_by_tens(sqs: RecordingSQS, written: Journal) -> None:
    ids = sqs.fill(numbered(95))
    expected = move_all(sqs, written)
    assert (sqs.visible(sqs.source), sqs.bodies(sqs.target)) == ([], sorted(numbered(95)))
    assert sorted(len(sent.copies) for sent in expected) == [5, *[10] * 9]
    state = read_run(written.path)
    assert (state.sending, set(state.sent), state.deleted) == (set(), set(ids), set(ids))
    assert sorted(state.sent.values()) == sqs.visible(sqs.target)
    assert state.sent == {old: new for sent in expected for old, new in sent.copies.items()}


@pytest.mark.parametrize(("rate", "most"), [(1_000.0, 10), (2_000.5, 10)])
def test_a_rate_moves_all_the_same(sqs: RecordingSQS, written: Journal, rate: float, most: int) -> None:
    sqs.fill(numbered(25))
    with look_at(sqs) as look:
        expected = list(mover(sqs, look, written).move(look.leases, rate=rate))
    assert max(len(sent.copies) for sent in expected) == most
    assert (sqs.visible(sqs.source), len(sqs.visible(sqs.target))) == ([], 25)


def test_a_low_rate_makes_small_batches(sqs: RecordingSQS, written: Journal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.sleep", lambda _seconds: None)
    sqs.fill(numbered(5))
    with look_at(sqs) as look:
        expected = list(mover(sqs, look, written).move(look.leases, rate=2))
    assert sorted(len(sent.copies) for sent in expected) == [1, 2, 2]
    assert sqs.visible(sqs.source) == []


def size_of(entry: Mapping[str, Any]) -> int:
    """Return the size of an entry in bytes, as SQS counts it."""
    attributes = entry["MessageAttributes"].items()
    values = [len(value.get("BinaryValue") or value["StringValue"].encode()) for _, value in attributes]
    names = [len(name.encode()) + len(value["DataType"]) for name, value in attributes]
    return len(entry["MessageBody"].encode()) + sum(values) + sum(names)


def test_what_is_sent_together_is_never_more_than_a_batch_can_be(sqs: RecordingSQS, written: Journal) -> None:
    # "ä" has two bytes, and attributes count too. Counting characters, or bodies only, makes this test fail.
    sizes = [300_000, 524_288, 524_288, 10, 1_048_500, 100, 350_000, 350_000, 350_000]
    letters = [("ä" * (size // 2), {"picture": BINARY} if size < 1_000_000 else {}) for size in sizes]
    for text, attributes in letters:
        sqs.fill([text], attributes)
    move_all(sqs, written)
    together = [sum(map(size_of, request["Entries"])) for request in sqs.asked("send_message_batch")]
    assert max(together) <= MAX_BYTES
    assert len(together) > 1
    assert sqs.bodies(sqs.target) == sorted(text for text, _ in letters)
    assert sqs.visible(sqs.source) == []


def test_as_much_is_sent_together_as_a_batch_can_be(sqs: RecordingSQS, written: Journal) -> None:
    sqs.fill(["x" * (MAX_BYTES // 4)] * 4)
    move_all(sqs, written)
    assert [len(request["Entries"]) for request in sqs.asked("send_message_batch")] == [4]


HALF = "x" * (MAX_BYTES // 2)


@pytest.mark.parametrize(
    ("other", "attributes"),
    [(HALF + "x", {}), ("ä" * (MAX_BYTES // 4) + "x", {}), (HALF, {"a": {"DataType": "String", "StringValue": "x"}})],
    ids=["of bodies", "of characters with two bytes", "of attributes"],
)
def test_a_byte_too_much_makes_two_batches(
    sqs: RecordingSQS, written: Journal, other: str, attributes: Mapping[str, Any]
) -> None:
    sqs.fill([HALF])
    sqs.fill([other], attributes)
    move_all(sqs, written)
    assert [len(request["Entries"]) for request in sqs.asked("send_message_batch")] == [1, 1]


def test_only_what_was_chosen_is_moved(sqs: RecordingSQS, written: Journal) -> None:
    sqs.fill(numbered(20))
    with look_at(sqs) as look:
        chosen = [lease for lease in look.leases if lease.order_id in {"O3", "O11"}]
        list(mover(sqs, look, written).move(chosen))
    assert sqs.bodies(sqs.target) == sorted([body("O3"), body("O11")])
    assert len(sqs.visible(sqs.source)) == 18


def test_nothing_to_move_is_no_request(sqs: RecordingSQS, written: Journal) -> None:
    assert move_all(sqs, written) == []
    assert sqs.asked("send_message_batch") == []
    assert written.path.read_text() == ""
