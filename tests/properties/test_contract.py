"""The JSON Schema and the parser accept the same orders, except for the rules that a schema cannot express."""

import json

import pytest
from hypothesis import given, settings
from jsonschema import Draft202012Validator

from handler.contract import INSTANT
from handler.order import InvalidOrder, is_envelope, parse_order
from ops.contract.event import event_schema
from ops.contract.order import Schema, order_schema
from ops.contract.unexpressed import UNEXPRESSED, Members, Unexpressed, as_written
from ops.samples import EXAMPLE_ORDER, invalid_orders, sample_orders, valid_orders
from tests.support.order_texts import border_texts, order_texts

ORDER = Draft202012Validator(order_schema())
EVENT = Draft202012Validator(event_schema())


def accepted_by_the_schema(text: str) -> bool:
    return ORDER.is_valid(json.loads(text))


def accepted_by_the_parser(text: str) -> bool:
    try:
        parse_order(text)
    except InvalidOrder:
        return False
    return True


def broken(text: str) -> list[Unexpressed]:
    """The rules that the schema cannot express and an order breaks."""
    order = as_written(text)
    return [one for one in UNEXPRESSED if isinstance(order, Members) and not one.is_kept(order)]


def check_that_both_agree(text: str) -> None:
    document = json.loads(text)
    if isinstance(document, dict) and is_envelope(document):
        assert not accepted_by_the_schema(text)
    else:
        assert (accepted_by_the_schema(text) and not broken(text)) == accepted_by_the_parser(text)


def test_the_schema_and_the_parser_agree_at_each_border() -> None:
    for text in border_texts():
        check_that_both_agree(text)


@settings(max_examples=500, deadline=None)
@given(order_texts)
def test_the_schema_and_the_parser_accept_the_same_orders(text: str) -> None:
    check_that_both_agree(text)


def test_both_accept_the_samples_and_neither_accepts_the_invalid_ones() -> None:
    for text in (*valid_orders(20), *sample_orders(5)):
        assert accepted_by_the_schema(text)
        assert accepted_by_the_parser(text)
        assert not broken(text)
    for text in list(invalid_orders())[1:]:  # The first is not JSON.
        assert not accepted_by_the_schema(text)
        assert not accepted_by_the_parser(text)


def with_member(member: str) -> str:
    return json.dumps(EXAMPLE_ORDER)[:-1] + f", {member}}}"


def with_value(name: str, value: str) -> str:
    return json.dumps({**EXAMPLE_ORDER, name: "?"}).replace('"?"', value)


BREAKING = [
    with_member('"gift": 1, "gift": 1'),
    with_member(f'"price": {"9" * 39}'),
    with_value("quantity", "1.0"),
    with_member('"note": "\\ud800"'),
    with_member(f'"note": {"[" * 32}{"]" * 32}'),
    with_value("orderId", json.dumps("é" * 1025)),
    with_value("timestamp", '"2025-02-30T12:00:00Z"'),
    with_member(f'"{INSTANT}": "2025"'),
]
"""For each rule that the schema cannot express: an order that breaks only this rule."""


@pytest.mark.parametrize(("rule", "text"), list(zip(UNEXPRESSED, BREAKING, strict=True)))
def test_each_rule_that_the_schema_cannot_express_decides_about_an_order(rule: Unexpressed, text: str) -> None:
    assert broken(text) == [rule]
    assert accepted_by_the_schema(text)
    assert not accepted_by_the_parser(text)


@pytest.mark.parametrize("schema", [order_schema(), event_schema()], ids=["order", "event"])
def test_a_schema_is_valid_and_accepts_its_examples(schema: Schema) -> None:
    Draft202012Validator.check_schema(schema)
    errors = [error.message for one in schema["examples"] for error in Draft202012Validator(schema).iter_errors(one)]
    assert schema["examples"]
    assert errors == []


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        ("order.stored", {}),
        ("order.stored", {"order": EXAMPLE_ORDER, "changed": ["status"]}),
        ("order.replayed", {"order": EXAMPLE_ORDER, "previousStatus": "new"}),
        ("order.updated", {"order": EXAMPLE_ORDER, "reference": {"table": "arn", "orderId": "O1"}}),
        ("order.updated", {"reference": {"table": "arn", "orderId": "O1"}, "changed": ["status"]}),
        ("order.updated", {"order": {}}),
        ("order.deleted", {"order": EXAMPLE_ORDER}),
    ],
)
def test_an_event_that_the_notifier_does_not_send_is_none(kind: str, data: dict[str, object]) -> None:
    event = {**event_schema()["examples"][0], "type": kind, "data": data}
    assert not EVENT.is_valid(event)
    assert EVENT.is_valid({**event, "type": "order.updated", "data": {"order": EXAMPLE_ORDER, "changed": ["status"]}})


def test_an_event_about_an_order_from_before_a_field_was_required_is_valid() -> None:
    stored = {name: EXAMPLE_ORDER[name] for name in ("orderId", "timestamp")}
    assert EVENT.is_valid({**event_schema()["examples"][0], "data": {"order": stored}})
