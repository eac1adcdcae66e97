"""The order in a dead letter's body: shown, edited and put back, in its envelope if it has one."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handler.order import parse_order
from ops.dead_letters.body import compact, order_id_in, order_in, readable, with_fields, with_order
from ops.errors import InvalidInput
from tests.support.orders import body


def enveloped(order: str) -> str:
    return json.dumps({"Type": "Notification", "TopicArn": "arn:t", "MessageId": "m", "Message": order})


def test_the_order_is_taken_out_of_its_envelope() -> None:
    assert order_in(enveloped(body("O1"))) == order_in(body("O1")) == json.loads(body("O1"))
    assert order_id_in(enveloped(body("O1"))) == "O1"


@pytest.mark.parametrize("text", ["", " ", "{", "[]", "1", '"text"', '{"a": NaN}', enveloped("{"), "[" * 100_000])
def test_what_is_no_order_is_shown_as_it_is(text: str) -> None:
    assert order_in(text) is None
    assert readable(text) == text
    assert order_id_in(text) is None


def test_fields_are_set_as_what_they_are() -> None:
    mended = json.loads(with_fields(body("O1", quantity=0), {"quantity": "2", "userId": "7", "gift": "true", "n": "x"}))
    assert (mended["quantity"], mended["userId"], mended["gift"], mended["n"]) == (2, "7", True, "x")


def test_what_is_not_mended_keeps_all_of_its_digits() -> None:
    price = "19.990000000000000000001"
    mended = with_fields(f'{body("O1", quantity=0)[:-1]}, "price": {price}}}', {"quantity": "1"})
    assert f'"price": {price}' in mended
    assert str(parse_order(mended).attributes["price"]) == price


def test_the_envelope_stays_around_a_mended_order() -> None:
    before = enveloped(body("O1", quantity=0))
    after = with_order(before, with_fields(before, {"quantity": "1"}))
    assert json.loads(after).keys() == json.loads(before).keys()
    assert json.loads(after)["TopicArn"] == "arn:t"
    assert parse_order(after).attributes["quantity"] == 1


def test_fields_of_what_is_no_json_cannot_be_set() -> None:
    with pytest.raises(InvalidInput) as raised:
        with_fields("{", {"quantity": "1"})
    assert "not a JSON object" in str(raised.value)


@given(st.dictionaries(st.text(), st.none() | st.booleans() | st.integers() | st.text()))
def test_what_is_readable_says_the_same_as_the_body(order: dict[str, object]) -> None:
    text = json.dumps(order)
    assert json.loads(readable(text)) == json.loads(compact(readable(text))) == order
    assert "\n" not in compact(readable(text))
