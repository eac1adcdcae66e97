"""The event that tells a change of an order: a CloudEvents 1.0 document, and the message attributes for filters."""

import json
import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from handler.contract import INSTANT, Attribute, EventAttribute, EventType
from handler.item import item_of, json_of
from handler.notifier.change import Change
from handler.order import Order, is_same_value

MAX_MESSAGE_BYTES = 262_144
"""The largest message of a topic, with its attributes (SNS API Reference, Publish)."""
MAX_ATTRIBUTE_CHARACTERS = 256
"""Our limit for the value of a message attribute. A longer status cannot be filtered by."""
# The characters that SNS accepts (SNS API Reference, MessageAttributeValue).
_SNS_TEXT = re.compile(
    rf"[\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]{{1,{MAX_ATTRIBUTE_CHARACTERS}}}",
)


class Event(NamedTuple):
    """An event as a message of the topic."""

    event_id: str
    order_id: str
    body: str
    attributes: Mapping[str, str]

    @property
    def size(self) -> int:
        """The bytes that count against the limit of SNS: the body, and names, types and values of the attributes."""
        attributes = sum(len(name) + len("String") + len(value.encode()) for name, value in self.attributes.items())
        return len(self.body) + attributes  # json.dumps writes ASCII only.


def event_of(change: Change) -> Event:
    """Return the event that tells a change."""
    if change.previous is None:
        return _event(EventType.STORED, change.order, change.table_arn, {})
    return _event(EventType.UPDATED, change.order, change.table_arn, _comparison(change.order, change.previous))


def replay_of(order: Order, table_arn: str) -> Event:
    """Return the event that tells the stored version of an order again."""
    return _event(EventType.REPLAYED, order, table_arn, {})


def event_id(order: Order) -> str:
    """Return the ID that all events of a version of an order share. `@` occurs in no instant."""
    return f"{order.order_id}@{order.instant}Z"


def _comparison(order: Order, previous: Mapping[str, Any]) -> dict[str, Any]:
    names = (order.attributes.keys() | previous.keys()) - {INSTANT}
    missing = object()
    changed = sorted(
        name for name in names if not is_same_value(order.attributes.get(name, missing), previous.get(name, missing))
    )
    compared: dict[str, Any] = {"changed": changed}
    status = previous.get(Attribute.STATUS)
    return {**compared, EventAttribute.PREVIOUS_STATUS: status} if isinstance(status, str) else compared


def _event(kind: EventType, order: Order, table_arn: str, comparison: Mapping[str, Any]) -> Event:
    envelope = {
        "specversion": "1.0",
        "id": event_id(order),
        "source": table_arn,
        "type": kind.in_event,
        "time": f"{order.instant}Z",
        "subject": order.order_id,
        "datacontenttype": "application/json",
    }
    filters = {
        EventAttribute.TYPE: str(kind),
        EventAttribute.STATUS: order.attributes.get(Attribute.STATUS),
        EventAttribute.PREVIOUS_STATUS: comparison.get(EventAttribute.PREVIOUS_STATUS),
    }
    attributes = {
        name: value for name, value in filters.items() if isinstance(value, str) and _SNS_TEXT.fullmatch(value)
    }
    # The order is JSON already, because json.dumps cannot write its numbers with all their digits.
    members = [f'"order": {_json_of(order)}', *(f'"{name}": {json.dumps(value)}' for name, value in comparison.items())]
    event = Event(event_id(order), order.order_id, _document(envelope, members), attributes)
    if event.size <= MAX_MESSAGE_BYTES:
        return event
    reference = json.dumps({"table": table_arn, Attribute.ORDER_ID: order.order_id})
    return event._replace(body=_document(envelope, [f'"reference": {reference}']))


def _json_of(order: Order) -> str:
    item = item_of(order)
    del item[INSTANT]
    return json_of(item)


def _document(envelope: Mapping[str, str], members: list[str]) -> str:
    return f'{json.dumps(envelope)[:-1]}, "data": {{{", ".join(members)}}}}}'
