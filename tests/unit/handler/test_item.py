"""Converting orders to DynamoDB's attribute values and back gives the same results as boto3."""

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
THE_INSTANT = "2025-05-03T12:00:00"


@given(st.dictionaries(st.text().filter(lambda name: name != INSTANT), VALUES))
def test_items_are_equal_to_those_that_boto3_writes_and_reads(attributes: dict[str, Any]) -> None:
    item = item_of(Order(order_id="O1", instant=THE_INSTANT, attributes=attributes))
    assert item == TypeSerializer().serialize({**attributes, INSTANT: THE_INSTANT})["M"]
    assert attributes_of(item) == TypeDeserializer().deserialize({"M": item}) == {**attributes, INSTANT: THE_INSTANT}


@pytest.mark.parametrize("foreign", [{"SS": ["a"]}, {"NS": ["1"]}, {"B": b"a"}])
def test_a_value_of_a_type_that_no_order_has_is_returned_with_its_type(foreign: dict[str, Any]) -> None:
    [(kind, value)] = foreign.items()
    assert attributes_of({"notes": foreign}) == {"notes": (kind, value)}


def test_a_value_that_an_order_cannot_contain_is_a_bug() -> None:
    with pytest.raises(TypeError) as raised:
        item_of(Order(order_id="O1", instant=THE_INSTANT, attributes={"price": 1.5}))
    assert str(raised.value) == "an order cannot contain float"


def test_a_number_keeps_its_digits() -> None:
    number = Decimal("1.10E-20")
    item = item_of(Order(order_id="O1", instant=THE_INSTANT, attributes={"price": number}))
    assert item["price"] == {"N": "1.10E-20"}
