"""The JSON Schema of an event: a CloudEvents 1.0 document, which the topic OrderEvents publishes."""

from collections.abc import Mapping
from typing import Any

from handler.contract import Attribute, EventAttribute, EventType
from ops.contract.order import DIALECT, STORED_ORDER, Schema
from ops.samples import EXAMPLE_ORDER

STORED, UPDATED, REPLAYED = (kind.in_event for kind in EventType)
_TABLE = "arn:aws:dynamodb:eu-west-1:123456789012:table/Orders"
_TEXT: Schema = {"type": "string", "minLength": 1}


def event_schema() -> Schema:
    """The schema of an event."""
    return {"$schema": DIALECT, "$id": "urn:orders:event", **EVENT, "$defs": {"storedOrder": STORED_ORDER}}


def _text(description: str, **rules: object) -> Schema:
    return {**_TEXT, "description": description, **rules}


def _example(kind: str, **data: object) -> Mapping[str, Any]:
    order_id, timestamp = EXAMPLE_ORDER[Attribute.ORDER_ID], EXAMPLE_ORDER[Attribute.TIMESTAMP]
    return {
        "specversion": "1.0",
        "id": f"{order_id}@{timestamp}",
        "source": _TABLE,
        "type": kind,
        "time": timestamp,
        "subject": order_id,
        "datacontenttype": "application/json",
        "data": data,
    }


EXAMPLES = {
    STORED: _example(STORED, order=EXAMPLE_ORDER),
    UPDATED: _example(
        UPDATED, order=EXAMPLE_ORDER, changed=[Attribute.STATUS, Attribute.TIMESTAMP], previousStatus="draft"
    ),
    REPLAYED: _example(REPLAYED, reference={"table": _TABLE, Attribute.ORDER_ID: EXAMPLE_ORDER[Attribute.ORDER_ID]}),
}

_REFERENCE: Schema = {
    "description": "Where the order is, in place of an order that is too large for a notification.",
    "type": "object",
    "properties": {"table": _text("The ARN of the table."), Attribute.ORDER_ID: _text("The key in the table.")},
    "required": ["table", Attribute.ORDER_ID],
}

_DATA: Schema = {
    "type": "object",
    "properties": {
        "order": {"$ref": "#/$defs/storedOrder"},
        "changed": {
            "description": f"Only in {UPDATED}: sorted names of the fields that differ from the previous version.",
            "type": "array",
            "items": _TEXT,
            "uniqueItems": True,
        },
        "previousStatus": {
            "description": f"Only in {UPDATED}: the status of the previous version.",
            "type": "string",
        },
        "reference": _REFERENCE,
    },
    "oneOf": [
        {"required": ["order"]},
        {"required": ["reference"], "not": {"required": ["changed"]}},
    ],
}

EVENT: Schema = {
    "title": "OrderEvent",
    "description": "Something that happened to an order in the table: a CloudEvents 1.0 document in structured mode.",
    "type": "object",
    "properties": {
        "specversion": {"const": "1.0"},
        "id": _text("The orderId, @ and the version. It is the same in each retry and replay."),
        "source": _text("The ARN of the table."),
        "type": {
            "description": (
                f"{STORED}: the order is new. {UPDATED}: it replaced an earlier version. "
                f"{REPLAYED}: an operator sent the stored version again."
            ),
            "enum": [STORED, UPDATED, REPLAYED],
        },
        "time": _text(
            "The version: the order's timestamp in UTC. The fraction of a second has any number of digits.",
            pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]+)?Z$",
        ),
        "subject": _text("The orderId."),
        "datacontenttype": {"const": "application/json"},
        "data": _DATA,
    },
    "required": ["specversion", "id", "source", "type", "time", "subject", "datacontenttype", "data"],
    "if": {"properties": {"type": {"const": UPDATED}}},
    "else": {"properties": {"data": {"properties": {"changed": False, "previousStatus": False}}}},
    "examples": list(EXAMPLES.values()),
}

HEADERS: Schema = {
    "description": "The message attributes, for filter policies of subscriptions.",
    "type": "object",
    "properties": {
        EventAttribute.TYPE: {"description": "The type without its prefix.", "enum": list(map(str, EventType))},
        EventAttribute.STATUS: _text("The order's status, if SNS accepts it as an attribute."),
        EventAttribute.PREVIOUS_STATUS: _text(
            f"Only in {UPDATED}: the status of the previous version, if SNS accepts it."
        ),
    },
    "required": [EventAttribute.TYPE],
}
