"""One setting protects everything that holds orders, or that explains what happened to them."""

import pulumi

from infra.config import load_settings
from infra.resource_types import KEY
from infra.system import OrderSystem
from tests.support.recorder import Program, recorded

HOLDERS = {
    *("OrderQueue", "OrderDLQ", "OrderUndelivered", "OrderEventsDLQ", "Orders", "OrderKey"),
    *("/aws/lambda/OrderProcessor", "/aws/lambda/OrderNotifier"),
}
KEYED = {"customerManagedKey": "true"}


def protected(program: Program) -> set[tuple[str, str]]:
    return {(one.type, one.name) for one in program.resources if one.protect}


def test_prod_protects_what_holds_orders_and_nothing_else() -> None:
    found = protected(recorded("prod", KEYED))
    assert {name for _, name in found} == HOLDERS
    assert len(found) == len(HOLDERS), "policies with the names of the queues can be replaced"


def test_the_setting_decides_in_every_stack() -> None:
    assert protected(recorded("prod", {**KEYED, "protectOrders": "false"})) == set()
    assert {name for _, name in protected(recorded("dev", {**KEYED, "protectOrders": "true"}))} == HOLDERS
    assert protected(recorded("dev", KEYED)) == protected(recorded("local", KEYED)) == set()


def test_the_system_keeps_the_options_that_its_program_gives_it() -> None:
    def program() -> None:
        OrderSystem("Order", load_settings(pulumi.Config()), opts=pulumi.ResourceOptions(protect=True))

    found = recorded("prod", KEYED, program)
    assert found.one(KEY).protect
    assert len(protected(found)) == len(found.resources)
