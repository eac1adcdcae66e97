"""`orders dlq edit` with `--set` on the emulator."""

import json
from collections.abc import Sequence

import pytest

from ops.cli.exit_codes import Exit
from ops.dead_letters.letter import CAME_FROM, EDITED
from tests.support.command import Orders
from tests.support.dead_letters import ATTRIBUTES, OrderQueues, dead, fill, only_dead
from tests.support.orders import body


def test_an_edit_without_confirm_shows_the_difference_and_does_nothing(dlq: Orders, queues: OrderQueues) -> None:
    [letter] = fill(queues, body("T-1", quantity=0))
    ran = dlq("edit", "T-1", "--set", "quantity=2")
    assert ran.code == Exit.DONE
    assert '-  "quantity": 0,' in ran.out
    assert '+  "quantity": 2,' in ran.out
    assert "nothing was done: add --confirm" in ran.out
    assert only_dead(queues).digest() == letter.digest()


@pytest.mark.parametrize(
    ("settings", "code", "expected"),
    [
        (("quantity=-1",), Exit.USAGE, "not accepted: quantity must be at least 1; nothing was done"),
        (("quantity=1", "timestamp=noon"), Exit.USAGE, "not accepted: timestamp is not an ISO 8601 time"),
        (("quantity=1", "orderId=T-2"), Exit.USAGE, "orderId would be T-2 instead of T-1; --new-order-id allows that"),
        (("quantity=0",), Exit.INCOMPLETE, "nothing was changed"),
        (("quantity",), Exit.USAGE, "Invalid value for '--set': give FIELD=VALUE, not quantity"),
    ],
    ids=["invalid", "one of two invalid", "another order", "the same", "no value"],
)
def test_an_edit_that_is_not_accepted_says_why_and_does_nothing(
    dlq: Orders, queues: OrderQueues, settings: Sequence[str], code: Exit, expected: str
) -> None:
    [letter] = fill(queues, body("T-1", quantity=0))
    sets = [part for setting in settings for part in ("--set", setting)]
    ran = dlq("edit", "T-1", *sets, "--confirm")
    assert ran.code == code
    assert expected in ran.err
    assert only_dead(queues).digest() == letter.digest()


def test_an_edited_letter_replaces_the_old_one_keeps_its_attributes_and_names_its_origin(
    dlq: Orders, queues: OrderQueues
) -> None:
    [letter] = fill(queues, body("T-1", quantity=0, price=1), attributes=ATTRIBUTES)
    ran = dlq("edit", letter.message_id, "--set", "quantity=2", "--set", "itemName=Täßchen", "--confirm")
    assert (ran.code, ran.err) == (Exit.DONE, "")
    edited = only_dead(queues)
    assert json.loads(edited.body) == json.loads(body("T-1", quantity=2, price=1, itemName="Täßchen"))
    assert edited.attributes == {
        **ATTRIBUTES,
        CAME_FROM: {"DataType": EDITED, "StringValue": letter.message_id},
    }
    assert edited.message_id in ran.out


def test_an_order_becomes_another_one_where_that_is_asked_for(dlq: Orders, queues: OrderQueues) -> None:
    fill(queues, body("T-1"))
    assert dlq("edit", "T-1", "--set", "orderId=T-2", "--new-order-id", "--confirm").code == Exit.DONE
    assert only_dead(queues).order_id == "T-2"


def test_an_order_is_edited_within_its_envelope(dlq: Orders, queues: OrderQueues) -> None:
    envelope = {"Type": "Notification", "TopicArn": "arn", "Subject": "ä", "Message": body("T-1", quantity=0)}
    fill(queues, json.dumps(envelope))
    assert dlq("edit", "T-1", "--set", "quantity=3", "--confirm").code == Exit.DONE
    edited = json.loads(only_dead(queues).body)
    assert json.loads(edited.pop("Message")) == json.loads(body("T-1", quantity=3))
    assert edited == {name: value for name, value in envelope.items() if name != "Message"}


def test_one_of_several_letters_about_an_order_has_to_be_named_by_its_message_id(
    dlq: Orders, queues: OrderQueues
) -> None:
    letters = fill(queues, body("T-1", quantity=0), body("T-1", quantity=-1))
    ran = dlq("edit", "T-1", "--set", "quantity=1", "--confirm")
    assert ran.code == Exit.USAGE
    assert all(letter.message_id in ran.err for letter in letters)
    assert len(dead(queues)) == 2


DOUBLED = f'{{"quantity": 5, {body("T-1", quantity=7)[1:]}'


def test_mending_another_field_shows_and_keeps_both_values_of_a_doubled_field(dlq: Orders, queues: OrderQueues) -> None:
    [letter] = fill(queues, DOUBLED)
    ran = dlq("edit", "T-1", "--set", "itemName=Phone", "--confirm")
    assert ran.code == Exit.USAGE
    assert "'quantity' occurs more than once" in ran.err
    changed = [line for line in ran.out.splitlines() if line.startswith(("-", "+"))]
    assert changed == ['-  "itemName": "Laptop",', '+  "itemName": "Phone",']
    assert only_dead(queues).digest() == letter.digest()


def test_a_doubled_field_is_shown_twice_and_corrected(dlq: Orders, queues: OrderQueues) -> None:
    fill(queues, DOUBLED)
    shown = dlq("show", "T-1").out
    assert '>   "quantity": 5' in shown
    assert '>   "quantity": 7' in shown
    ran = dlq("edit", "T-1", "--set", "quantity=6", "--confirm")
    assert ran.code == Exit.DONE
    assert [line for line in ran.out.splitlines() if line.startswith(("-", "+"))] == [
        '-  "quantity": 5,',
        '+  "quantity": 6,',
        '-  "quantity": 7,',
    ]
    assert json.loads(only_dead(queues).body)["quantity"] == 6


def test_an_order_id_cannot_forge_a_line_of_an_edit(dlq: Orders, queues: OrderQueues) -> None:
    fill(queues, body("T\nedited and put back", quantity=0))
    ran = dlq("edit", "T\\nedited and put back", "--set", "orderId=T\nforged", "--set", "quantity=1", "--confirm")
    assert ran.code == Exit.USAGE
    assert ran.err.splitlines() == [
        "not accepted: orderId would be T\\nforged instead of T\\nedited and put back; --new-order-id allows that"
    ]


def test_a_lone_surrogate_is_shown_and_corrected(dlq: Orders, queues: OrderQueues) -> None:
    fill(queues, body("SUR\ud800"))
    ran = dlq("edit", "SUR\\ud800", "--set", "orderId=T-1", "--new-order-id", "--confirm")
    assert ran.code == Exit.DONE
    assert '-  "orderId": "SUR\\ud800",' in ran.out
    assert only_dead(queues).order_id == "T-1"
