"""A dead letter stays the same, byte for byte, when it is written to a file and read back."""

import binascii
import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ops.dead_letters.letter import CAME_FROM, MAX_ATTRIBUTES, MAX_BYTES, MAX_MESSAGE_IDS, Letter
from tests.support.orders import body

MESSAGE_ID = "6ff1a1b0-0000-4000-8000-000000000001"
OLD_ID = "6ff1a1b0-0000-4000-8000-000000000002"
MARK_BYTES = len("ordersCameFrom") + len("String") + len(OLD_ID)

texts = st.text(min_size=1)
attributes = st.one_of(
    st.fixed_dictionaries({"DataType": st.sampled_from(["String", "Number", "String.kind"]), "StringValue": texts}),
    st.fixed_dictionaries(
        {"DataType": st.sampled_from(["Binary", "Binary.png"]), "BinaryValue": st.binary(min_size=1)}
    ),
)
letters = st.builds(
    Letter,
    message_id=texts,
    body=st.text(),
    attributes=st.dictionaries(texts, attributes, max_size=MAX_ATTRIBUTES),
    system=st.dictionaries(texts, texts),
)


def letter(body: str = "{}", attributes: Mapping[str, Mapping[str, Any]] | None = None, **system: str) -> Letter:
    return Letter(message_id=MESSAGE_ID, body=body, attributes=attributes or {}, system=system)


def text(value: str) -> Mapping[str, str]:
    return {"DataType": "String", "StringValue": value}


def envelope(message: str) -> str:
    """Return a body as SNS writes it without raw message delivery."""
    return json.dumps({"Type": "Notification", "TopicArn": "arn:aws:sns:eu-west-1:1:OrderTopic", "Message": message})


@given(letters)
def test_what_was_written_as_json_is_read_back_byte_for_byte(written: Letter) -> None:
    assert Letter.from_json(written.as_json()) == written


@given(letters)
def test_a_letter_is_one_line_of_plain_ascii(written: Letter) -> None:
    assert len(written.as_json().splitlines()) == 1
    assert written.as_json().isascii()


@given(letters)
def test_a_received_letter_has_nothing_of_what_sqs_adds_to_its_attributes(given_letter: Letter) -> None:
    message: Any = {
        "MessageId": given_letter.message_id,
        "Body": given_letter.body,
        "Attributes": given_letter.system,
        "MessageAttributes": {
            name: {**value, "StringListValues": [], "BinaryListValues": []}
            for name, value in given_letter.attributes.items()
        },
    }
    assert Letter.received(message) == given_letter


def test_a_received_letter_may_lack_attributes_and_body() -> None:
    received = Letter.received(cast("Any", {"MessageId": MESSAGE_ID}))
    assert received == Letter(message_id=MESSAGE_ID, body="", attributes={}, system={})


@pytest.mark.parametrize(
    "line",
    ["", "{", "[]", "null", "{}", '{"messageId": "m"}', letter("x", {"a": {"BinaryValue": b"?"}}).as_json()[:-20]],
)
def test_what_is_no_letter_is_refused_in_a_way_that_callers_know(line: str) -> None:
    with pytest.raises((ValueError, KeyError, TypeError)) as refused:
        Letter.from_json(line)
    assert refused.type in {json.JSONDecodeError, KeyError, TypeError}


def test_bytes_that_are_no_base64_are_refused() -> None:
    line = letter("x", {"a": {"DataType": "Binary", "BinaryValue": b"1234"}}).as_json()
    with pytest.raises(binascii.Error) as refused:
        Letter.from_json(line.replace("MTIzNA==", "MTI zNA="))
    assert isinstance(refused.value, ValueError)


@given(letters, st.dictionaries(texts, texts))
def test_a_digest_does_not_notice_how_often_a_letter_was_looked_at(one: Letter, system: Mapping[str, str]) -> None:
    assert replace(one, system=system).digest() == one.digest()


CHANGES: Mapping[str, Letter] = {
    "body": letter('{"a": 2}', {"kind": text("new")}),
    "white space at the end": letter('{"a": 1} ', {"kind": text("new")}),
    "attribute's value": letter('{"a": 1}', {"kind": text("old")}),
    "attribute's type": letter('{"a": 1}', {"kind": {"DataType": "Number", "StringValue": "new"}}),
    "attribute's name": letter('{"a": 1}', {"Kind": text("new")}),
    "one attribute more": letter('{"a": 1}', {"kind": text("new"), "more": text("new")}),
    "one attribute less": letter('{"a": 1}'),
    "bytes for text": letter('{"a": 1}', {"kind": {"DataType": "String", "BinaryValue": b"new"}}),
    "id": replace(letter('{"a": 1}', {"kind": text("new")}), message_id=OLD_ID),
}


@pytest.mark.parametrize("changed", CHANGES.values(), ids=CHANGES)
def test_a_digest_notices_every_change_of_what_has_to_survive(changed: Letter) -> None:
    assert changed.digest() != letter('{"a": 1}', {"kind": text("new")}).digest()


def test_a_digest_does_not_depend_on_the_order_of_attributes() -> None:
    one, other = {"a": text("1"), "b": text("2")}, {"b": text("2"), "a": text("1")}
    assert letter("x", one).digest() == letter("x", other).digest()


@pytest.mark.parametrize(
    ("sized", "size"),
    [
        (letter("abc"), 3),
        (letter("ä€😀"), 2 + 3 + 4),
        (letter(" "), 1),
        (letter("abc", {"näme": text("wört")}), 3 + 5 + 6 + 5),
        (letter("", {"b": {"DataType": "Binary", "BinaryValue": b"\x00\xff"}}), 1 + 6 + 2),
        (letter("abc", AWSTraceHeader="Root=1-2-3", SenderId="someone"), 3),
    ],
)
def test_a_size_is_what_sqs_counts_body_names_types_and_values_but_nothing_of_its_own(sized: Letter, size: int) -> None:
    assert sized.size == size


@given(letters)
def test_marking_a_letter_makes_it_as_much_larger_as_was_reckoned(one: Letter) -> None:
    marked = replace(one, message_id=OLD_ID).marked()
    has_room = len(one.attributes) < MAX_ATTRIBUTES
    assert marked.size == one.size + (MARK_BYTES if has_room else 0)


def test_a_letter_is_marked_with_each_message_id_that_it_had() -> None:
    first = letter("x", {"kind": text("new")})
    assert first.logged_as == (MESSAGE_ID,)
    second = replace(first.marked(), message_id="second")
    third = replace(second.marked(), message_id="third")
    assert second.attributes == {"kind": text("new"), CAME_FROM: text(MESSAGE_ID)}
    assert third.attributes == {"kind": text("new"), CAME_FROM: text(f"second {MESSAGE_ID}")}
    assert third.logged_as == ("third", "second", MESSAGE_ID)


@pytest.mark.parametrize(
    "forged",
    [text("zzz"), text(""), text(" ".join(map(str, range(100)))), {"DataType": "Binary", "BinaryValue": b"zzz"}],
    ids=["another ID", "no ID", "many IDs", "bytes"],
)
def test_a_mark_of_a_publisher_does_not_replace_the_message_id_of_the_letter(forged: Mapping[str, Any]) -> None:
    first = letter("x", {CAME_FROM: forged})
    assert first.logged_as[0] == MESSAGE_ID
    second = replace(first.marked(), message_id="second")
    assert second.logged_as[:2] == ("second", MESSAGE_ID)
    assert len(second.logged_as) <= MAX_MESSAGE_IDS


def test_a_mark_that_is_longer_than_any_message_id_is_not_one() -> None:
    assert letter("x", {CAME_FROM: text("z" * 100_000)}).logged_as == (MESSAGE_ID,)


def test_a_mark_of_a_publisher_is_dropped_where_there_is_no_room_for_the_message_id() -> None:
    full = letter("x" * (MAX_BYTES - MARK_BYTES + 5), {CAME_FROM: text("zzz")})
    assert full.marked().attributes == {}
    roomy = letter("x" * (MAX_BYTES - MARK_BYTES), {CAME_FROM: text("zzz")})
    assert roomy.marked().attributes == {CAME_FROM: text(MESSAGE_ID)}


def test_a_letter_is_not_marked_where_it_has_as_many_attributes_as_sqs_takes() -> None:
    full = {f"a{number}": text("x") for number in range(MAX_ATTRIBUTES)}
    assert letter("x", full).marked().attributes == full
    del full["a0"]
    assert letter("x", full).marked().attributes == {**full, CAME_FROM: text(MESSAGE_ID)}


def test_a_letter_is_not_marked_where_sqs_would_find_it_too_large() -> None:
    largest = letter("x" * (MAX_BYTES - MARK_BYTES))
    assert largest.marked().attributes == {CAME_FROM: text(MESSAGE_ID)}
    assert largest.marked().size == MAX_BYTES
    assert letter(largest.body + "x").marked().attributes == {}


@pytest.mark.parametrize(
    ("of", "order_id"),
    [
        (body("O1"), "O1"),
        (body("O1", quantity="two"), "O1"),
        (body("O1", timestamp="yesterday"), "O1"),
        (envelope(body("O1")), "O1"),
        (envelope(body("O1", quantity=0)), "O1"),
        (json.dumps({"orderId": "O1"}), "O1"),
        ('{"orderId": "O1", "orderId": "O1"}', "O1"),
        ('{"orderId": "O1", "orderId": "O2"}', None),
        ('{"orderId": "O1", "orderId": 7}', "O1"),
        (f'{{"orderId": "O1", {body("O2")[1:]}', None),
        (json.dumps({"orderId": ""}), None),
        (json.dumps({"orderId": 7}), None),
        (json.dumps({"userId": "U1"}), None),
        (envelope("not JSON"), None),
        ("not JSON", None),
        ('["O1"]', None),
        ("  ", None),
        ("", None),
        ("[" * 100_000, None),
    ],
    ids=range(19),
)
def test_a_letter_says_which_order_it_is_about_where_it_got_that_far(of: str, order_id: str | None) -> None:
    assert letter(of).order_id == order_id


def test_a_letter_was_first_seen_when_sqs_got_it() -> None:
    seen = letter(SentTimestamp="1746273600123").first_seen
    assert seen == datetime(2025, 5, 3, 12, 0, 0, 123_000, UTC)
