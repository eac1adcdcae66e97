"""The forecast against any item, also one that is not an order."""

from typing import Any, cast

import pytest

from handler.item import item_of
from handler.outcome import Kind
from ops.dead_letters.forecast import forecast
from ops.dead_letters.look import Look
from ops.dead_letters.timing import Timing
from tests.support.fake_system import FakeSystem
from tests.support.orders import body, order

ITEM = item_of(order("O1"))
WITHOUT_INSTANT = {name: value for name, value in ITEM.items() if name != "timestampUtc"}


@pytest.mark.parametrize(
    ("item", "kind"),
    [
        (ITEM, Kind.DUPLICATE),
        (WITHOUT_INSTANT, Kind.UPDATED),
        ({"orderId": {"S": "O1"}}, Kind.UPDATED),
        ({**ITEM, "timestampUtc": {"N": "5"}}, Kind.CONFLICT),
        ({**ITEM, "timestampUtc": {"NULL": True}}, Kind.CONFLICT),
        ({**ITEM, "timestampUtc": {"S": ""}}, Kind.UPDATED),
        ({**ITEM, "timestampUtc": {"S": "noon"}}, Kind.CONFLICT),
        ({**ITEM, "photo": {"B": b"\xff"}, "tags": {"SS": ["a"]}}, Kind.CONFLICT),
    ],
    ids=["order", "no instant", "only a key", "a number", "null", "empty", "text", "binary"],
)
def test_an_item_that_is_not_an_order_has_a_forecast(item: dict[str, Any], kind: Kind) -> None:
    fake = FakeSystem()
    fake.sqs.add("m1", body("O1"), {})
    fake.table.items["O1"] = item
    with Look(cast("Any", fake.sqs), "url", timing=Timing(poll_seconds=0)) as look:
        assert forecast(fake.system(), look.letter, look.leases) == {kind: 1}
