"""Orders as DynamoDB writes them, held to boto3's own reading and writing."""

from decimal import Decimal
from typing import Any

import pytest
from boto3.dynamodb.types import TypeDeserializer, TypeSerializer
from hypothesis import given
from hypothesis import strategies as st

from handler.contract import INSTANT
from handler.item import attributes_of, item_of
from handler.order import Order

NUMBERS = st.integers(-(10**38) + 1, 10**38 - 1) | st.decimals(
    allow_nan=False, allow_infinity=False, min_value=-(10**9), max_value=10**9, places=6
)
VALUES = st.recursive(
    st.text() | st.booleans() | st.none() | NUMBERS,
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)
INSTANT_OF_ALL = "2025-05-03T12:00:00"


@given(st.dictionaries(st.text().filter(lambda name: name != INSTANT), VALUES))
def test_an_item_is_what_boto3_writes_and_reads(attributes: dict[str, Any]) -> None:
    item = item_of(Order(order_id="O1", instant=INSTANT_OF_ALL, attributes=attributes))
    assert item == TypeSerializer().serialize({**attributes, INSTANT: INSTANT_OF_ALL})["M"]
    assert attributes_of(item) == TypeDeserializer().deserialize({"M": item}) == {**attributes, INSTANT: INSTANT_OF_ALL}


@pytest.mark.parametrize("foreign", [{"SS": ["a"]}, {"NS": ["1"]}, {"B": b"a"}])
def test_what_others_put_into_the_table_is_never_taken_for_an_orders_value(foreign: dict[str, Any]) -> None:
    [(kind, value)] = foreign.items()
    assert attributes_of({"notes": foreign}) == {"notes": (kind, value)}


def test_a_value_that_no_order_holds_is_a_bug() -> None:
    with pytest.raises(TypeError) as raised:
        item_of(Order(order_id="O1", instant=INSTANT_OF_ALL, attributes={"price": 1.5}))
    assert str(raised.value) == "no order holds float"


def test_digits_stay_as_they_are() -> None:
    number = Decimal("1.10E-20")
    item = item_of(Order(order_id="O1", instant=INSTANT_OF_ALL, attributes={"price": number}))
    assert item["price"] == {"N": "1.10E-20"}
