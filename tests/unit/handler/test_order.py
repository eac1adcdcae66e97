"""Parsing message bodies: valid orders, and the reasons for which others are rejected."""

import json
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from boto3.dynamodb.types import TypeSerializer
from hypothesis import given
from hypothesis import strategies as st

from handler.contract import Attribute
from handler.fields import FIELDS, Rule
from handler.order import InvalidOrder, parse_order
from ops.samples import EXAMPLE_ORDER, invalid_orders, valid_orders


def order(**changes: object) -> dict[str, object]:
    return {**EXAMPLE_ORDER, **changes}


def enveloped(message: object) -> str:
    return json.dumps({"Type": "Notification", "TopicArn": "arn:aws:sns:::T", "MessageId": "m", "Message": message})


def nested(levels: int) -> object:
    value: object = "inside"
    for _ in range(levels - 1):
        value = [value]
    return value


def containers(count: int) -> object:
    """Return objects in each other, of which the innermost is empty."""
    value: dict[str, object] = {}
    for _ in range(count - 1):
        value = {"inner": value}
    return value


def rejection(body: str) -> InvalidOrder:
    with pytest.raises(InvalidOrder) as raised:
        parse_order(body)
    return raised.value


def test_the_example_order_is_valid_and_keeps_all_its_fields() -> None:
    parsed = parse_order(json.dumps(EXAMPLE_ORDER))
    assert parsed.order_id == "O1234"
    assert parsed.attributes == EXAMPLE_ORDER


def test_an_sns_envelope_is_removed() -> None:
    assert parse_order(enveloped(json.dumps(EXAMPLE_ORDER))) == parse_order(json.dumps(EXAMPLE_ORDER))


def test_an_order_that_only_looks_like_an_envelope_is_an_order() -> None:
    assert parse_order(json.dumps(order(Type="Notification"))).attributes["Type"] == "Notification"


def test_unknown_fields_are_kept() -> None:
    extra = {"gift": True, "notes": ["a", {"b": None}], "coupon": "X"}
    assert parse_order(json.dumps(order(**extra))).attributes == order(**extra)


def test_a_fraction_keeps_all_its_digits() -> None:
    body = json.dumps(EXAMPLE_ORDER)[:-1] + ', "price": 1234567890.123456789012345678}'
    assert parse_order(body).attributes["price"] == Decimal("1234567890.123456789012345678")


@pytest.mark.parametrize(
    "timestamp",
    [
        "2025-05-03T12:00:00Z",
        "2025-05-03T14:00:00+02:00",
        "2025-05-03T12:00:00.123456Z",
        "2025-05-03T12:00:00,123456789+0200",
        "2025-05-03T12:00Z",
        "20250503T120000Z",
    ],
)
def test_any_iso_8601_time_with_a_zone_is_accepted_unchanged(timestamp: str) -> None:
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
        ({"quantity": 1.5}, "quantity must be a whole number, not a number with a decimal point or an exponent"),
        ({"quantity": "1"}, "quantity must be a whole number, not a string"),
        ({"quantity": {}}, "quantity must be a whole number, not an object"),
        ({"timestamp": "yesterday"}, "timestamp is not an ISO 8601 time"),
        ({"timestamp": "2025-05-03x12:00:00Z"}, "timestamp is not an ISO 8601 time"),
        ({"timestamp": "2025-05-03T12:00:00+00:00:30"}, "timestamp is not an ISO 8601 time"),
        ({"timestamp": "2025-02-30T12:00:00Z"}, "timestamp is not an ISO 8601 time"),
        ({"timestamp": "2025-05-03"}, "timestamp is not an ISO 8601 time"),
        ({"orderId": "\ud800"}, "contains an unpaired surrogate, which is not valid Unicode"),
        ({"notes": ["\udfff"]}, "contains an unpaired surrogate, which is not valid Unicode"),
        ({"\udfff": 1}, "contains an unpaired surrogate, which is not valid Unicode"),
        ({"": 1}, "a field has no name"),
        ({"extra": {"": 1}}, "a field has no name"),
        ({"extra": nested(33)}, "nested deeper than 31 levels"),
        ({"extra": [nested(32)]}, "nested deeper than 31 levels"),
        ({"extra": containers(32)}, "nested deeper than 31 levels"),
        ({"timestamp": "2025-05-03T12:00:00+05:60"}, "timestamp is not an ISO 8601 time"),
        ({"timestamp": "2025-05-03T12:00:00-0599"}, "timestamp is not an ISO 8601 time"),
        ({"timestamp": "2025-05-03T12:00:00+24:00"}, "timestamp is not an ISO 8601 time"),
        ({"timestamp": "2025-05-03T24:00:00Z"}, "timestamp is not an ISO 8601 time"),
        ({"timestamp": "2025-0503T12:00:00Z"}, "timestamp is not an ISO 8601 time"),
        ({"timestamp": "0001-01-01T00:00:00+01:00"}, "timestamp is not in the years 1 to 9999 in UTC"),
        ({"timestamp": "2025-05-03T12:00:00"}, "timestamp has no time zone"),
    ],
)
def test_an_invalid_field_is_named_with_its_rule(change: dict[str, Any], reason: str) -> None:
    assert rejection(json.dumps(order(**change))).reason == reason
    assert rejection(json.dumps(order(**change))).fields == {name for name in change if name and name in reason}


@pytest.mark.parametrize(
    ("timestamp", "instant"),
    [
        ("2025-05-03T12:00:00Z", "2025-05-03T12:00:00"),
        ("2025-05-03T14:00:00+02:00", "2025-05-03T12:00:00"),
        ("20250503T0700-0500", "2025-05-03T12:00:00"),
        ("2025-05-03T12:00:00.500Z", "2025-05-03T12:00:00.5"),
        ("2025-05-03T12:00:00,1234567890123Z", "2025-05-03T12:00:00.1234567890123"),
        ("2025-01-01T00:30:00+01", "2024-12-31T23:30:00"),
    ],
)
def test_a_timestamp_is_an_instant_whatever_its_zone_and_precision(timestamp: str, instant: str) -> None:
    assert parse_order(json.dumps(order(timestamp=timestamp))).instant == instant


@pytest.mark.usefixtures("zone_of_the_machine")
def test_an_instant_is_in_utc_whatever_the_zone_of_the_machine() -> None:
    assert parse_order(json.dumps(EXAMPLE_ORDER)).instant == "2025-05-03T12:00:00"


_ZONES = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
_MOMENTS = st.builds(
    lambda seconds, digits, zone: datetime.fromtimestamp(seconds, zone) + timedelta(microseconds=digits),
    st.integers(1_700_000_000, 1_700_000_003),
    st.sampled_from([0, 1, 10, 100_000, 500_000, 999_999]),
    _ZONES,
)


@given(_MOMENTS, _MOMENTS)
def test_instants_sort_by_time(one: datetime, other: datetime) -> None:
    def instant(moment: datetime) -> str:
        return parse_order(json.dumps(order(timestamp=moment.isoformat()))).instant

    assert (instant(one) < instant(other)) == (one < other)
    assert (instant(one) == instant(other)) == (one == other)


def test_an_item_of_the_table_can_be_published_again() -> None:
    stored = order(timestampUtc="2025-05-03T12:00:00")
    assert parse_order(json.dumps(stored)) == parse_order(json.dumps(EXAMPLE_ORDER))
    assert rejection(json.dumps(order(timestampUtc="2025"))).reason == "timestampUtc must equal timestamp in UTC"


@pytest.mark.parametrize("name", [field.name for field in FIELDS if field.is_required])
def test_a_field_that_is_missing_is_named(name: str) -> None:
    body = json.dumps({key: value for key, value in EXAMPLE_ORDER.items() if key != name})
    assert rejection(body).reason == f"{name} is missing"
    assert rejection(body).fields == {name}


def test_only_the_order_id_is_an_identifier_and_only_the_timestamp_is_a_time() -> None:
    # The code names these two fields, because they identify an order and its version.
    assert [field.name for field in FIELDS if field.rule is Rule.IDENTIFIER] == [Attribute.ORDER_ID]
    assert [field.name for field in FIELDS if field.rule is Rule.TIMESTAMP] == [Attribute.TIMESTAMP]
    assert all(field.is_required for field in FIELDS if field.rule in {Rule.IDENTIFIER, Rule.TIMESTAMP})


@pytest.mark.parametrize("quantity", [0, True, 1.5, "1", None, [], {}])
def test_each_flaw_of_the_quantity_has_its_field(quantity: object) -> None:
    assert rejection(json.dumps(order(quantity=quantity))).fields == {"quantity"}


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("", "not JSON: "),
        ('{"orderId": ', "not JSON: "),
        ("[" * 100_000, "not JSON: "),
        ("null", "not a JSON object but null"),
        ("[]", "not a JSON object but an array"),
        ('{"quantity": 0, "quantity": 5}', "the field 'quantity' occurs more than once"),
        ('{"a": {"b": 1, "b": 1}}', "the field 'b' occurs more than once"),
        ('{"price": 1e-140}', "a number exceeds DynamoDB's limits"),
        (f'{{"price": -{"9" * 39}}}', "a number exceeds DynamoDB's limits"),
        (f'{{"price": 1{"0" * 126}}}', "a number exceeds DynamoDB's limits"),
        ('{"price": NaN}', "not JSON: NaN is not a JSON number"),
        ('{"price": 1e999, "quantity": NaN}', "not JSON: NaN is not a JSON number"),
        ('{"price": 1e999}', "a number exceeds DynamoDB's limits"),
        (f'{{"price": 1.{"1" * 38}}}', "a number exceeds DynamoDB's limits"),
        (f'{{"price": {"9" * 39}}}', "a number exceeds DynamoDB's limits"),
        (enveloped(None), "the SNS envelope has no Message"),
        (enveloped("no order"), "not JSON: "),
    ],
)
def test_a_body_that_is_not_an_order_is_rejected_with_the_reason(body: str, reason: str) -> None:
    assert rejection(body).reason.startswith(reason)


@pytest.mark.parametrize("body", ["", '{"orderId": ', "[" * 100_000, '{"price": NaN}', enveloped("no order")])
def test_all_bodies_that_are_not_json_share_a_signature(body: str) -> None:
    assert rejection(body).signature == "not JSON"


def test_a_rejection_has_the_order_id_if_the_message_has_a_usable_one() -> None:
    assert rejection(json.dumps(order(quantity=0))).order_id == "O1234"
    assert rejection(json.dumps(order(orderId=7))).order_id is None
    assert rejection("{").order_id is None


def test_the_samples_are_valid_and_invalid_orders() -> None:
    assert len({parse_order(body).order_id for body in valid_orders(50)}) == 50
    assert len({rejection(body).reason for body in invalid_orders()}) == len(list(invalid_orders()))


def is_storable_or_rejected(body: str) -> bool:
    """Whether DynamoDB can store the order unchanged, or it is rejected with a reason."""
    try:
        parsed = parse_order(body)
    except InvalidOrder as invalid:
        return bool(invalid.reason)
    stored = TypeSerializer().serialize(with_short_numbers(parsed.attributes))
    return bool(json.dumps(stored, ensure_ascii=False).encode())


def with_short_numbers(value: Any) -> Any:
    """Write whole numbers with many zeros as boto3 takes them. DynamoDB takes them with or without their zeros."""
    match value:
        case dict():
            return {name: with_short_numbers(inner) for name, inner in value.items()}
        case list():
            return [with_short_numbers(inner) for inner in value]
        case int() if abs(value) >= 10**38:
            return Decimal(f"{str(value).rstrip('0')}E{len(str(value)) - len(str(value).rstrip('0'))}")
        case _:
            return value


@pytest.mark.parametrize("extra", [nested(32), containers(31), [containers(30), containers(30)]])
@pytest.mark.parametrize("wrap", [str, enveloped])
def test_the_deepest_order_is_stored(extra: object, wrap: Callable[[str], str]) -> None:
    body = wrap(json.dumps(order(extra=extra)))
    assert parse_order(body).attributes["extra"] == extra
    assert is_storable_or_rejected(body)


@pytest.mark.parametrize(
    "number", ["1" + "0" * 38, "-1" + "0" * 125, "9" * 38 + "0" * 20, "1.5" + "0" * 60, "0E-200", "0e400", "1E-130"]
)
def test_zeros_that_dynamodb_trims_do_not_count_as_digits(number: str) -> None:
    body = json.dumps(EXAMPLE_ORDER)[:-1] + f', "price": {number}}}'
    assert parse_order(body).attributes["price"] == Decimal(number)
    assert is_storable_or_rejected(body)


def test_a_whole_number_with_many_zeros_is_a_quantity() -> None:
    body = json.dumps(order(quantity=10**38))
    assert parse_order(body).attributes["quantity"] == 10**38


FLAWED = order(userId=" ", itemName=None, quantity=0, timestamp="yesterday")
del FLAWED["status"]


def test_all_flaws_of_an_order_are_reported_at_once() -> None:
    flaws = rejection(json.dumps(FLAWED)).flaws
    assert [(flaw.field, flaw.reason) for flaw in flaws] == [
        ("userId", "userId is empty"),
        ("itemName", "itemName must be a string, not null"),
        ("status", "status is missing"),
        ("quantity", "quantity must be at least 1"),
        ("timestamp", "timestamp is not an ISO 8601 time"),
    ]
    assert rejection(json.dumps(FLAWED)).reason == "; ".join(flaw.reason for flaw in flaws)


def test_flaws_of_every_kind_are_reported_together() -> None:
    body = '{"orderId": "\\ud800", "a": 1e999, "quantity": 0, "b": {"": [1e999]}, "a": 1, "c": ' + "[" * 32 + "]" * 32
    reason = rejection(body + "}").reason
    for part in (
        "a number exceeds DynamoDB's limits",
        "the field 'a' occurs more than once",
        "a field has no name",
        "contains an unpaired surrogate",
        "nested deeper than 31 levels",
        "quantity must be at least 1",
        "status is missing",
    ):
        assert reason.count(part) == 1


def test_the_signature_depends_on_neither_the_sequence_nor_the_number_of_flaws() -> None:
    members = ['"a": 1e999', '"b": 1e999', '"c": 1', '"c": 2', '"d": 1', '"d": 2', '"quantity": 0']
    one = rejection("{" + ", ".join(members) + "}")
    other = rejection("{" + ", ".join(reversed(members[1:])) + "}")
    assert one.signature == other.signature
    assert one.reason != other.reason


def test_a_reason_is_short_however_many_fields_are_repeated() -> None:
    members = ", ".join(f'"{"x" * 1000}{number % 500}": 1' for number in range(1000))
    members += ", " + ", ".join(f'"{number % 500}": 1' for number in range(1000))
    invalid = rejection(f"{{{members}}}")
    assert invalid.reason.endswith(" more")
    assert len(invalid.reason) < 3000
    assert invalid.signature.count("a field occurs more than once") == 1


def test_a_number_out_of_limits_has_only_this_flaw() -> None:
    body = json.dumps(order(quantity="N")).replace('"N"', "9" * 39)
    assert rejection(body).reason.startswith("a number exceeds DynamoDB's limits")
    assert len(rejection(body).flaws) == 1
    assert rejection(body).order_id == "O1234"


def test_a_negative_quantity_out_of_limits_has_both_flaws() -> None:
    body = json.dumps(order(quantity="N")).replace('"N"', f"-{'9' * 39}")
    first, second = rejection(body).flaws
    assert first.reason.startswith("a number exceeds DynamoDB's limits")
    assert second.reason == "quantity must be at least 1"


@pytest.mark.parametrize("extra", [{"": 1}, {"note": {"": 1}}, {"note": ["\udfff"]}, {"note": containers(32)}])
@pytest.mark.parametrize("ascii_only", [True, False])
def test_an_order_in_an_envelope_has_the_flaws_that_it_has_without(extra: dict[str, Any], ascii_only: bool) -> None:
    body = json.dumps(order(**extra), ensure_ascii=ascii_only)
    envelope = {"Type": "Notification", "TopicArn": "arn:aws:sns:::T", "Message": body}
    assert rejection(json.dumps(envelope, ensure_ascii=ascii_only)).flaws == rejection(body).flaws


@pytest.mark.parametrize("wrap", [str, enveloped])
@pytest.mark.parametrize("mark", ["\ufeff", "\ufeff".encode().decode("latin-1")])
def test_a_byte_order_mark_is_named(mark: str, wrap: Callable[[str], str]) -> None:
    invalid = rejection(wrap(mark + json.dumps(EXAMPLE_ORDER)))
    assert invalid.reason == "not JSON: the text begins with a byte order mark (U+FEFF), which must be removed"
    assert invalid.signature == "not JSON"


@given(st.text() | st.recursive(st.none() | st.booleans() | st.floats() | st.text(), st.lists).map(json.dumps))
def test_any_text_is_an_order_or_is_rejected(body: str) -> None:
    assert is_storable_or_rejected(body)


_NAMES = st.sampled_from([*EXAMPLE_ORDER, "Type", "TopicArn", "Message", "extra", ""]) | st.text(max_size=3)
_LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters(), max_size=5)
    | st.sampled_from(["Notification", "{}", "\ud800"])
)
_VALUES = st.recursive(_LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_NAMES, inner, max_size=3))


@given(st.dictionaries(_NAMES, _VALUES))
def test_any_object_is_an_order_or_is_rejected(changes: dict[str, object]) -> None:
    assert is_storable_or_rejected(json.dumps({**EXAMPLE_ORDER, **changes}))


@given(st.from_regex(r"-?(0|[1-9][0-9]{0,45})(\.[0-9]{1,45})?([eE][+-]?[0-9]{1,4})?", fullmatch=True))
def test_any_number_is_stored_unchanged_or_is_rejected(number: str) -> None:
    body = json.dumps(EXAMPLE_ORDER)[:-1] + f', "price": {number}}}'
    assert is_storable_or_rejected(body)
    with suppress(InvalidOrder):
        assert parse_order(body).attributes["price"] == Decimal(number)
