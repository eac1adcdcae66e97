"""The message group of an order, which SNS and SQS have to accept."""

import string

import pytest

from ops.message_group import message_group
from tests.support.orders import body

ALLOWED = string.ascii_letters + string.digits + string.punctuation


@pytest.mark.parametrize("value", ["U123", "x" * 128, string.punctuation])
def test_a_value_that_sqs_takes_is_the_group(value: str) -> None:
    assert message_group("userId", body("O1", userId=value)) == value


@pytest.mark.parametrize("value", ["x" * 129, "Jörg", "two words", "a\nb", "\ud800", "\x7f", "U123\n", " "])
def test_any_other_value_becomes_a_group_that_sqs_takes(value: str) -> None:
    group = message_group("userId", body("O1", userId=value))
    assert group
    assert len(group) <= 128
    assert set(group) <= set(ALLOWED)
    assert group == message_group("userId", body("O2", userId=value))
    assert group != message_group("userId", body("O2", userId=value + "x"))


@pytest.mark.parametrize(("value", "group"), [(1, "1"), (1.50, "1.5"), (True, "true"), ([1], "[1]")])
def test_a_value_that_is_no_text_is_its_json(value: object, group: str) -> None:
    assert message_group("shop", body("O1", shop=value)) == group


@pytest.mark.parametrize("changes", [{}, {"shop": None}, {"shop": ""}])
def test_an_order_without_the_field_has_no_group(changes: dict[str, object]) -> None:
    assert message_group("shop", body("O1", **changes)) is None


def test_without_a_field_there_is_no_group() -> None:
    assert message_group(None, body("O1")) is None
