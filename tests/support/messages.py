"""Any message that SNS or SQS delivers, and any item that a table can contain, made from a source of chance."""

import json
import random
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from handler.contract import INSTANT
from handler.document import is_unicode
from ops.samples import EXAMPLE_ORDER, invalid_orders
from ops.text import as_json_text

Attributes = Mapping[str, Mapping[str, Any]]

HOSTILE = (
    *("", " ", "-", "--all", "-x", "a b", "'", '"', "\\", "\\n", "\\x1b", "\\u202e", "%s", "{}", "$(touch x)", "`id`"),
    *(
        "A 1; touch x #",
        "[bold]",
        "[/x]",
        "[link=x]",
        "$\\frac{$",
        "<b>&amp;",
        "é",
        "中文",
        "😀",
        "e\u0301",
        "ﷺ",
        "עברית",
    ),
    *("\n", "\r", "\r\n", "\t", "\x00", "\x07", "\x08", "\x0b", "\x0c", "\x1b[2J", "\x1b]0;x\x07", "\x7f", "\x85"),
    *("\x9b2J", "\u200b", "\u200e", "\u202a", "\u202e", "\u2066", "\u2069", "\u2028", "\u2029", "\ufeff", "\ufffe"),
    *("\ud800", "\udfff", "\ud83d", "\xa0", "\u3000", "\U000e0001", "\U0010ffff", "\ue000"),
    *("\n2026-01-01 00:00:00  INFO     stored T-forged", "\nsent 9: 9 in the table", "x" * 300),
)
"""Texts that break whatever prints, parses or forwards them without care."""
NUMBERS = ("0", "-0", "1", "2", "1.0", "1e5", "1E-200", "19.990000000000000000001", "9" * 40, "9" * 4301)
RAW = (*invalid_orders(), "", "{", "null", "[]", '"text"', "NaN", "[" * 2000, '{"a":' * 150 + "1" + "}" * 150)
TYPES = ("String", "Number", "Binary", "String.html", "Binary.png")
LARGEST = 1_048_576


def any_text(chance: random.Random) -> str:
    """A text with any Unicode characters, including lone surrogates."""
    pieces = [chance.choice((*HOSTILE, chr(chance.randrange(0x110000)), "O1234")) for _ in range(chance.randint(1, 3))]
    return "".join(pieces)


def any_body(chance: random.Random, *, size: int = 0) -> str:
    """A message body: an order with any fields and some of them twice, in an envelope or not, or any other text.

    SQS accepts no lone surrogate, but its escape in a JSON text. The body has at least `size` bytes.
    """
    if chance.random() < 0.2:
        body = chance.choice((chance.choice(RAW), "".join(filter(is_unicode, any_text(chance)))))
        return (body or "-") + " " * size
    order = _object(chance, [*_order_members(chance), *(_member(chance) for _ in range(chance.randint(0, 2)))], size)
    if chance.random() < 0.2:
        envelope = [("Type", '"Notification"'), ("TopicArn", '"arn"'), ("Message", _string(chance, order))]
        order = _object(chance, [*envelope, *(_member(chance) for _ in range(chance.randint(0, 1)))])
    return order


def any_attributes(chance: random.Random) -> Attributes:
    """Up to ten message attributes, perhaps with the one by which `orders` marks its copies."""
    names = ["ordersCameFrom"] if chance.random() < 0.1 else []
    names += [f"n{number}.{chance.choice(('_', '-', 'ä'))}" for number in range(chance.choice((0, 0, 1, 9)))]
    return {name: _attribute(chance) for name in names}


def any_item(chance: random.Random, order_id: str) -> dict[str, Any]:
    """An item under an order's key: an order, or anything else that DynamoDB stores."""
    item: dict[str, Any] = {name: {"S": str(value)} for name, value in EXAMPLE_ORDER.items() if chance.random() < 0.7}
    instants: tuple[dict[str, Any], ...] = ({"S": "2025-05-03T12:00:00"}, {"S": "noon"}, {"N": "5"}, {"NULL": True}, {})
    others = {INSTANT: chance.choice(instants), _stored_text(chance) or "-": any_value(chance)}
    item |= {name: value for name, value in others.items() if value}
    return {**item, "orderId": {"S": order_id}}


def any_value(chance: random.Random, depth: int = 2) -> dict[str, Any]:
    """A value as DynamoDB returns it, of any type."""
    inner = [any_value(chance, depth - 1) for _ in range(chance.randint(0, 2))] if depth else []
    values: tuple[dict[str, Any], ...] = (
        *({"S": _stored_text(chance)}, {"N": "1E+125"}, {"N": "-0.5"}, {"BOOL": True}, {"NULL": True}),
        *({"B": b"\x00\xff"}, {"SS": [_stored_text(chance)]}, {"NS": ["1", "2.5"]}, {"BS": [b"", b"\n"]}),
        *({"L": inner}, {"M": {_stored_text(chance) or "-": value for value in inner}}),
    )
    return chance.choice(values)


def message_id(number: int) -> str:
    return str(UUID(int=number, version=4))


def _stored_text(chance: random.Random) -> str:
    return "".join(filter(is_unicode, any_text(chance)))


def _order_members(chance: random.Random) -> list[tuple[str, str]]:
    members = [(name, json.dumps(value)) for name, value in EXAMPLE_ORDER.items() if chance.random() < 0.95]
    changes = [(chance.choice(tuple(EXAMPLE_ORDER)), _json_value(chance)) for _ in range(chance.choice((0, 0, 1, 2)))]
    changed = dict(changes) if chance.random() < 0.7 else {}
    order_id = (
        "orderId",
        _string(chance, any_text(chance) if chance.random() < 0.5 else f"O{chance.randrange(100_000)}"),
    )
    kept = [(name, changed.get(name, value)) for name, value in members if name != "orderId"]
    return [order_id, *kept, *([] if changed else changes)]


def _member(chance: random.Random) -> tuple[str, str]:
    return any_text(chance), _json_value(chance)


def _json_value(chance: random.Random, depth: int = 2) -> str:
    simple = (_string(chance, any_text(chance)), chance.choice(NUMBERS), "true", "null", "[]")
    if not depth or chance.random() < 0.8:
        return chance.choice(simple)
    inner = [(any_text(chance), _json_value(chance, depth - 1)) for _ in range(2)]
    return chance.choice((_object(chance, inner), f"[{', '.join(value for _, value in inner)}]"))


def _object(chance: random.Random, members: list[tuple[str, str]], size: int = 0) -> str:
    text = ", ".join(f"{_string(chance, name)}: {value}" for name, value in members)
    padding = f', "padding": "{chance.choice(("x", "é"))}{"x" * size}"' if size else ""
    return f"{{{text}{padding}}}"


def _string(chance: random.Random, text: str) -> str:
    return json.dumps(text) if chance.random() < 0.5 else as_json_text(text, keeps=is_unicode)


def _attribute(chance: random.Random) -> Mapping[str, Any]:
    data_type = chance.choice(TYPES)
    if data_type.startswith("Binary"):
        return {"DataType": data_type, "BinaryValue": chance.randbytes(3)}
    return {"DataType": data_type, "StringValue": _stored_text(chance) or "0"}
