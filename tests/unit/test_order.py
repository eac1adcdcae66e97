"""What is an order, and what is said of a message that is none."""

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handler.order import InvalidOrder, parse_order
from local.samples import SEED_ORDER, invalid_orders, valid_orders


def order(**changes: object) -> dict[str, object]:
    return {**SEED_ORDER, **changes}


def enveloped(message: object) -> str:
    return json.dumps({"Type": "Notification", "TopicArn": "arn:aws:sns:::T", "MessageId": "m", "Message": message})


def refusal(body: str) -> InvalidOrder:
    with pytest.raises(InvalidOrder) as raised:
        parse_order(body)
    return raised.value


def test_the_seeds_order_is_an_order_with_everything_it_says() -> None:
    parsed = parse_order(json.dumps(SEED_ORDER))
    assert parsed.order_id == "O1234"
    assert parsed.attributes == SEED_ORDER


def test_an_sns_envelope_is_taken_off() -> None:
    assert parse_order(enveloped(json.dumps(SEED_ORDER))) == parse_order(json.dumps(SEED_ORDER))


def test_an_order_that_only_looks_like_an_envelope_is_an_order() -> None:
    assert parse_order(json.dumps(order(Type="Notification"))).attributes["Type"] == "Notification"


def test_unknown_fields_are_kept() -> None:
    extra = {"gift": True, "notes": ["a", {"b": None}], "coupon": "X"}
    assert parse_order(json.dumps(order(**extra))).attributes == order(**extra)


def test_a_fraction_keeps_all_its_digits() -> None:
    body = json.dumps(SEED_ORDER)[:-1] + ', "price": 1234567890.123456789012345678}'
    assert parse_order(body).attributes["price"] == Decimal("1234567890.123456789012345678")


@pytest.mark.parametrize(
    "timestamp",
    ["2025-05-03T12:00:00Z", "2025-05-03T14:00:00+02:00", "2025-05-03T12:00:00.123456Z", "20250503T120000Z"],
)
def test_any_iso_8601_time_with_a_zone_is_taken_as_it_is(timestamp: str) -> None:
    assert parse_order(json.dumps(order(timestamp=timestamp))).attributes["timestamp"] == timestamp


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"orderId": ""}, "orderId is empty"),
        ({"orderId": 7}, "orderId must be a string, not a whole number"),
        ({"orderId": "é" * 1025}, "orderId is longer than 2048 bytes"),
        ({"userId": "  "}, "userId is empty"),
        ({"itemName": None}, "itemName must be a string, not null"),
        ({"status": ["new"]}, "status must be a string, not an array"),
        ({"quantity": 0}, "quantity must be at least 1"),
        ({"quantity": -1}, "quantity must be at least 1"),
        ({"quantity": True}, "quantity must be a whole number, not a boolean"),
        ({"quantity": 1.5}, "quantity must be a whole number, not a number with a fraction"),
        ({"quantity": "1"}, "quantity must be a whole number, not a string"),
        ({"quantity": {}}, "quantity must be a whole number, not an object"),
        ({"timestamp": "yesterday"}, "timestamp is not an ISO 8601 time"),
        ({"timestamp": "2025-05-03T12:00:00"}, "timestamp has no time zone"),
    ],
)
def test_a_field_that_is_off_is_named_with_its_rule(change: dict[str, Any], reason: str) -> None:
    assert refusal(json.dumps(order(**change))).reason == reason


@pytest.mark.parametrize("name", sorted(SEED_ORDER))
def test_a_field_that_is_missing_is_named(name: str) -> None:
    body = json.dumps({key: value for key, value in SEED_ORDER.items() if key != name})
    assert refusal(body).reason == f"{name} is missing"


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("", "not JSON: "),
        ('{"orderId": ', "not JSON: "),
        ("[" * 100_000, "not JSON: "),
        ("null", "not a JSON object but null"),
        ("[]", "not a JSON object but an array"),
        ('{"price": NaN}', "not JSON: NaN is no JSON number"),
        ('{"price": 1e999}', "not JSON: the number 1e999 has more digits than DynamoDB keeps"),
        (f'{{"price": 1.{"1" * 38}}}', "not JSON: the number 1.1111"),
        (f'{{"price": {"9" * 39}}}', "not JSON: the number 9999"),
        (enveloped(None), "the SNS envelope has no Message"),
        (enveloped("no order"), "not JSON: "),
    ],
)
def test_a_body_that_is_no_order_is_refused_with_the_reason(body: str, reason: str) -> None:
    assert refusal(body).reason.startswith(reason)


def test_a_refusal_says_which_order_it_is_about_when_that_can_be_read() -> None:
    assert refusal(json.dumps(order(quantity=0))).order_id == "O1234"
    assert refusal(json.dumps(order(orderId=7))).order_id is None
    assert refusal("{").order_id is None


def test_the_samples_are_what_they_say() -> None:
    assert len({parse_order(body).order_id for body in valid_orders(50)}) == 50
    assert len({refusal(body).reason for body in invalid_orders()}) == len(list(invalid_orders()))


@given(st.text() | st.recursive(st.none() | st.booleans() | st.floats() | st.text(), st.lists).map(json.dumps))
def test_any_text_is_an_order_or_is_refused(body: str) -> None:
    try:
        assert parse_order(body).order_id
    except InvalidOrder as invalid:
        assert invalid.reason


_FIELDS = st.sampled_from([*SEED_ORDER, "Type", "TopicArn", "Message", "extra"])
_VALUES = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from(["Notification", "{}"])


@given(st.dictionaries(_FIELDS, _VALUES))
def test_any_object_is_an_order_or_is_refused(changes: dict[str, object]) -> None:
    try:
        assert parse_order(json.dumps(order(**changes))).order_id
    except InvalidOrder as invalid:
        assert invalid.reason
