"""`orders dlq edit` of several letters, on the emulator."""

import json
from collections.abc import Sequence

import pytest

from ops.cli.exit_codes import Exit
from ops.dead_letters.letter import CAME_FROM, EDITED
from tests.support.command import Orders
from tests.support.dead_letters import ATTRIBUTES, OrderQueues, dead, fill, new_id, poison, store
from tests.support.orders import body
from tests.support.pipeline import Pipeline

HINT = (
    "edited {} and put back into OrderDLQ; to redrive what was edited:\n"
    "  orders dlq redrive --mended --confirm --wait\n"
)


def test_a_dry_run_forecasts_the_result_shows_three_differences_and_changes_nothing(
    dlq: Orders, queues: OrderQueues
) -> None:
    bodies = [body(f"T-{number}", quantity=0) for number in range(5)]
    fill(queues, *bodies, body("T-5", quantity=0, userId=""), body("T-6", quantity=2))
    store(queues, body("T-1", quantity=3))
    ran = dlq("edit", "--all", "--set", "quantity=2")
    lines = ran.out.splitlines()
    assert (ran.code, ran.err) == (Exit.DONE, "")
    assert lines[:5] == [
        "an edit would change 5 of 7 dead letters. A redrive of these would then:",
        "4         store a new order",
        "1         fail again: conflict",
        "1 not changed: they have these values already",
        "1 not changed: not accepted: userId is empty",
    ]
    assert [line.split(",")[0] for line in lines if line.startswith("T-")] == ["T-0", "T-1", "T-2"]
    assert lines.count('-  "quantity": 0,') == lines.count('+  "quantity": 2,') == 3
    assert lines[-2:] == ["and 2 other letters", "nothing was done: add --confirm to put the edited letters back"]
    assert dead(queues) == sorted([*bodies, body("T-5", quantity=0, userId=""), body("T-6", quantity=2)])


def test_letters_of_a_group_are_mended_and_redriven(dlq: Orders, queues: OrderQueues, pipeline: Pipeline) -> None:
    ids = [new_id() for _ in range(12)]
    poison(pipeline, queues, *(body(one, quantity=0) for one in ids), body(new_id(), userId=""))
    [group] = [one["group"] for one in dlq("groups", "--json").json[0]["in the queue"] if one["count"] == 12]
    ran = dlq("edit", "--group", group, "--set", "quantity=2", "--confirm", "--reason", "the shop sent 0")
    assert (ran.code, ran.err, ran.out) == (Exit.DONE, "", HINT.format("12 letters"))
    assert (queues.visible(queues.dead_letters), queues.hidden(queues.dead_letters)) == (13, 0)
    sent = dlq("redrive", "--mended", "--confirm", "--wait")
    assert (sent.code, sent.out.splitlines()[-1]) == (
        Exit.DONE,
        "sent 12: 12 in the table, 0 failed again, 0 unknown",
    )
    stored = [pipeline.order(one) for one in ids]
    assert [order and order["quantity"] for order in stored] == [2] * 12
    assert queues.visible(queues.dead_letters) == 1


def test_a_field_with_a_wrong_name_is_renamed_in_each_letter(dlq: Orders, queues: OrderQueues) -> None:
    bodies = [body(f"T-{number}", userId=f"U{number}") for number in range(3)]
    fill(queues, *(one.replace('"userId"', '"customerId"') for one in bodies))
    ran = dlq("edit", "--where", "customerId=U1", "--rename", "customerId=userId")
    assert '-  "customerId": "U1",' in ran.out.splitlines()
    assert '+  "userId": "U1",' in ran.out.splitlines()
    assert dlq("edit", "--all", "--rename", "customerId=userId", "--confirm").out == HINT.format("3 letters")
    assert dead(queues) == bodies


def test_edited_letters_keep_their_attributes_and_the_others_stay(dlq: Orders, queues: OrderQueues) -> None:
    letters = fill(queues, body("T-1", quantity=0), body("T-2", quantity=0), attributes=ATTRIBUTES)
    fill(queues, body("T-3", quantity=0, userId=""))
    ran = dlq("edit", "--where", "quantity=0", "--set", "quantity=2", "--set", "status=paid", "--confirm")
    assert (ran.code, ran.err) == (Exit.INCOMPLETE, "1 not changed: not accepted: userId is empty\n")
    assert ran.out == HINT.format("2 letters")
    there = {letter.order_id: letter for letter in queues.letters_in(queues.dead_letters)}
    for old in letters:
        edited = there[old.order_id]
        assert json.loads(edited.body) == {**json.loads(old.body), "quantity": 2, "status": "paid"}
        mark = {"DataType": EDITED, "StringValue": old.message_id}
        assert edited.attributes == {**ATTRIBUTES, CAME_FROM: mark}
    assert there["T-3"].body == body("T-3", quantity=0, userId="")


@pytest.mark.parametrize(
    ("arguments", "code", "expected"),
    [
        ((), Exit.USAGE, "select letters: give order IDs or message IDs, "),
        (("--all",), Exit.USAGE, "an editor opens one letter: name it, or add --set or --rename to edit several"),
        (("--all", "--rename", "gone=new"), Exit.INCOMPLETE, "2 not changed: there is no field gone to rename"),
        (("--all", "--rename", "gone=userId"), Exit.INCOMPLETE, "2 not changed: they have these values already"),
        (
            ("--all", "--set", "orderId=T-9"),
            Exit.USAGE,
            "several letters cannot get the same order ID: edit them one after another",
        ),
        (("T-1", "T-2", "--set", "quantity=1", "--new-order-id"), Exit.USAGE, "several letters cannot get the same"),
        (("T-1", "--all", "--set", "quantity=1"), Exit.USAGE, "give either order IDs and message IDs, or options"),
        (
            ("--all", "--set", "quantity=-1"),
            Exit.INCOMPLETE,
            "2 not changed: not accepted: quantity must be",
        ),
        (("--all", "--set", "quantity=-1"), Exit.INCOMPLETE, "no selected letter would change: nothing was done"),
        (("--where", "quantity=5", "--set", "quantity=1"), Exit.INCOMPLETE, "no dead letter matches"),
    ],
)
def test_an_edit_of_several_letters_that_is_not_accepted_says_why_and_does_nothing(
    dlq: Orders, queues: OrderQueues, arguments: Sequence[str], code: Exit, expected: str
) -> None:
    fill(queues, body("T-1", quantity=0), body("T-2", quantity=0))
    ran = dlq("edit", *arguments, "--confirm")
    assert ran.code == code
    assert expected in ran.err
    assert dead(queues) == [body("T-1", quantity=0), body("T-2", quantity=0)]


def test_a_value_cannot_forge_a_line_of_a_dry_run(dlq: Orders, queues: OrderQueues) -> None:
    fill(queues, body("T\nforged", itemName="a\nforged"), body("T-2"))
    ran = dlq("edit", "--all", "--set", "itemName=b\nforged")
    assert ran.code == Exit.DONE
    assert not [line for line in ran.out.splitlines() if line.startswith("forged")]


def test_a_letter_named_by_its_message_id_is_edited_and_shown_without_a_look_at_the_others(
    dlq: Orders, queues: OrderQueues
) -> None:
    letters = fill(queues, *(body(f"T-{number}", quantity=0) for number in range(200)))
    first = letters[0].message_id
    shown = dlq("show", first)
    assert (shown.code, shown.err) == (Exit.DONE, "")
    ran = dlq("edit", first, "--set", "quantity=2", "--confirm")
    assert (ran.code, ran.err) == (Exit.DONE, "")
    assert (queues.visible(queues.dead_letters), queues.hidden(queues.dead_letters)) == (200, 0)
