"""The JSON Schema of an order, from the fields and their rules."""

from collections.abc import Mapping
from typing import Any

from handler.contract import MAX_PARTITION_KEY_BYTES, Attribute
from handler.fields import FIELDS, Field, Rule
from ops.contract.unexpressed import UNEXPRESSED
from ops.samples import EXAMPLE_ORDER

Schema = Mapping[str, Any]

DIALECT = "https://json-schema.org/draft/2020-12/schema"

# What Python's str.strip removes, written out: \s of ECMA-262 has other characters.
_BLANKS = r"\t-\r\u001c-\u0020\u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
_NOT_BLANK = f"[^{_BLANKS}]"

_DATE = "(?:[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])|[0-9]{4}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01]))"
_FRACTION = "(?:[.,][0-9]+)?"
_TIME = f"(?:[01][0-9]|2[0-3])(?::[0-5][0-9](?::[0-5][0-9]{_FRACTION})?|[0-5][0-9](?:[0-5][0-9]{_FRACTION})?)"
_ZONE = "(?:Z|[+-](?:[01][0-9]|2[0-3])(?::?[0-5][0-9])?)"

_RULES: Mapping[Rule, Schema] = {
    Rule.TEXT: {"type": "string", "pattern": _NOT_BLANK},
    # A character has one byte or more.
    Rule.IDENTIFIER: {"type": "string", "pattern": _NOT_BLANK, "maxLength": MAX_PARTITION_KEY_BYTES},
    Rule.WHOLE_NUMBER: {"type": "integer", "minimum": 1},
    # In Python, $ also matches before a line break at the end.
    Rule.TIMESTAMP: {"type": "string", "pattern": f"^{_DATE}T{_TIME}{_ZONE}$", "not": {"pattern": "\\n"}},
}

ANY_VALUE: Schema = {
    "description": "Any JSON value. A field of an object has a name.",
    "propertyNames": {"minLength": 1},
    "additionalProperties": {"$ref": "#/$defs/value"},
    "items": {"$ref": "#/$defs/value"},
}

_NOT_AN_ENVELOPE: Schema = {
    "description": "An object with this Type and a TopicArn is an SNS envelope, with the order as text in Message.",
    "required": ["Type", "TopicArn"],
    "properties": {"Type": {"const": "Notification"}},
}


def order_schema() -> Schema:
    """The schema of an order in a message. `UNEXPRESSED` lists what it does not express."""
    return {
        "$schema": DIALECT,
        "$id": "urn:orders:order",
        **ORDER,
        "$defs": {"value": ANY_VALUE},
    }


def _property(field: Field) -> Schema:
    return {**_RULES[field.rule], "description": f"{field.description} {field.rule}", "examples": [field.example]}


_PROPERTIES = {field.name: _property(field) for field in FIELDS}

ORDER: Schema = {
    "title": "Order",
    "description": "\n".join(
        [
            "An order, as a publisher sends it to OrderTopic. Other fields are kept.",
            "",
            "The processor also rejects what a JSON Schema cannot express:",
            *(f"- {one.rule}" for one in UNEXPRESSED),
        ]
    ),
    "type": "object",
    "properties": _PROPERTIES,
    "required": [field.name for field in FIELDS if field.is_required],
    "propertyNames": {"minLength": 1},
    "additionalProperties": {"$ref": "#/$defs/value"},
    "not": _NOT_AN_ENVELOPE,
    "examples": [EXAMPLE_ORDER],
}

_LASTING = (Attribute.ORDER_ID, Attribute.TIMESTAMP)
"""The fields whose rules every stored order keeps: the notifier needs its ID and its version."""

STORED_ORDER: Schema = {
    "title": "StoredOrder",
    "description": "An order as the table has it. It may break a rule that is younger than the order.",
    "type": "object",
    "properties": {
        field.name: _PROPERTIES[field.name] if field.name in _LASTING else {"description": field.description}
        for field in FIELDS
    },
    "required": list(_LASTING),
    "examples": [EXAMPLE_ORDER],
}
