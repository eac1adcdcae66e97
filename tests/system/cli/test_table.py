"""`orders get` and `orders list` on the emulator."""

from uuid import uuid4

from handler.fields import FIELDS
from ops.cli.exit_codes import Exit
from tests.support.command import Orders, stored_order
from tests.support.orders import body
from tests.support.pipeline import Pipeline
from tests.support.waiting import eventually


def test_an_order_is_shown_for_people_and_for_machines(here: Orders, pipeline: Pipeline) -> None:
    order_id = stored_order(here, pipeline, gift=True)
    shown = here("get", order_id)
    assert shown.code == Exit.DONE
    assert f"orderId         {order_id}" in shown.out
    assert "gift            true" in shown.out
    [answered] = here("get", order_id, "--json").json
    assert (answered["orderId"], answered["quantity"], answered["gift"]) == (order_id, 1, True)


def test_numbers_keep_their_digits(here: Orders, pipeline: Pipeline) -> None:
    order_id = f"T-{uuid4()}"
    written = f'{body(order_id)[:-1]}, "price": 19.990000000000000000001}}'
    assert here("publish", "-", stdin=written).code == Exit.DONE
    eventually(lambda: pipeline.order(order_id), "the order in the table")
    assert '"price": 19.990000000000000000001}' in here("get", order_id, "--json").out


def test_an_order_cannot_write_into_the_terminal(here: Orders, pipeline: Pipeline) -> None:
    order_id = stored_order(here, pipeline, itemName="\x1b[2Jx\n2026-01-01  INFO  forged")
    for shown in (here("get", order_id).out, here("list", "--limit", "1000").out):
        assert "\\x1b[2Jx\\n2026-01-01  INFO  forged" in shown
        assert "\x1b" not in shown


def test_an_order_id_is_not_empty(here: Orders) -> None:
    ran = here("get", "")
    assert (ran.code, ran.err) == (Exit.USAGE, "the order ID is empty\n")


def test_an_unknown_order_is_said_to_be_unknown(here: Orders) -> None:
    ran = here("get", "T-unknown")
    assert (ran.code, ran.out, ran.err) == (Exit.INCOMPLETE, "", "there is no order T-unknown in Orders\n")


def test_orders_are_listed_by_status_and_user_and_up_to_a_limit(here: Orders, pipeline: Pipeline) -> None:
    user = f"U-{uuid4()}"
    mine = {stored_order(here, pipeline, userId=user, status=status) for status in ("new", "paid", "paid")}
    assert {order["orderId"] for order in here("list", "--user", user, "--json").json} == mine
    assert len(here("list", "--user", user, "--status", "paid", "--json").json) == 2
    assert len(here("list", "--limit", "2", "--json").json) == 2
    heading, *rows = here("list", "--user", user).out.splitlines()
    assert heading.split() == [field.name for field in FIELDS]
    assert len(rows) == 3


def test_an_empty_list_says_so(here: Orders) -> None:
    ran = here("list", "--status", "no such status")
    assert (ran.code, ran.out, ran.err) == (Exit.INCOMPLETE, "", "no order was found\n")
