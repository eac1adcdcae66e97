"""Reading the changes of orders from records of the stream."""

from decimal import Decimal
from typing import Any

import pytest

from handler.contract import INSTANT
from handler.notifier.change import read_change
from handler.order import InvalidOrder
from tests.support.stream_records import TABLE, item, stream_record


def nested(levels: int) -> dict[str, Any]:
    value: dict[str, Any] = {"S": "x"}
    for level in range(levels):
        value = {"L": [value]} if level % 2 else {"M": {"inner": value}}
    return value


def test_a_new_order_has_no_previous_version() -> None:
    change = read_change(stream_record(item("O1")))
    assert change
    assert (change.table_arn, change.order.order_id, change.order.instant) == (TABLE, "O1", "2025-05-03T12:00:00")
    assert change.previous is None


def test_an_update_has_the_previous_version() -> None:
    new, old = item("O1", timestamp="2025-05-03T13:00:00Z", quantity=2), item("O1")
    change = read_change(stream_record(new, old))
    assert change
    assert change.previous
    assert (change.order.attributes["quantity"], change.previous["quantity"]) == (2, 1)


def test_a_removed_item_is_no_change_of_an_order() -> None:
    assert read_change(stream_record(None, item("O1"))) is None


def test_an_item_that_stays_the_same_is_no_change() -> None:
    assert read_change(stream_record(item("O1"), item("O1"))) is None


def test_the_table_s_own_attribute_is_no_field_of_the_order() -> None:
    change = read_change(stream_record(item("O1")))
    assert change
    assert INSTANT not in change.order.attributes


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1E+2", Decimal(100)),
        ("1E-130", Decimal("1E-130")),
        ("0", 0),
        ("-0.5", Decimal("-0.5")),
        ("12345678901234567890123456789012345678", 12345678901234567890123456789012345678),
        ("0.12345678901234567890123456789012345678", Decimal("0.12345678901234567890123456789012345678")),
        ("9.9999999999999999999999999999999999999E+125", Decimal("9.9999999999999999999999999999999999999E+125")),
    ],
)
def test_a_number_keeps_all_its_digits_in_every_form(text: str, number: object) -> None:
    change = read_change(stream_record(item("O1") | {"price": {"N": text}}))
    assert change
    assert change.order.attributes["price"] == number


def test_sets_become_arrays_and_a_binary_value_stays_as_lambda_passes_it() -> None:
    foreign = {
        "tags": {"SS": ["a", "é"]},
        "sizes": {"NS": ["1", "2.5"]},
        "seal": {"B": "AP8="},
        "keys": {"BS": ["AA=="]},
    }
    change = read_change(stream_record(item("O1") | foreign))
    assert change
    read = {name: change.order.attributes[name] for name in foreign}
    assert read == {"tags": ["a", "é"], "sizes": [1, Decimal("2.5")], "seal": "AP8=", "keys": ["AA=="]}


def test_the_deepest_nesting_that_an_order_can_have_is_read() -> None:
    change = read_change(stream_record(item("O1") | {"notes": nested(31)}))
    assert change
    assert "inner" in str(change.order.attributes["notes"])


def test_fields_that_look_like_an_envelope_of_sns_are_fields_of_the_order() -> None:
    envelope = {"Type": {"S": "Notification"}, "TopicArn": {"S": "arn"}, "Message": {"S": "{}"}}
    change = read_change(stream_record(item("O1") | envelope))
    assert change
    assert change.order.attributes["Message"] == "{}"
    assert change.order.order_id == "O1"


def test_a_previous_item_that_is_no_order_does_not_affect_the_new_version() -> None:
    old = {"orderId": {"S": "O1"}, "notes": {"NS": ["1"]}, "status": {"NULL": True}}
    change = read_change(stream_record(item("O1"), old))
    assert change
    assert change.previous == {"orderId": "O1", "notes": [1], "status": None}


def test_an_item_without_an_instant_is_an_order_if_its_fields_are() -> None:
    by_hand = item("O1")
    del by_hand[INSTANT]
    change = read_change(stream_record(by_hand))
    assert change
    assert change.order.instant == "2025-05-03T12:00:00"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"timestamp": None}, "timestamp is missing"),
        ({"timestamp": {"N": "5"}}, "timestamp must be a string, not a whole number"),
        ({"timestamp": {"S": "yesterday"}}, "timestamp is not an ISO 8601 time"),
        ({INSTANT: {"S": "2025-05-03T13:00:00"}}, "timestampUtc must equal timestamp in UTC"),
        ({INSTANT: {"N": "5"}}, "timestampUtc must equal timestamp in UTC"),
        ({"price": {"N": "NaN"}}, "not JSON: NaN is not a JSON number"),
    ],
)
def test_an_item_that_is_no_order_is_invalid(changes: dict[str, Any], reason: str) -> None:
    by_hand = {name: value for name, value in (item("O1") | changes).items() if value is not None}
    with pytest.raises(InvalidOrder) as raised:
        read_change(stream_record(by_hand))
    assert raised.value.reason == reason


@pytest.mark.parametrize(
    "changes",
    [{"status": None}, {"quantity": {"N": "1.5"}}, {"quantity": {"SS": ["1"]}}, {"itemName": {"NULL": True}}],
)
def test_an_order_that_breaks_a_younger_rule_is_still_told(changes: dict[str, Any]) -> None:
    changed = {name: value for name, value in (item("O1") | changes).items() if value is not None}
    change = read_change(stream_record(changed))
    assert change
    assert change.order.order_id == "O1"
