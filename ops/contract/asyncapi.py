"""The AsyncAPI document of both channels: orders in, events out."""

from collections.abc import Mapping
from importlib.metadata import version
from typing import Any

from handler.contract import EventAttribute, EventType
from ops.contract.event import EVENT, EXAMPLES, HEADERS
from ops.contract.order import ANY_VALUE, ORDER, STORED_ORDER
from ops.samples import EXAMPLE_ORDER

_JSON = "application/json"


def asyncapi() -> Mapping[str, Any]:
    """The document, in version 3.0.0 of AsyncAPI."""
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Orders",
            "version": version("orders"),
            "description": "Publishers send orders to OrderTopic. OrderEvents tells consumers what the table stored.",
        },
        "defaultContentType": _JSON,
        "channels": {
            "OrderTopic": _channel("OrderTopic", "The SNS topic to which publishers send orders.", "order"),
            "OrderEvents": _channel("OrderEvents", "The SNS topic that publishes what happened to orders.", "event"),
        },
        "operations": {
            "receiveOrder": _operation("receive", "OrderTopic", "Receive an order that a publisher sends."),
            "sendEvent": _operation("send", "OrderEvents", "Tell consumers what happened to an order."),
        },
        "components": {"messages": _MESSAGES, "schemas": _SCHEMAS},
    }


def _channel(topic: str, description: str, message: str) -> Mapping[str, Any]:
    return {
        "address": "{topicArn}",
        "description": description,
        "parameters": {"topicArn": {"description": f"The ARN of {topic}. It differs between stacks."}},
        "messages": {message: {"$ref": f"#/components/messages/{message}"}},
    }


def _operation(action: str, topic: str, summary: str) -> Mapping[str, Any]:
    return {"action": action, "channel": {"$ref": f"#/channels/{topic}"}, "summary": summary}


def _in_components(schema: Any) -> Any:
    """The schema with references that lead to the components of this document."""
    match schema:
        case {"$ref": str(reference)}:
            return {"$ref": reference.replace("#/$defs/", "#/components/schemas/")}
        case dict():
            return {name: _in_components(inner) for name, inner in schema.items()}
        case list():
            return [_in_components(inner) for inner in schema]
        case _:
            return schema


_SCHEMAS = {
    name: _in_components(schema)
    for name, schema in {"order": ORDER, "event": EVENT, "storedOrder": STORED_ORDER, "value": ANY_VALUE}.items()
}

_MESSAGES = {
    "order": {
        "name": "order",
        "title": "Order",
        "summary": "A version of an order.",
        "contentType": _JSON,
        "payload": {"$ref": "#/components/schemas/order"},
        "examples": [{"payload": EXAMPLE_ORDER}],
    },
    "event": {
        "name": "event",
        "title": "Order event",
        "summary": "A CloudEvents 1.0 document.",
        "contentType": "application/cloudevents+json",
        "headers": HEADERS,
        "payload": {"$ref": "#/components/schemas/event"},
        "examples": [
            {"headers": {EventAttribute.TYPE: str(kind)}, "payload": EXAMPLES[kind.in_event]} for kind in EventType
        ],
    },
}
