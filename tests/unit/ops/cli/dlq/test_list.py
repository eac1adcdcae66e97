"""`orders dlq list` shows the message ID of each letter that its order ID does not name clearly."""

from ops.cli.dlq.list import _unclear_names
from ops.dead_letters.lease import Lease
from tests.support.fake_system import NOON


def lease(message_id: str, *order_ids: str) -> Lease:
    return Lease(
        message_id=message_id,
        logged_as=(message_id,),
        order_id=order_ids[0] if len(order_ids) == 1 else None,
        order_ids=order_ids if len(order_ids) > 1 else (),
        first_seen=NOON,
        receipt="",
        position=0,
    )


def test_an_order_id_that_another_letter_contains_beside_a_second_one_is_unclear() -> None:
    assert _unclear_names([lease("m1", "O1"), lease("m2", "O2", "O3"), lease("m3", "O3")]) == {"O3"}
