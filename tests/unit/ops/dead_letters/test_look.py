"""Looking at queues and moving what is in them, over moto's SQS: nothing gets lost, nothing is taken twice."""

import json
import signal
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, cast

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from ops.dead_letters import look as module
from ops.dead_letters.journal import Journal, journal, read_moves
from ops.dead_letters.letter import CAME_FROM, MAX_ATTRIBUTES, MAX_BYTES, Letter
from ops.dead_letters.look import HOLD_SECONDS, Look
from ops.dead_letters.transfer import Mover, Sent, send
from ops.publish import IN_FLIGHT
from tests.support.orders import body
from tests.support.waiting import eventually

REGION = "eu-west-1"
Request = Mapping[str, Any]
Answer = dict[str, Any]


class Desk:
    """A client of moto's SQS: it takes one request at a time, keeps them, and a test may answer in moto's place."""

    def __init__(self) -> None:
        self.moto = boto3.client("sqs", REGION)
        self.source = self.moto.create_queue(QueueName="OrderDLQ")["QueueUrl"]
        self.target = self.moto.create_queue(QueueName="OrderQueue")["QueueUrl"]
        self.requests: list[tuple[str, Request]] = []
        self.instead: Callable[[str, Request], Answer | None] = lambda _operation, _request: None
        self._lock = threading.Lock()
        self.exceptions = self.moto.exceptions

    def __getattr__(self, operation: str) -> Callable[..., Answer]:
        def ask(**request: Any) -> Answer:
            with self._lock:
                self.requests.append((operation, request))
                return self.instead(operation, request) or self.ask(operation, request)

        return ask

    def ask(self, operation: str, request: Request) -> Answer:
        return cast("Answer", getattr(self.moto, operation)(**request))

    def asked(self, operation: str) -> list[Request]:
        return [request for name, request in self.requests if name == operation]

    def fill(self, bodies: Sequence[str], attributes: Mapping[str, Any] | None = None) -> list[str]:
        """Put messages into the source, and return their ids."""
        return [
            self.moto.send_message(QueueUrl=self.source, MessageBody=one, MessageAttributes=attributes or {})[
                "MessageId"
            ]
            for one in bodies
        ]

    def take(self, queue_url: str, *, hide_seconds: int = 0) -> list[Any]:
        """What somebody else gets who receives everything that is visible, hidden from others for a while."""
        found: dict[str, Any] = {}
        while True:
            messages = self.moto.receive_message(
                QueueUrl=queue_url,
                MaxNumberOfMessages=10,
                VisibilityTimeout=600,
                WaitTimeSeconds=0,
                MessageAttributeNames=["All"],
                MessageSystemAttributeNames=["All"],
            ).get("Messages", [])
            if not messages:
                break
            for message in messages:
                assert message["MessageId"] not in found
                found[message["MessageId"]] = message
        for message in found.values():
            self.moto.change_message_visibility(
                QueueUrl=queue_url, ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=hide_seconds
            )
        return list(found.values())

    def visible(self, queue_url: str) -> list[str]:
        return sorted(message["MessageId"] for message in self.take(queue_url))

    def bodies(self, queue_url: str) -> list[str]:
        return sorted(message["Body"] for message in self.take(queue_url))


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "moto")
    monkeypatch.setattr(module, "POLL_SECONDS", 0)  # moto waits in earnest where a queue is empty.
    with mock_aws():
        yield Desk()


@pytest.fixture
def written(tmp_path: Path) -> Iterator[Journal]:
    with journal(tmp_path / "run.jsonl") as opened:
        yield opened


def look_at(desk: Desk, told: Callable[[int], None] = lambda _count: None) -> Look:
    return Look(cast("Any", desk), desk.source, told=told)


def mover(desk: Desk, look: Look, written: Journal) -> Mover:
    return Mover(cast("Any", desk), look, written, source=desk.source, target=desk.target)


def move_all(desk: Desk, written: Journal) -> list[Sent]:
    with look_at(desk) as look:
        return list(mover(desk, look, written).move(look.seen))


def numbered(count: int) -> list[str]:
    return [body(f"O{number}") for number in range(count)]


# Looking


@pytest.mark.parametrize("count", [0, 1, 10, 95])
def test_a_look_sees_each_message_once(desk: Desk, count: int) -> None:
    ids = desk.fill(numbered(count))
    told: list[int] = []
    with look_at(desk, told.append) as look:
        assert sorted(seen.message_id for seen in look.seen) == sorted(ids)
        assert sorted(str(seen.order_id) for seen in look.seen) == sorted(f"O{number}" for number in range(count))
        assert (len(look), sum(told)) == (count, count)


def test_the_oldest_is_seen_first(desk: Desk) -> None:
    desk.fill(numbered(30))
    with look_at(desk) as look:
        moments = [seen.first_seen for seen in look.seen]
        assert moments == sorted(moments)
        assert len(moments) == 30


def test_what_a_look_sees_is_hidden_from_others_until_its_end(desk: Desk) -> None:
    ids = desk.fill(numbered(25))
    with look_at(desk):
        assert desk.visible(desk.source) == []
    assert desk.visible(desk.source) == sorted(ids)


def test_all_is_given_back_where_the_block_is_interrupted(desk: Desk) -> None:
    ids = desk.fill(numbered(25))
    with pytest.raises(KeyboardInterrupt), look_at(desk):
        raise KeyboardInterrupt
    assert desk.visible(desk.source) == sorted(ids)


def test_all_is_given_back_where_ctrl_c_comes_during_the_look(desk: Desk) -> None:
    ids = desk.fill(numbered(60))
    interrupted: list[int] = []

    def press_ctrl_c(count: int) -> None:
        if not interrupted:
            interrupted.append(count)
            signal.pthread_kill(cast("int", threading.main_thread().ident), signal.SIGINT)

    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt), look_at(desk, press_ctrl_c):
            raise AssertionError("the block was entered")
    finally:
        signal.signal(signal.SIGINT, before)
    assert interrupted == [10]
    assert desk.visible(desk.source) == sorted(ids)


def test_all_is_given_back_where_a_request_of_the_look_fails(desk: Desk) -> None:
    ids = desk.fill(numbered(60))

    def fail_once(operation: str, _request: Request) -> None:
        if len(desk.asked("receive_message")) == 3 and operation == "receive_message":
            raise ClientError({"Error": {"Code": "InternalError", "Message": "not now"}}, "ReceiveMessage")

    desk.instead = fail_once
    with pytest.raises(ClientError, match="InternalError"), look_at(desk):
        raise AssertionError("the block was entered")
    assert desk.visible(desk.source) == sorted(ids)


def test_where_sqs_lets_nobody_receive_more_the_look_ends_and_tells_what_it_may_not_have_seen(desk: Desk) -> None:
    ids = desk.fill(numbered(60))

    def refuse_more(operation: str, _request: Request) -> None:
        if len(desk.asked("receive_message")) > 3 and operation == "receive_message":
            raise desk.exceptions.OverLimit({"Error": {"Code": "OverLimit", "Message": "too many"}}, "ReceiveMessage")

    desk.instead = refuse_more
    with look_at(desk) as look:
        assert len(look) == 30
        assert look.unseen() == 30
    desk.instead = lambda _operation, _request: None
    assert desk.visible(desk.source) == sorted(ids)


def test_what_was_given_back_or_deleted_is_not_given_back_again(desk: Desk) -> None:
    desk.fill(numbered(3))
    with look_at(desk) as look:
        back, gone, kept = look.seen
        look.give_back([back])
        assert desk.visible(desk.source) == [back.message_id]
        look.forget([gone])
        assert [seen.message_id for seen in look.seen] == [kept.message_id]
        before = len(desk.requests)
    [(operation, last)] = desk.requests[before:]
    assert operation == "change_message_visibility_batch"
    assert [entry["ReceiptHandle"] for entry in last["Entries"]] == [kept.receipt]


def test_unseen_is_what_others_hold_and_what_came_later(desk: Desk) -> None:
    desk.fill(numbered(2))
    desk.take(desk.source, hide_seconds=600)
    desk.fill(numbered(12))
    with look_at(desk) as look:
        assert (len(look), look.unseen()) == (12, 2)
        desk.fill(numbered(1))
        assert look.unseen() == 3


def test_unseen_is_nothing_where_all_is_held_here(desk: Desk) -> None:
    desk.fill(numbered(12))
    with look_at(desk) as look:
        assert look.unseen() == 0


def test_a_message_that_is_received_again_counts_once_and_with_its_latest_receipt(desk: Desk, written: Journal) -> None:
    [message_id] = desk.fill(numbered(1))
    receipts: list[str] = []
    told: list[int] = []

    def listen(operation: str, request: Request) -> Answer | None:
        if operation != "receive_message":
            return None
        answer = desk.ask(operation, request)
        receipts.extend(message["ReceiptHandle"] for message in answer.get("Messages", []))
        return answer

    def let_expire(count: int) -> None:
        told.append(count)
        desk.moto.change_message_visibility(QueueUrl=desk.source, ReceiptHandle=receipts[0], VisibilityTimeout=0)

    desk.instead = listen
    with look_at(desk, let_expire) as look:
        assert len(set(receipts)) == 2
        assert told == [1]
        assert [(seen.message_id, seen.receipt) for seen in look.seen] == [(message_id, receipts[1])]
        assert look.whole(look.seen[0]).body == numbered(1)[0]
        list(mover(desk, look, written).move(look.seen))
    [deleted] = desk.asked("delete_message_batch")
    assert [entry["ReceiptHandle"] for entry in deleted["Entries"]] == [receipts[1]]
    assert (desk.visible(desk.source), desk.bodies(desk.target)) == ([], numbered(1))


def test_what_is_looked_at_for_long_is_held_anew(desk: Desk) -> None:
    desk.fill(numbered(12))
    with look_at(desk) as look:
        look.hold_on()
        assert desk.asked("change_message_visibility_batch") == []
        look._held_at -= HOLD_SECONDS  # As though so much time had passed.
        look.hold_on()
        look.hold_on()
        held = [entry for request in desk.asked("change_message_visibility_batch") for entry in request["Entries"]]
        assert sorted(entry["ReceiptHandle"] for entry in held) == sorted(seen.receipt for seen in look.seen)
        assert {entry["VisibilityTimeout"] for entry in held} == {HOLD_SECONDS}


# Moving


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
BINARY = {"DataType": "Binary.png", "BinaryValue": bytes(range(256))}
TEXT = {"DataType": "String", "StringValue": "ä€😀"}
ATTRIBUTES: Mapping[str, Mapping[str, Any]] = {
    "none": {},
    "binary": {"picture": BINARY},
    "of each type": {"picture": BINARY, "text": TEXT, "number": {"DataType": "Number", "StringValue": "1.50"}},
    "as many as there can be": {f"a.{number}": TEXT for number in range(MAX_ATTRIBUTES)},
    "marked": {CAME_FROM: {"DataType": "String", "StringValue": "old"}},
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_a_body_is_the_same_in_a_look_and_after_a_move_byte_for_byte(desk: Desk, written: Journal, body: str) -> None:
    [message_id] = desk.fill([body])
    with look_at(desk) as look:
        assert look.whole(look.seen[0]).body.encode() == body.encode()
        [sent] = mover(desk, look, written).move(look.seen)
        assert (list(sent.copies), sent.refused) == ([message_id], {})
    [arrived] = desk.take(desk.target)
    assert arrived["Body"].encode() == body.encode()
    assert arrived["MessageId"] == sent.copies[message_id]
    assert desk.visible(desk.source) == []


@pytest.mark.parametrize("attributes", ATTRIBUTES.values(), ids=ATTRIBUTES)
def test_attributes_are_the_same_in_a_look_and_after_a_move(
    desk: Desk, written: Journal, attributes: Mapping[str, Any]
) -> None:
    desk.fill([body("O1")], attributes)
    with look_at(desk) as look:
        assert look.whole(look.seen[0]).attributes == attributes
        list(mover(desk, look, written).move(look.seen))
    [arrived] = desk.take(desk.target)
    assert arrived.get("MessageAttributes", {}) == attributes
    assert desk.visible(desk.source) == []


# moto itself forgets the header where it comes in a batch.
def test_the_trace_goes_on_where_a_letter_is_moved(desk: Desk, written: Journal) -> None:
    trace: Any = {"DataType": "String", "StringValue": "Root=1-5759e988-bd862e3fe1be46a994272793"}
    desk.moto.send_message(
        QueueUrl=desk.source, MessageBody="traced", MessageSystemAttributes={"AWSTraceHeader": trace}
    )
    desk.fill(["not traced"])
    move_all(desk, written)
    entries = [entry for request in desk.asked("send_message_batch") for entry in request["Entries"]]
    assert {entry["MessageBody"]: entry.get("MessageSystemAttributes") for entry in entries} == {
        "traced": {"AWSTraceHeader": trace},
        "not traced": None,
    }


def test_all_is_moved_by_tens(desk: Desk, written: Journal) -> None:
    ids = desk.fill(numbered(95))
    told = move_all(desk, written)
    assert (desk.visible(desk.source), desk.bodies(desk.target)) == ([], sorted(numbered(95)))
    assert sorted(len(sent.copies) for sent in told) == [5, *[10] * 9]
    moves = read_moves(written.path)
    assert (moves.sending, set(moves.sent), moves.deleted) == (set(), set(ids), set(ids))
    assert sorted(moves.sent.values()) == desk.visible(desk.target)
    assert moves.sent == {old: new for sent in told for old, new in sent.copies.items()}


@pytest.mark.parametrize(("rate", "most"), [(1_000.0, 10), (2_000.5, 10)])
def test_a_rate_moves_all_the_same(desk: Desk, written: Journal, rate: float, most: int) -> None:
    desk.fill(numbered(25))
    with look_at(desk) as look:
        told = list(mover(desk, look, written).move(look.seen, rate=rate))
    assert max(len(sent.copies) for sent in told) == most
    assert (desk.visible(desk.source), len(desk.visible(desk.target))) == ([], 25)


def test_a_low_rate_makes_small_batches(desk: Desk, written: Journal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.sleep", lambda _seconds: None)
    desk.fill(numbered(5))
    with look_at(desk) as look:
        told = list(mover(desk, look, written).move(look.seen, rate=2))
    assert sorted(len(sent.copies) for sent in told) == [1, 2, 2]
    assert desk.visible(desk.source) == []


def size_of(entry: Mapping[str, Any]) -> int:
    """The bytes of an entry as SQS counts them."""
    attributes = entry["MessageAttributes"].items()
    values = [len(value.get("BinaryValue") or value["StringValue"].encode()) for _, value in attributes]
    names = [len(name.encode()) + len(value["DataType"]) for name, value in attributes]
    return len(entry["MessageBody"].encode()) + sum(values) + sum(names)


def test_what_is_sent_together_is_never_more_than_a_batch_can_be(desk: Desk, written: Journal) -> None:
    # "ä" has two bytes, and attributes count, so that neither characters nor bodies alone would do.
    sizes = [300_000, 524_288, 524_288, 10, 1_048_500, 100, 350_000, 350_000, 350_000]
    letters = [("ä" * (size // 2), {"picture": BINARY} if size < 1_000_000 else {}) for size in sizes]
    for text, attributes in letters:
        desk.fill([text], attributes)
    move_all(desk, written)
    together = [sum(map(size_of, request["Entries"])) for request in desk.asked("send_message_batch")]
    assert max(together) <= MAX_BYTES
    assert len(together) > 1
    assert desk.bodies(desk.target) == sorted(text for text, _ in letters)
    assert desk.visible(desk.source) == []


def test_as_much_is_sent_together_as_a_batch_can_be(desk: Desk, written: Journal) -> None:
    desk.fill(["x" * (MAX_BYTES // 4)] * 4)
    move_all(desk, written)
    assert [len(request["Entries"]) for request in desk.asked("send_message_batch")] == [4]


HALF = "x" * (MAX_BYTES // 2)


@pytest.mark.parametrize(
    ("other", "attributes"),
    [(HALF + "x", {}), ("ä" * (MAX_BYTES // 4) + "x", {}), (HALF, {"a": {"DataType": "String", "StringValue": "x"}})],
    ids=["of bodies", "of characters with two bytes", "of attributes"],
)
def test_a_byte_too_much_makes_two_batches(
    desk: Desk, written: Journal, other: str, attributes: Mapping[str, Any]
) -> None:
    desk.fill([HALF])
    desk.fill([other], attributes)
    move_all(desk, written)
    assert [len(request["Entries"]) for request in desk.asked("send_message_batch")] == [1, 1]


def refusing(desk: Desk, refused: set[str]) -> Callable[[str, Request], Answer | None]:
    """A queue that takes all but some bodies."""

    def answer(operation: str, request: Request) -> Answer | None:
        if operation != "send_message_batch":
            return None
        taken = [entry for entry in request["Entries"] if entry["MessageBody"] not in refused]
        failed = [
            {"Id": entry["Id"], "Code": "InvalidMessageContents", "Message": "not like this", "SenderFault": True}
            for entry in request["Entries"]
            if entry["MessageBody"] in refused
        ]
        successful = desk.ask(operation, {**request, "Entries": taken})["Successful"] if taken else []
        return {"Successful": successful, "Failed": failed}

    return answer


@pytest.mark.parametrize("numbers", [{3}, {0, 9, 10}, set(range(15))])
def test_what_the_target_refuses_stays_in_the_source_and_is_told(
    desk: Desk, written: Journal, numbers: set[int]
) -> None:
    bodies = numbered(15)
    ids = dict(zip(bodies, desk.fill(bodies), strict=True))
    refused = {bodies[number] for number in numbers}
    desk.instead = refusing(desk, refused)
    told = move_all(desk, written)
    assert {message_id: why for sent in told for message_id, why in sent.refused.items()} == {
        ids[one]: "InvalidMessageContents: not like this" for one in refused
    }
    assert desk.bodies(desk.source) == sorted(refused)
    assert desk.bodies(desk.target) == sorted(set(bodies) - refused)
    moves = read_moves(written.path)
    moved = {ids[one] for one in set(bodies) - refused}
    assert (moves.sending, set(moves.sent), moves.deleted) == (set(), moved, moved)


def test_what_cannot_be_deleted_is_told_as_sent_and_stays_in_the_source(desk: Desk, written: Journal) -> None:
    ids = desk.fill(numbered(12))

    def keep_the_first(operation: str, request: Request) -> Answer | None:
        if operation != "delete_message_batch":
            return None
        first, *rest = request["Entries"]
        gone = desk.ask(operation, {**request, "Entries": rest})["Successful"] if rest else []
        return {"Successful": gone, "Failed": [{"Id": first["Id"], "Code": "InternalError", "SenderFault": False}]}

    desk.instead = keep_the_first
    told = move_all(desk, written)
    assert sorted(message_id for sent in told for message_id in sent.copies) == sorted(ids)
    moves = read_moves(written.path)
    kept = set(moves.sent) - moves.deleted
    assert (moves.sending, set(moves.sent), len(kept)) == (set(), set(ids), 2)
    assert desk.visible(desk.source) == sorted(kept)
    assert desk.bodies(desk.target) == sorted(numbered(12))


def throttled(operation: str) -> ClientError:
    return ClientError({"Error": {"Code": "ThrottlingException", "Message": "slow down"}}, operation)


def test_a_request_to_delete_that_fails_leaves_what_was_sent_written_down(desk: Desk, written: Journal) -> None:
    ids = desk.fill(numbered(4))

    def fail(operation: str, _request: Request) -> None:
        if operation == "delete_message_batch":
            raise throttled(operation)

    desk.instead = fail
    with pytest.raises(ClientError, match="slow down"):
        move_all(desk, written)
    moves = read_moves(written.path)
    assert (moves.sending, set(moves.sent), moves.deleted) == (set(), set(ids), set())
    assert desk.visible(desk.source) == sorted(ids)


def test_a_request_to_send_that_fails_leaves_its_letters_in_doubt_and_deletes_none(
    desk: Desk, written: Journal
) -> None:
    ids = desk.fill(numbered(4))

    def fail_late(operation: str, request: Request) -> None:
        if operation == "send_message_batch":
            desk.ask(operation, request)
            raise throttled(operation)

    desk.instead = fail_late
    with pytest.raises(ClientError, match="slow down"):
        move_all(desk, written)
    assert desk.asked("delete_message_batch") == []
    moves = read_moves(written.path)
    assert (moves.sending, moves.sent, moves.deleted) == (set(ids), {}, set())
    assert (desk.visible(desk.source), desk.bodies(desk.target)) == (sorted(ids), sorted(numbered(4)))


def test_each_step_is_on_disk_before_the_next_one_is_taken(desk: Desk, written: Journal) -> None:
    bodies = numbered(35)
    ids = dict(zip(bodies, desk.fill(bodies), strict=True))
    found: list[str] = []

    with look_at(desk) as look:
        letters = {seen.receipt: seen.message_id for seen in look.seen}

        def look_into_the_journal(operation: str, request: Request) -> None:
            """Whether all of a request's letters are in the state that they have to be in, and in that alone."""
            moves = read_moves(written.path)
            if operation == "send_message_batch":
                these = {ids[entry["MessageBody"]] for entry in request["Entries"]}
                rightly = these <= moves.sending and not these & (moves.sent.keys() | moves.deleted)
            else:
                these = {letters[entry["ReceiptHandle"]] for entry in request["Entries"]}
                rightly = these <= moves.sent.keys() and not these & (moves.sending | moves.deleted)
            found.append(f"{operation}: {'rightly' if rightly else moves}")

        desk.instead = look_into_the_journal
        list(mover(desk, look, written).move(look.seen))
    assert sorted(found) == ["delete_message_batch: rightly"] * 4 + ["send_message_batch: rightly"] * 4
    assert read_moves(written.path).deleted == set(ids.values())


def test_the_steps_of_one_batch_are_in_order(desk: Desk, written: Journal) -> None:
    desk.fill(numbered(10))
    move_all(desk, written)
    steps = [json.loads(line)["step"] for line in written.path.read_text().splitlines()]
    asked = [
        operation
        for operation, _ in desk.requests
        if operation.endswith(("send_message_batch", "delete_message_batch"))
    ]
    assert (steps, asked) == (["sending", "sent", "deleted"], ["send_message_batch", "delete_message_batch"])


def test_after_a_stop_no_further_batch_is_sent_but_those_under_way_are_told(desk: Desk, written: Journal) -> None:
    ids = desk.fill(numbered(120))
    told: list[Sent] = []
    with look_at(desk) as look:
        moving = mover(desk, look, written)
        for sent in moving.move(look.seen):
            told.append(sent)
            moving.stop()
    assert 1 <= len(told) <= IN_FLIGHT
    assert len(desk.asked("send_message_batch")) == len(told)
    moved = {message_id for sent in told for message_id in sent.copies}
    assert len(moved) == 10 * len(told)
    assert desk.visible(desk.source) == sorted(set(ids) - moved)
    assert len(desk.visible(desk.target)) == len(moved)
    assert read_moves(written.path).deleted == moved


def test_only_what_was_chosen_is_moved(desk: Desk, written: Journal) -> None:
    desk.fill(numbered(20))
    with look_at(desk) as look:
        chosen = [seen for seen in look.seen if seen.order_id in {"O3", "O11"}]
        list(mover(desk, look, written).move(chosen))
    assert desk.bodies(desk.target) == sorted([body("O3"), body("O11")])
    assert len(desk.visible(desk.source)) == 18


def test_nothing_to_move_is_no_request(desk: Desk, written: Journal) -> None:
    assert move_all(desk, written) == []
    assert desk.asked("send_message_batch") == []
    assert written.path.read_text() == ""


def test_a_letter_without_a_body_is_refused_without_asking_sqs(desk: Desk, written: Journal) -> None:
    empty = Letter(message_id="m1", body="", attributes={}, system={})
    full = Letter(message_id="m2", body=" ", attributes={}, system={})
    sent = send(cast("Any", desk), desk.target, [empty], written)
    assert (sent.copies, list(sent.refused), desk.requests) == ({}, ["m1"], [])
    assert written.path.read_text() == ""
    sent = send(cast("Any", desk), desk.target, [empty, full], written)
    assert (list(sent.copies), list(sent.refused)) == (["m2"], ["m1"])
    assert desk.bodies(desk.target) == [" "]
    assert read_moves(written.path).sent == sent.copies


def test_a_letter_that_expires_in_mid_look_is_sent_all_the_same(desk: Desk, tmp_path: Path) -> None:
    """What is about to be sent is on disk: SQS may delete its own."""
    desk.fill(numbered(12))
    with look_at(desk) as look, journal(tmp_path / "run.jsonl") as written:
        desk.moto.purge_queue(QueueUrl=desk.source)
        assert sum(len(sent.copies) for sent in mover(desk, look, written).move(look.seen)) == 12
    assert len(desk.visible(desk.target)) == 12


def test_what_somebody_thinks_about_is_held_anew(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.fill(numbered(2))
    with look_at(desk) as look:
        monkeypatch.setattr(module, "HOLD_SECONDS", 1)
        with look.kept():
            held = eventually(lambda: desk.asked("change_message_visibility_batch"), "a request to hold on")
    assert [entry["VisibilityTimeout"] for entry in held[0]["Entries"]] == [1, 1]
