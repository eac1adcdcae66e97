"""Dead letters are named as they are shown."""

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from typing import Any, cast

import pytest

from handler.item import item_of
from ops.dead_letters.failures import Failure, FailureClass, never_executed
from ops.dead_letters.forecast import Effect
from ops.dead_letters.lease import Lease
from ops.dead_letters.letter import EDITED, Letter
from ops.dead_letters.look import Look
from ops.dead_letters.selection import FieldValue, Selection, lease_named, leases_named
from ops.errors import InvalidInput, NothingDone
from tests.support.fake_system import NOON, FakeSystem
from tests.support.orders import body, order

MINUTE = timedelta(minutes=1)


class FakeLook:
    """The leases of some bodies, whose message IDs are m0, m1, and so on. Each is a minute younger than the last."""

    def __init__(self, *bodies: str, edited: Collection[str] = ()) -> None:
        letters = [
            Letter(message_id=f"m{number}", body=one, attributes={}, system={}) for number, one in enumerate(bodies)
        ]
        self._letters = [letter.marked(EDITED) if letter.message_id in edited else letter for letter in letters]

    @property
    def leases(self) -> Sequence[Lease]:
        return [
            Lease(
                message_id=letter.message_id,
                logged_as=letter.logged_as,
                order_id=letter.order_id,
                order_ids=letter.order_ids,
                is_edited=letter.is_edited,
                first_seen=NOON + position * MINUTE,
                receipt="",
                position=position,
            )
            for position, letter in enumerate(self._letters)
        ]

    def letter(self, lease: Lease) -> Letter:
        return self._letters[lease.position]


def look_at(*bodies: str, edited: Collection[str] = ()) -> Look:
    return cast("Look", FakeLook(*bodies, edited=edited))


def failures(look: Look) -> Mapping[str, Failure]:
    return {lease.message_id: never_executed(lease.message_id) for lease in look.leases}


def found(look: Look, **selection: Any) -> list[str]:
    return [lease.message_id for lease in Selection(**selection).leases(FakeSystem().system(), look, failures(look))]


@pytest.mark.parametrize(
    ("order_id", "shown"),
    [("A\n1", "A\\n1"), ("A\x1b[2J", "A\\x1b[2J"), ("SUR\ud800", "SUR\\ud800"), ("A\u202e\\", "A\\u202e\\")],
)
def test_an_order_id_with_escapes_is_found_by_what_is_shown(order_id: str, shown: str) -> None:
    look = look_at(body("O1"), body(order_id, quantity=0))
    assert lease_named(look, shown).message_id == "m1"
    assert found(look, names=[shown, "O1"]) == ["m0", "m1"]


def test_an_order_id_comes_before_one_that_is_only_shown_so() -> None:
    look = look_at(body("A\n1"), body("A\\n1"))
    assert [lease.message_id for lease in leases_named(look, "A\\n1")] == ["m1"]


def test_a_message_id_comes_before_the_same_order_id() -> None:
    look = look_at(body("O1"), body("m0"))
    assert lease_named(look, "m0").order_id == "O1"
    assert found(look, names=["m0"]) == ["m0"]


def test_several_order_ids_that_are_shown_alike_have_to_be_named_by_message_id() -> None:
    look = look_at(body("A\\n\n"), body("A\n\\n"))
    with pytest.raises(InvalidInput) as raised:
        lease_named(look, "A\\n\\n")
    assert "m0, m1" in str(raised.value)


def test_an_unknown_name_is_shown_without_a_forged_line() -> None:
    with pytest.raises(NothingDone) as raised:
        leases_named(look_at(body("O1")), "x\nforged")
    assert str(raised.value) == "there is no dead letter x\\nforged"


def test_fields_are_selected_by_what_is_shown_and_by_each_of_their_values() -> None:
    doubled = f'{{"itemName": "a\\nb", {body("O1")[1:]}'
    look = look_at(doubled, body("O2"))
    assert found(look, where=[FieldValue("itemName", "a\\nb")]) == ["m0"]
    assert found(look, where=[FieldValue("itemName", "Laptop")]) == ["m0", "m1"]


def test_a_group_is_selected_by_its_signature() -> None:
    signature = never_executed("m").signature
    assert found(look_at(body("O1")), group=signature, kind=FailureClass.NEVER_EXECUTED) == ["m0"]


def test_the_order_id_of_a_letter_with_a_doubled_field_is_known() -> None:
    assert lease_named(look_at(f'{{"quantity": 0, {body("O1")[1:]}'), "O1").message_id == "m0"


def test_a_letter_with_two_order_ids_is_found_by_each_of_them() -> None:
    two = f'{{"orderId": "FIRST\\n", {body("SECOND")[1:]}'
    look = look_at(body("O1"), two, body("SECOND"))
    assert look.leases[1].name == "m1"
    assert [lease.message_id for lease in leases_named(look, "FIRST\n")] == ["m1"]
    assert [lease.message_id for lease in leases_named(look, "FIRST\\n")] == ["m1"]
    assert [lease.message_id for lease in leases_named(look, "SECOND")] == ["m1", "m2"]


def test_a_group_is_selected_by_its_id() -> None:
    look = look_at(body("O1"), body("O2"))
    other = Failure(message_id="m1", kind="invalid", reason="bad", signature="bad")
    known = {**failures(look), "m1": other}
    selected = Selection(group=other.group_id).leases(FakeSystem().system(), look, known)
    assert [lease.message_id for lease in selected] == ["m1"]


def test_a_number_is_selected_as_it_is_written() -> None:
    look = look_at(body("O1", quantity=2), body("O2", quantity=12))
    assert found(look, where=[FieldValue("quantity", "2")]) == ["m0"]


def test_letters_are_selected_from_the_begin_of_a_window_until_before_its_end() -> None:
    look = look_at(*(body(f"O{number}") for number in range(4)))
    assert found(look, since=NOON + MINUTE) == ["m1", "m2", "m3"]
    assert found(look, until=NOON + MINUTE) == ["m0"]
    assert found(look, since=NOON + MINUTE, until=NOON + 3 * MINUTE) == ["m1", "m2"]


def test_a_limit_selects_the_oldest_letters_that_meet_every_condition() -> None:
    look = look_at(*(body(f"O{number}", status="paid" if number else "new") for number in range(4)))
    assert found(look, where=[FieldValue("status", "paid")], limit=2) == ["m1", "m2"]
    assert found(look, names=["O3", "O1", "O2"], limit=2) == ["m1", "m2"]
    assert found(look, everything=True, limit=9) == ["m0", "m1", "m2", "m3"]


def test_mended_letters_are_those_that_were_edited_and_have_not_failed_since() -> None:
    look = look_at(*(body(f"O{number}") for number in range(4)), edited={"m1", "m2", "m3"})
    before = Failure(message_id="m1-before", kind="invalid", reason="bad", signature="bad")
    since = Failure(message_id="m2", kind="invalid", reason="bad", signature="bad")
    known = {**failures(look), "m1": before, "m2": since}
    selected = Selection(mended=True).leases(FakeSystem().system(), look, known)
    assert [lease.message_id for lease in selected] == ["m1", "m3"]


@pytest.mark.parametrize(
    ("effects", "expected"),
    [
        ([Effect.STORE], ["m0", "m4"]),
        ([Effect.UPDATE], ["m1"]),
        ([Effect.NOTHING], ["m2"]),
        ([Effect.FAIL], ["m3", "m5"]),
        ([Effect.STORE, Effect.UPDATE], ["m0", "m1", "m4"]),
    ],
)
def test_letters_are_selected_by_what_a_redrive_would_do(effects: Sequence[Effect], expected: Sequence[str]) -> None:
    look = look_at(
        body("new"),
        body("older", timestamp="2025-05-03T12:00:01Z"),
        body("same"),
        body("other", quantity=7),
        body("new too"),
        body("invalid", quantity=0),
    )
    fake = FakeSystem()
    fake.table.items |= {name: item_of(order(name)) for name in ("older", "same", "other")}
    selected = Selection(would=effects).leases(fake.system(), look, failures(look))
    assert [lease.message_id for lease in selected] == expected


def test_a_limit_counts_only_letters_with_the_effect() -> None:
    look = look_at(body("O0", quantity=0), body("O1"), body("O2"))
    assert found(look, would=[Effect.STORE], limit=1) == ["m1"]


def test_one_of_two_letters_of_an_order_has_to_be_named_by_its_message_id() -> None:
    look = look_at(body("O1"), body("O1", quantity=0))
    with pytest.raises(InvalidInput) as raised:
        lease_named(look, "O1")
    assert str(raised.value) == "2 dead letters contain O1: give a message ID, m0, m1"
    assert found(look, names=["O1"]) == ["m0", "m1"]


def test_two_order_ids_that_are_shown_alike_are_not_selected_together() -> None:
    look = look_at(body("A\\n\n"), body("A\n\\n"))
    with pytest.raises(InvalidInput) as raised:
        leases_named(look, "A\\n\\n")
    assert str(raised.value).startswith("several order IDs are shown as ")


def test_the_history_records_what_was_selected() -> None:
    everything = Selection(everything=True)
    conditions = Selection(group="abc123", kind="invalid", where=[FieldValue("status", "new")])
    assert json.loads(Selection(names=["O1", "m2"]).as_json()) == {"names": ["O1", "m2"]}
    assert json.loads(everything.as_json()) == {"all": True}
    assert json.loads(conditions.as_json()) == {"group": "abc123", "class": "invalid", "where": ["status=new"]}
    by_effect = Selection(mended=True, would=[Effect.STORE])
    assert json.loads(by_effect.as_json()) == {"mended": True, "would": ["store"]}
    window = Selection(since=NOON, until=NOON + MINUTE, limit=3)
    assert json.loads(window.as_json()) == {
        "since": "2025-05-03T12:00:00+00:00",
        "until": "2025-05-03T12:01:00+00:00",
        "limit": 3,
    }
