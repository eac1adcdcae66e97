"""The index of leases, with the letters in a spool."""

from dataclasses import replace

from ops.dead_letters.index import LeaseIndex
from ops.dead_letters.letter import Letter
from tests.support.orders import body


def letter(message_id: str, text: str = "") -> Letter:
    return Letter(
        message_id=message_id, body=text or body(message_id), attributes={}, system={"SentTimestamp": "1746273600123"}
    )


def test_a_lease_has_every_order_id_of_a_letter() -> None:
    index = LeaseIndex()
    index.add(letter("m1", f'{{"orderId": "O1", {body("O2")[1:]}'), "receipt")
    index.add(letter("m2", body("O3")), "receipt")
    index.add(letter("m3", "not JSON"), "receipt")
    leases = sorted(index.leases(), key=lambda lease: lease.message_id)
    assert [lease.name for lease in leases] == ["m1", "O3", "m3"]
    assert [tuple(lease.every_order_id) for lease in leases] == [("O1", "O2"), ("O3",), ()]
    index.close()


def test_every_letter_is_read_back_as_it_was_added() -> None:
    index = LeaseIndex()
    letters = [letter("m1"), letter("m2", 'é "\n\u2028'), letter("m3", "x" * 1_000_000)]
    assert [index.add(one, "receipt") for one in letters] == [True] * 3
    assert sorted((index.letter(lease) for lease in index.leases()), key=lambda one: one.message_id) == letters
    index.close()


def test_a_letter_that_is_added_again_keeps_its_latest_receipt_handle() -> None:
    index = LeaseIndex()
    assert index.add(letter("m1"), "first")
    assert not index.add(letter("m1"), "second")
    [lease] = index.leases()
    assert (len(index), lease.receipt, index.letter(lease)) == (1, "second", letter("m1"))
    index.close()


def test_a_removed_lease_is_gone_and_can_be_removed_again() -> None:
    index = LeaseIndex()
    index.add(letter("m1"), "receipt")
    leases = index.leases()
    for _ in range(2):
        index.remove(leases)
        assert (len(index), index.leases()) == (0, [])
    index.close()


def test_a_lease_is_named_by_its_order_or_else_by_its_message() -> None:
    index = LeaseIndex()
    index.add(letter("m1", body("O1")), "receipt")
    index.add(letter("m2", "not JSON"), "receipt")
    assert sorted(lease.name for lease in index.leases()) == ["O1", "m2"]
    index.close()


def test_a_lease_has_the_id_under_which_the_log_contains_its_failures() -> None:
    index = LeaseIndex()
    index.add(replace(letter("m0").marked(), message_id="m1"), "receipt")
    index.add(letter("m2"), "receipt")
    assert sorted(tuple(lease.logged_as) for lease in index.leases()) == [("m1", "m0"), ("m2",)]
    index.close()


def test_an_answer_about_an_earlier_receive_changes_no_lease() -> None:
    index = LeaseIndex()
    index.add(letter("m1"), "first", ends_at=100)
    earlier = index.leases()
    index.add(letter("m1"), "second", ends_at=200)
    index.extend(earlier, 300)
    assert (index.earliest_end(default=0), index.lasting(index.leases(), 250)) == (200, [])
    index.remove_lost(earlier)
    assert [lease.receipt for lease in index.leases()] == ["second"]
    index.remove_lost(index.leases())
    assert index.leases() == []
    index.close()
