"""Editing many letters in memory: each edited letter takes the place of its old one, or nothing happens to it."""

import json
from collections.abc import Callable, Sequence

import pytest

from ops.dead_letters.bulk_edit import BulkEditResult, plan_bulk_edit, put_all_back
from ops.dead_letters.journal import unfinished_runs
from ops.dead_letters.letter import CAME_FROM, EDITED, MAX_ATTRIBUTES, Letter
from ops.order_body import Correction
from tests.support.memory_system import DLQ, MemorySystem, ids
from tests.support.orders import body
from tests.unit.ops.dead_letters.test_selection import look_at

FIELDS = {"quantity": "7"}
CORRECTION = Correction(values=FIELDS)


def put_back(memory: MemorySystem, on_progress: Callable[[int], None] = lambda _count: None) -> BulkEditResult:
    with memory.look() as look:
        edit = plan_bulk_edit(look, look.leases, CORRECTION, ())
        chosen = '{"all": true}'
        return put_all_back(memory.system, look, edit, reason="a typo", chosen=chosen, on_progress=on_progress)


def quantities(memory: MemorySystem) -> Sequence[int]:
    return [json.loads(one)["quantity"] for one in memory.sqs.bodies(DLQ)]


def test_a_plan_says_which_letters_change_and_why_the_others_stay() -> None:
    look = look_at(
        body("O0", quantity=0), body("O1", quantity=7), body("O2", userId=""), "not JSON", body("O4", quantity=-1)
    )
    edit = plan_bulk_edit(look, look.leases, CORRECTION, {"m4"})
    assert (ids(edit.leases), ids(edit.unchanged), ids(edit.sent_before)) == (["m0"], ["m1"], ["m4"])
    assert [(lease.message_id, why) for lease, why in edit.refused] == [
        ("m2", "not accepted: userId is empty"),
        ("m3", "the body is not a JSON object, so its fields cannot be set: correct it in an editor"),
    ]
    edited = edit.edited(look.letter(edit.leases[0]))
    assert json.loads(edited.body)["quantity"] == 7
    assert edited.attributes == {CAME_FROM: {"DataType": EDITED, "StringValue": "m0"}}
    assert edit.unmarked == []


def test_a_plan_knows_which_edited_letters_have_no_room_for_the_mark() -> None:
    look = look_at(body("O0", quantity=0))
    full = {f"a{number}": {"DataType": "String", "StringValue": "x"} for number in range(MAX_ATTRIBUTES)}
    letter = Letter(message_id="m0", body=body("O0", quantity=0), attributes=full, system={})
    vars(look)["_letters"][:] = [letter]
    assert ids(plan_bulk_edit(look, look.leases, CORRECTION, ()).unmarked) == ["m0"]


def test_each_edited_letter_takes_the_place_of_its_old_one(memory: MemorySystem) -> None:
    memory.sqs.put(DLQ, *(body(f"O{number}", quantity=0) for number in range(23)), body("O99"))
    progress: list[int] = []
    result = put_back(memory, progress.append)
    assert (result.edited, result.rejected, result.lost, result.is_settled) == (24, [], [], True)
    assert quantities(memory) == [7] * 24
    assert {len(request["Entries"]) for request in memory.sqs.asked("send_message_batch")} == {10, 4}
    assert sum(progress) == 24
    begun, ended = memory.logs.records
    assert (begun["history"], begun["why"], begun["letters"], begun["set"]) == ("edit", "a typo", 24, FIELDS)
    assert set(begun["named"].values()) == {f"O{number}" for number in (*range(23), 99)}
    assert (begun["chosen"], ended["step"], ended["edited"], ended["deleted"]) == ('{"all": true}', "ended", 24, 24)
    assert unfinished_runs(DLQ) == []


def test_a_letter_that_sqs_rejects_stays_as_it_is(memory: MemorySystem) -> None:
    bodies = [body(f"O{number}", quantity=0) for number in range(3)]
    memory.sqs.put(DLQ, *bodies)
    with memory.look() as look:
        edit = plan_bulk_edit(look, look.leases, CORRECTION, ())
        memory.sqs.rejected = frozenset({edit.edited(look.letter(edit.leases[1])).body})
    result = put_back(memory)
    assert (result.edited, result.lost) == (2, [])
    assert [(lease.message_id, why) for lease, why in result.rejected] == [
        ("m1", "InvalidMessageContents: not like this")
    ]
    assert sorted(quantities(memory)) == [0, 7, 7]
    assert unfinished_runs(DLQ) == []


def test_letters_whose_leases_end_before_they_are_sent_stay_as_they_are(memory: MemorySystem) -> None:
    memory.sqs.put(DLQ, body("O0", quantity=0), body("O1", quantity=0))
    attempts = memory.end_leases_between_attempts("send_message_batch")
    result = put_back(memory)
    assert (result.edited, ids(result.lost), len(attempts)) == (0, ["m0", "m1"], 1)
    assert quantities(memory) == [0, 0]


def test_an_edit_that_could_not_delete_old_letters_can_be_resumed(memory: MemorySystem) -> None:
    memory.sqs.put(DLQ, body("O0", quantity=0), body("O1", quantity=0))
    memory.sqs.is_deleting = False
    result = put_back(memory)
    assert (result.edited, ids(result.lost), result.is_settled) == (2, ["m0", "m1"], False)
    [(_, state)] = unfinished_runs(DLQ)
    assert (state.is_edit, state.remaining) == (True, {"m0", "m1"})


def test_an_edit_that_was_stopped_records_what_it_did(memory: MemorySystem) -> None:
    memory.sqs.put(DLQ, *(body(f"O{number}", quantity=0) for number in range(30)))

    def stop(operation: str) -> None:
        if operation == "delete_message_batch":
            raise KeyboardInterrupt

    memory.sqs.before = stop
    with pytest.raises(KeyboardInterrupt):
        put_back(memory)
    stopped = memory.logs.records[-1]
    assert (stopped["step"], stopped["error"], stopped["deleted"]) == ("stopped", "KeyboardInterrupt", 0)
    [(_, state)] = unfinished_runs(DLQ)
    assert stopped["edited"] == len(state.sent) > 0
    assert len(memory.sqs.bodies(DLQ)) == 30 + len(state.sent)
