"""Events: their CloudEvents documents, their message attributes, and the limits of SNS."""

import json
from decimal import Decimal
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from handler.notifier.change import read_change, stored_order
from handler.notifier.event import MAX_MESSAGE_BYTES, Event, event_of, replay_of
from ops.contract.event import HEADERS, event_schema
from tests.support.orders import body
from tests.support.stream_records import TABLE, Item, item, stream_record

LATER = "2025-05-03T13:00:00Z"


def event(new: Item, old: Item | None = None) -> Event:
    change = read_change(stream_record(new, old))
    assert change
    return event_of(change)


def document(new: Item, old: Item | None = None) -> dict[str, Any]:
    return dict(json.loads(event(new, old).body))


@pytest.mark.parametrize(
    "told",
    [
        event(item("O1")),
        event(item("O1", timestamp=LATER, status="paid"), item("O1")),
        event(item("O1", timestamp=LATER, notes="x" * MAX_MESSAGE_BYTES), item("O1")),
        event({"orderId": {"S": "O1"}, "timestamp": {"S": LATER}}),
        replay_of(stored_order(item("O1", status="\x00")), TABLE),
    ],
    ids=["stored", "updated", "by reference", "older than the rules", "replayed, with a status that is no attribute"],
)
def test_every_event_keeps_the_contract(told: Event) -> None:
    Draft202012Validator(event_schema()).validate(json.loads(told.body))
    Draft202012Validator(HEADERS).validate(told.attributes)
    assert told.attributes.keys() <= HEADERS["properties"].keys()
    assert told.size <= MAX_MESSAGE_BYTES


def test_a_new_order_is_told_with_all_its_fields() -> None:
    assert document(item("O1")) == {
        "specversion": "1.0",
        "id": "O1@2025-05-03T12:00:00Z",
        "source": TABLE,
        "type": "order.stored",
        "time": "2025-05-03T12:00:00Z",
        "subject": "O1",
        "datacontenttype": "application/json",
        "data": {
            "order": json.loads(body("O1")),
        },
    }
    assert event(item("O1")).attributes == {"eventType": "stored", "status": "new"}


def test_an_update_is_told_with_the_names_of_the_changed_fields_and_the_previous_status() -> None:
    new = item("O1", timestamp=LATER, status="paid", price=1, gift=True)
    told = event(new, item("O1", price=True, notes="x"))
    data = json.loads(told.body)["data"]
    assert data["changed"] == ["gift", "notes", "price", "status", "timestamp"]
    assert (data["previousStatus"], data["order"]["status"]) == ("new", "paid")
    assert told.attributes == {"eventType": "updated", "status": "paid", "previousStatus": "new"}


def test_an_item_that_was_no_order_has_no_previous_status() -> None:
    told = event(item("O1"), {"orderId": {"S": "O1"}, "status": {"N": "5"}})
    assert json.loads(told.body)["data"].keys() == {"order", "changed"}
    assert told.attributes == {"eventType": "updated", "status": "new"}


def test_a_replay_has_the_id_of_the_first_event() -> None:
    told = replay_of(stored_order(item("O1")), TABLE)
    assert (told.event_id, json.loads(told.body)["type"]) == (event(item("O1")).event_id, "order.replayed")
    assert told.attributes == {"eventType": "replayed", "status": "new"}


@pytest.mark.parametrize(
    ("timestamp", "version"),
    [
        ("2025-05-03T14:00:00+02:00", "2025-05-03T12:00:00Z"),
        ("2025-05-03T12:00:00.500Z", "2025-05-03T12:00:00.5Z"),
        ("2025-05-03T12:00:00.1234567890123Z", "2025-05-03T12:00:00.1234567890123Z"),
    ],
)
def test_the_version_is_in_utc_with_all_digits(timestamp: str, version: str) -> None:
    told = document(item("O1", timestamp=timestamp))
    assert (told["id"], told["time"]) == (f"O1@{version}", version)
    assert told["data"]["order"]["timestamp"] == timestamp


@pytest.mark.parametrize(
    "number", ["12345678901234567890123456789012345678", "1E+2", "1E-130", "0.30000000000000000000000000000000000001"]
)
def test_numbers_are_told_with_all_digits(number: str) -> None:
    [price] = [
        json.loads(event(item("O1") | {"price": {"N": number}}).body, parse_float=Decimal)["data"]["order"]["price"]
    ]
    assert Decimal(price) == Decimal(number)


@pytest.mark.parametrize("text", ["é中😀", "\x00\x1f\x7f\x85", "\ufffe\uffff", '"\\', "</script>"])
def test_any_text_is_told_as_it_is_in_ascii(text: str) -> None:
    told = event(item(f"O{text}", itemName=text))
    assert told.body.isascii()
    assert json.loads(told.body)["data"]["order"]["itemName"] == text
    assert json.loads(told.body)["subject"] == f"O{text}"


@pytest.mark.parametrize("status", ["x" * 257, "bell\x07", "null\x00", "\ufffe", "\uffff"])
def test_a_status_that_sns_does_not_take_as_attribute_is_in_the_document_only(status: str) -> None:
    told = event(item("O1", timestamp=LATER, status="paid"), item("O1", status=status))
    assert told.attributes == {"eventType": "updated", "status": "paid"}
    assert json.loads(told.body)["data"]["previousStatus"] == status
    assert event(item("O1", status=status)).attributes == {"eventType": "stored"}


@pytest.mark.parametrize("status", ["x" * 256, "😀" * 256, "tab\tline\nreturn\r", "\U0010ffff", "\x7f\x85"])
def test_a_status_at_the_limits_of_sns_is_an_attribute(status: str) -> None:
    assert event(item("O1", status=status)).attributes["status"] == status


@pytest.mark.parametrize("filler", ["x", "é"])
def test_an_event_of_exactly_the_largest_size_contains_the_order(filler: str) -> None:
    status = "paid é"
    room = MAX_MESSAGE_BYTES - event(item("O1", status=status, notes="")).size
    largest = event(item("O1", status=status, notes=filler + "x" * (room - len(json.dumps(filler)) + 2)))
    assert largest.size == MAX_MESSAGE_BYTES
    assert "order" in json.loads(largest.body)["data"]


def test_a_larger_event_is_told_by_reference() -> None:
    room = MAX_MESSAGE_BYTES - event(item("O1", notes="")).size
    assert "reference" in json.loads(event(item("O1", notes="x" * (room + 1))).body)["data"]
    told = event(item("O1", notes="x" * (room + 1)), item("O1"))
    assert json.loads(told.body)["data"] == {"reference": {"table": TABLE, "orderId": "O1"}}
    assert told.attributes == {"eventType": "updated", "status": "new", "previousStatus": "new"}
    assert told.size <= MAX_MESSAGE_BYTES


def test_a_reference_to_the_longest_id_fits_into_a_message() -> None:
    told = event(item("\x01" * 2048, notes="x" * MAX_MESSAGE_BYTES, status="😀" * 256))
    assert "reference" in json.loads(told.body)["data"]
    assert told.size <= MAX_MESSAGE_BYTES


def test_the_size_counts_names_types_and_values_of_the_attributes_in_bytes() -> None:
    told = event(item("O1", status="é"))
    assert told.size == len(told.body) + len("eventType" + "String" + "stored") + len("status" + "String") + 2
