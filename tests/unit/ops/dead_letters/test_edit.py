"""Editing a letter in memory: the edited letter takes the place of the old one."""

import pytest

from ops.dead_letters.edit import OrderIdChanged, check_edit, edited_letter, put_back
from ops.dead_letters.journal import unfinished_runs
from ops.dead_letters.letter import CAME_FROM, EDITED, Letter
from ops.errors import InvalidInput, NoAccess, NothingDone
from tests.support.memory_system import DLQ, MemorySystem
from tests.support.orders import body

MENDED = body("O0", quantity=7)


def letter(text: str) -> Letter:
    return Letter(message_id="m0", body=text, attributes={}, system={})


def test_an_edited_letter_has_the_new_order_and_a_mark() -> None:
    edited = edited_letter(letter(body("O0")), MENDED)
    assert '"quantity":7' in edited.body.replace(" ", "")
    assert edited.attributes == {CAME_FROM: {"DataType": EDITED, "StringValue": "m0"}}


def test_an_edit_that_changes_nothing_is_not_done() -> None:
    with pytest.raises(NothingDone) as raised:
        edited_letter(letter(body("O0")), body("O0"))
    assert str(raised.value) == "nothing was changed"


def test_an_edit_that_the_processor_would_reject_is_refused_with_the_reason() -> None:
    with pytest.raises(InvalidInput) as raised:
        check_edit(letter(body("O0", quantity=-1)), letter(body("O0", quantity=0)), new_order_id=True)
    assert str(raised.value) == "not accepted: quantity must be at least 1"


def test_another_order_id_is_refused_unless_it_is_allowed() -> None:
    before, after = letter(body("O0")), letter(body("O1"))
    with pytest.raises(OrderIdChanged, match="orderId would be O1 instead of O0"):
        check_edit(before, after, new_order_id=False)
    assert check_edit(before, after, new_order_id=True) is None  # type: ignore[func-returns-value]  # raises nothing


@pytest.mark.parametrize("before", [body("O1", quantity=0), "not JSON", "{}"])
def test_the_same_order_id_or_the_first_one_is_accepted(before: str) -> None:
    assert check_edit(letter(before), letter(body("O1")), new_order_id=False) is None  # type: ignore[func-returns-value]  # raises nothing


def test_the_edited_letter_takes_the_place_of_the_old_one(memory: MemorySystem) -> None:
    memory.sqs.put(DLQ, body("O0", quantity=0), body("O1"))
    with memory.look() as look:
        [lease, _] = look.leases
        edited = edited_letter(look.letter(lease), MENDED)
        result = put_back(memory.system, look, lease, edited, reason="a typo")
    copy = memory.sqs.queues[DLQ][-1]
    assert [message.message_id for message in memory.sqs.queues[DLQ]] == ["m1", copy.message_id]
    assert (result.copy, result.is_deleted, copy.body) == (copy.message_id, True, edited.body)
    [request] = memory.sqs.asked("send_message_batch")
    assert request["Entries"][0]["MessageAttributes"][CAME_FROM]["StringValue"] == "m0"
    begun, ended = memory.logs.records
    assert (begun["history"], begun["why"], begun["messageId"], begun["orderId"]) == ("edit", "a typo", "m0", "O0")
    assert (ended["step"], ended["copy"], ended.get("lost")) == ("ended", copy.message_id, None)
    assert unfinished_runs(DLQ) == []


def test_an_edit_that_could_not_delete_the_old_letter_can_be_resumed(memory: MemorySystem) -> None:
    memory.sqs.put(DLQ, body("O0", quantity=0))
    with memory.look() as look:
        [lease] = look.leases
        memory.sqs.before = lambda operation: memory.end_leases() if operation == "send_message_batch" else None
        result = put_back(memory.system, look, lease, edited_letter(look.letter(lease), MENDED), reason="")
    assert not result.is_deleted
    [(_, state)] = unfinished_runs(DLQ)
    assert (state.is_edit, state.remaining, state.sent) == (True, {"m0"}, {"m0": result.copy})
    assert state.begun["ids"] == ["m0"]


def test_an_edited_letter_that_sqs_rejects_leaves_the_old_one(memory: MemorySystem) -> None:
    memory.sqs.put(DLQ, body("O0", quantity=0))
    with memory.look() as look:
        [lease] = look.leases
        edited = edited_letter(look.letter(lease), MENDED)
        memory.sqs.rejected = frozenset({edited.body})
        with pytest.raises(NoAccess, match="SQS rejected the letter: InvalidMessageContents: not like this"):
            put_back(memory.system, look, lease, edited, reason="")
    assert memory.sqs.bodies(DLQ) == [body("O0", quantity=0)]


def test_no_attempt_to_send_an_edited_letter_is_made_after_its_lease_ended(memory: MemorySystem) -> None:
    memory.sqs.put(DLQ, body("O0", quantity=0))
    with memory.look() as look:
        [lease] = look.leases
        edited = edited_letter(look.letter(lease), MENDED)
        attempts = memory.end_leases_between_attempts("send_message_batch")
        with pytest.raises(NothingDone, match="O0 is lost: its lease ended"):
            put_back(memory.system, look, lease, edited, reason="")
    assert (len(attempts), memory.sqs.bodies(DLQ)) == (1, [body("O0", quantity=0)])
