"""The order in a dead letter's body: shown, edited and put back, in its envelope if it has one."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handler.order import parse_order
from ops.errors import InvalidInput
from ops.order_body import Correction, compact, order_ids_in, order_in, readable, with_order
from tests.support.orders import body


def enveloped(order: str) -> str:
    return json.dumps({"Type": "Notification", "TopicArn": "arn:t", "MessageId": "m", "Message": order})


def test_the_order_is_taken_out_of_its_envelope() -> None:
    assert order_in(enveloped(body("O1"))) == order_in(body("O1")) == json.loads(body("O1"))
    assert order_ids_in(enveloped(body("O1"))) == ["O1"]


@pytest.mark.parametrize("text", ["", " ", "{", "[]", "1", '"text"', '{"a": NaN}', enveloped("{"), "[" * 100_000])
def test_what_is_no_order_is_shown_as_it_is(text: str) -> None:
    assert order_in(text) is None
    assert readable(text) == text
    assert len(order_ids_in(text)) != 1


def test_fields_are_set_as_what_they_are() -> None:
    edited = json.loads(
        Correction(values={"quantity": "2", "userId": "7", "gift": "true", "n": "x"}).corrected(body("O1", quantity=0))
    )
    assert (edited["quantity"], edited["userId"], edited["gift"], edited["n"]) == (2, "7", True, "x")


def test_a_number_that_is_not_edited_keeps_all_of_its_digits() -> None:
    price = "19.990000000000000000001"
    edited = Correction(values={"quantity": "1"}).corrected(f'{body("O1", quantity=0)[:-1]}, "price": {price}}}')
    assert f'"price": {price}' in edited
    assert str(parse_order(edited).attributes["price"]) == price


def test_the_envelope_stays_around_an_edited_order() -> None:
    before = enveloped(body("O1", quantity=0))
    after = with_order(before, Correction(values={"quantity": "1"}).corrected(before))
    assert json.loads(after).keys() == json.loads(before).keys()
    assert json.loads(after)["TopicArn"] == "arn:t"
    assert parse_order(after).attributes["quantity"] == 1


def test_fields_of_what_is_no_json_cannot_be_set() -> None:
    with pytest.raises(InvalidInput) as raised:
        Correction(values={"quantity": "1"}).corrected("{")
    assert "not a JSON object" in str(raised.value)


def test_a_renamed_field_keeps_its_value_and_its_place() -> None:
    order = '{"orderId": "O1", "customerId": "U1", "price": 1.50, "qty": "2"}'
    names = {"customerId": "userId", "qty": "quantity"}
    edited = Correction(names=names, values={"quantity": "2"}).corrected(order)
    assert edited == '{"orderId": "O1", "userId": "U1", "price": 1.50, "quantity": 2}'
    assert json.loads(Correction(names={"id": "orderId"}).corrected(enveloped('{"id": "O1"}')))["orderId"] == "O1"


def test_a_field_that_is_renamed_already_stays() -> None:
    assert Correction(names={"customerId": "userId"}).corrected(body("O1")) == body("O1")


@pytest.mark.parametrize(
    ("names", "problem"),
    [({"gone": "new"}, "no field gone to rename"), ({"userId": "orderId"}, "there is a field orderId already")],
)
def test_a_field_is_renamed_only_if_it_is_there_and_its_new_name_is_not(names: dict[str, str], problem: str) -> None:
    with pytest.raises(InvalidInput) as raised:
        Correction(names=names).corrected(body("O1"))
    assert problem in str(raised.value)


@given(st.dictionaries(st.text(), st.none() | st.booleans() | st.integers() | st.text()))
def test_what_is_readable_says_the_same_as_the_body(order: dict[str, object]) -> None:
    text = json.dumps(order)
    assert json.loads(readable(text)) == json.loads(compact(readable(text))) == order
    assert "\n" not in compact(readable(text))


DOUBLED = f'{{"quantity": 0, {body("O1", quantity=2, n={"x": 1})[1:-1]}}}'


def test_a_field_that_occurs_twice_is_shown_twice() -> None:
    shown = readable(DOUBLED)
    assert '  "quantity": 0,' in shown
    assert '  "quantity": 2,' in shown
    assert compact(shown) == DOUBLED
    assert readable('{"a": {"x": 1, "x": 2}}').count('"x"') == 2


def test_setting_another_field_keeps_both_values() -> None:
    assert Correction(values={"userId": "U7"}).corrected(DOUBLED) == DOUBLED.replace('"U123"', '"U7"')


def test_a_field_that_occurs_twice_is_corrected_by_setting_it() -> None:
    edited = Correction(values={"quantity": "3"}).corrected(DOUBLED)
    assert edited.count('"quantity"') == 1
    assert parse_order(edited).attributes["quantity"] == 3


def test_an_ambiguous_envelope_is_shown_and_replaced_as_a_whole() -> None:
    ambiguous = f'{enveloped(body("O1"))[:-1]}, "Message": "{{}}"}}'
    assert readable(ambiguous).count('"Message"') == 2
    assert with_order(ambiguous, body("O2")) == body("O2")
    assert order_ids_in(ambiguous) == []


def test_an_envelope_without_an_order_is_replaced_as_a_whole_because_it_is_shown_so() -> None:
    broken = enveloped("{")
    assert readable(broken) == broken
    assert with_order(broken, enveloped(body("O1"))) == enveloped(body("O1"))


@pytest.mark.parametrize(
    "number", ["-0", "1.50", "19.990000000000000000001", "9" * 5000, "1E+125", "-0.0"], ids=lambda number: number[:9]
)
def test_a_number_keeps_its_digits_and_its_sign(number: str) -> None:
    assert compact(f'{{"a": {number}}}') == f'{{"a": {number}}}'


@pytest.mark.parametrize("text", ['{"a": 1e99999999999999999999}', '{"a":' * 150 + "1" + "}" * 150])
def test_a_document_that_cannot_be_formatted_is_shown_as_it_is(text: str) -> None:
    assert readable(text) == text


def test_an_edited_order_can_be_sent_as_utf_8_and_is_not_longer() -> None:
    assert compact('{"a": "\\ud800", "b": "\u202eé"}') == '{"a": "\\ud800", "b": "\u202eé"}'


@pytest.mark.parametrize("levels", [101, 500, 950, 991, 100_000])
def test_a_value_with_too_many_levels_is_not_set(levels: int) -> None:
    with pytest.raises(InvalidInput) as raised:
        Correction(values={"a": "[" * levels + "]" * levels}).corrected("{}")
    assert str(raised.value) == "the value of a has more than 100 levels: give a value with fewer"


NOT_FOR_SQS = ("\\u0000", "\\u001f", "\\ud800", "\\udfff", "\\ufffe", "\\uffff")


@pytest.mark.parametrize("escape", NOT_FOR_SQS)
def test_an_escape_of_a_character_that_sqs_rejects_stays_an_escape(escape: str) -> None:
    order = f'{{"quantity": 0, "a{escape}": ["{escape}"]}}'
    edited = Correction(values={"quantity": "1", "note": json.loads(f'"{escape}"')}).corrected(order)
    assert edited == f'{{"quantity": 1, "a{escape}": ["{escape}"], "note": "{escape}"}}'
    assert compact(readable(order)) == order
    wrapped = f'{{"Subject": "{escape}", {enveloped(order)[1:]}'
    assert json.loads(with_order(wrapped, edited)) == {**json.loads(wrapped), "Message": edited}
    assert f'"Subject": "{escape}"' in with_order(wrapped, edited)


@pytest.mark.parametrize("character", ["\x7f", "\ud7ff", "\ue000", "\ufffd", "\U00010000", "\U0010ffff"], ids=ascii)
def test_a_character_that_sqs_accepts_is_not_escaped(character: str) -> None:
    assert compact(f'{{"a": "{character}"}}') == f'{{"a": "{character}"}}'
