"""Moving letters over moto's SQS if requests fail or the move stops: the journal records every step first."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import pytest
from botocore.exceptions import ClientError

from ops.clients import IN_FLIGHT
from ops.dead_letters.journal import Journal, journal, read_run
from ops.dead_letters.letter import Letter
from ops.dead_letters.move import Mover, SendResult, send
from tests.support.memory_system import DLQ, QUEUE, MemorySystem, ids
from tests.support.recording_sqs import Answer, RecordingSQS, Request, look_at, move_all, mover, numbered


def refusing(sqs: RecordingSQS, refused: set[str]) -> Callable[[str, Request], Answer | None]:
    """Return answers of a queue that rejects some bodies."""

    def answer(operation: str, request: Request) -> Answer | None:
        if operation != "send_message_batch":
            return None
        taken = [entry for entry in request["Entries"] if entry["MessageBody"] not in refused]
        failed = [
            {"Id": entry["Id"], "Code": "InvalidMessageContents", "Message": "not like this", "SenderFault": True}
            for entry in request["Entries"]
            if entry["MessageBody"] in refused
        ]
        successful = sqs.ask(operation, {**request, "Entries": taken})["Successful"] if taken else []
        return {"Successful": successful, "Failed": failed}

    return answer


@pytest.mark.parametrize("numbers", [{3}, {0, 9, 10}, set(range(15))])
def test_a_letter_that_the_target_rejects_stays_in_the_source_and_is_reported(
    sqs: RecordingSQS, written: Journal, numbers: set[int]
) -> None:
    bodies = numbered(15)
    ids = dict(zip(bodies, sqs.fill(bodies), strict=True))
    refused = {bodies[number] for number in numbers}
    sqs.instead = refusing(sqs, refused)
    expected = move_all(sqs, written)
    assert {message_id: why for sent in expected for message_id, why in sent.rejected.items()} == {
        ids[one]: "InvalidMessageContents: not like this" for one in refused
    }
    assert sqs.bodies(sqs.source) == sorted(refused)
    assert sqs.bodies(sqs.target) == sorted(set(bodies) - refused)
    state = read_run(written.path)
    moved = {ids[one] for one in set(bodies) - refused}
    assert (state.sending, set(state.sent), state.deleted) == (set(), moved, moved)


def test_a_letter_that_cannot_be_deleted_is_reported_as_sent_and_stays_in_the_source(
    sqs: RecordingSQS, written: Journal
) -> None:
    ids = sqs.fill(numbered(12))

    def keep_the_first(operation: str, request: Request) -> Answer | None:
        if operation != "delete_message_batch":
            return None
        first, *rest = request["Entries"]
        gone = sqs.ask(operation, {**request, "Entries": rest})["Successful"] if rest else []
        return {"Successful": gone, "Failed": [{"Id": first["Id"], "Code": "InternalError", "SenderFault": False}]}

    sqs.instead = keep_the_first
    expected = move_all(sqs, written)
    assert sorted(message_id for sent in expected for message_id in sent.copies) == sorted(ids)
    state = read_run(written.path)
    kept = set(state.sent) - state.deleted
    assert (state.sending, set(state.sent), len(kept)) == (set(), set(ids), 2)
    assert sqs.visible(sqs.source) == sorted(kept)
    assert sqs.bodies(sqs.target) == sorted(numbered(12))


def throttled(operation: str) -> ClientError:
    return ClientError({"Error": {"Code": "ThrottlingException", "Message": "slow down"}}, operation)


def test_a_request_to_delete_that_fails_leaves_what_was_sent_written_down(sqs: RecordingSQS, written: Journal) -> None:
    ids = sqs.fill(numbered(4))

    def fail(operation: str, _request: Request) -> None:
        if operation == "delete_message_batch":
            raise throttled(operation)

    sqs.instead = fail
    with pytest.raises(ClientError, match="slow down"):
        move_all(sqs, written)
    state = read_run(written.path)
    assert (state.sending, set(state.sent), state.deleted) == (set(), set(ids), set())
    assert sqs.visible(sqs.source) == sorted(ids)


def test_a_request_to_send_that_fails_leaves_its_letters_in_doubt_and_deletes_none(
    sqs: RecordingSQS, written: Journal
) -> None:
    ids = sqs.fill(numbered(4))

    def fail_late(operation: str, request: Request) -> None:
        if operation == "send_message_batch":
            sqs.ask(operation, request)
            raise throttled(operation)

    sqs.instead = fail_late
    with pytest.raises(ClientError, match="slow down"):
        move_all(sqs, written)
    assert sqs.asked("delete_message_batch") == []
    state = read_run(written.path)
    assert (state.sending, state.sent, state.deleted) == (set(ids), {}, set())
    assert (sqs.visible(sqs.source), sqs.bodies(sqs.target)) == (sorted(ids), sorted(numbered(4)))


def test_each_step_is_on_disk_before_the_next_one_is_taken(sqs: RecordingSQS, written: Journal) -> None:
    bodies = numbered(35)
    ids = dict(zip(bodies, sqs.fill(bodies), strict=True))
    found: list[str] = []

    with look_at(sqs) as look:
        letters = {lease.receipt: lease.message_id for lease in look.leases}

        def look_into_the_journal(operation: str, request: Request) -> None:
            """Record whether the journal has all letters of a request in the expected state, and in no other."""
            state = read_run(written.path)
            if operation == "send_message_batch":
                these = {ids[entry["MessageBody"]] for entry in request["Entries"]}
                rightly = these <= state.sending and not these & (state.sent.keys() | state.deleted)
            else:
                these = {letters[entry["ReceiptHandle"]] for entry in request["Entries"]}
                rightly = these <= state.sent.keys() and not these & (state.sending | state.deleted)
            found.append(f"{operation}: {'rightly' if rightly else state}")

        sqs.instead = look_into_the_journal
        list(mover(sqs, look, written).move(look.leases))
    assert sorted(found) == ["delete_message_batch: rightly"] * 4 + ["send_message_batch: rightly"] * 4
    assert read_run(written.path).deleted == set(ids.values())


def test_the_steps_of_one_batch_are_in_order(sqs: RecordingSQS, written: Journal) -> None:
    sqs.fill(numbered(10))
    move_all(sqs, written)
    steps = [json.loads(line)["step"] for line in written.path.read_text().splitlines()]
    asked = [
        operation for operation, _ in sqs.requests if operation.endswith(("send_message_batch", "delete_message_batch"))
    ]
    assert (steps, asked) == (["sending", "sent", "deleted"], ["send_message_batch", "delete_message_batch"])


def test_after_a_stop_no_further_batch_is_sent_but_those_in_progress_are_reported(
    sqs: RecordingSQS, written: Journal
) -> None:
    ids = sqs.fill(numbered(120))
    expected: list[SendResult] = []
    with look_at(sqs) as look:
        moving = mover(sqs, look, written)
        for sent in moving.move(look.leases):
            expected.append(sent)
            moving.stop()
    assert 1 <= len(expected) <= IN_FLIGHT
    assert len(sqs.asked("send_message_batch")) == len(expected)
    moved = {message_id for sent in expected for message_id in sent.copies}
    assert len(moved) == 10 * len(expected)
    assert sqs.visible(sqs.source) == sorted(set(ids) - moved)
    assert len(sqs.visible(sqs.target)) == len(moved)
    assert read_run(written.path).deleted == moved


def test_a_letter_without_a_body_is_refused_without_asking_sqs(sqs: RecordingSQS, written: Journal) -> None:
    empty = Letter(message_id="m1", body="", attributes={}, system={})
    full = Letter(message_id="m2", body=" ", attributes={}, system={})
    sent = send(cast("Any", sqs), sqs.target, [empty], written)
    assert (sent.copies, list(sent.rejected), sqs.requests) == ({}, ["m1"], [])
    assert written.path.read_text() == ""
    sent = send(cast("Any", sqs), sqs.target, [empty, full], written)
    assert (list(sent.copies), list(sent.rejected)) == (["m2"], ["m1"])
    assert sqs.bodies(sqs.target) == [" "]
    assert read_run(written.path).sent == sent.copies


def test_a_letter_that_expires_in_mid_look_is_sent_all_the_same(sqs: RecordingSQS, tmp_path: Path) -> None:
    """The letters are on disk, so SQS may delete its copies."""
    sqs.fill(numbered(12))
    with look_at(sqs) as look, journal(tmp_path / "run.jsonl") as written:
        sqs.moto.purge_queue(QueueUrl=sqs.source)
        assert sum(len(sent.copies) for sent in mover(sqs, look, written).move(look.leases)) == 12
    assert len(sqs.visible(sqs.target)) == 12


def test_no_attempt_to_send_is_made_after_a_lease_ended(memory: MemorySystem, written: Journal) -> None:
    memory.sqs.put(DLQ, *numbered(3))
    attempts = memory.end_leases_between_attempts("send_message_batch")
    with memory.look() as look:
        leases = look.leases
        moved = Mover(cast("Any", memory.sqs), look, written, source=DLQ, target=QUEUE)
        assert list(moved.move(leases)) == [SendResult(copies={}, rejected={}, lost=ids(leases))]
    assert (len(attempts), memory.sqs.bodies(DLQ), memory.sqs.bodies(QUEUE)) == (1, numbered(3), [])


def test_every_letter_that_was_deleted_is_returned_and_recorded(memory: MemorySystem, written: Journal) -> None:
    memory.sqs.put(DLQ, *numbered(12))
    with memory.look() as look:
        leases = look.leases
        assert Mover(cast("Any", memory.sqs), look, written, source=DLQ, target=QUEUE).delete(leases) == leases
    assert (memory.sqs.bodies(DLQ), read_run(written.path).deleted) == ([], set(ids(leases)))
