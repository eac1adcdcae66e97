"""Items that other programs can write to the table, by their instant, and the outcome of an order with their key."""

from collections.abc import Mapping
from typing import Any

from handler.outcome import CONFLICT, NOT_AN_ORDER, STALE, UPDATED, Outcome

SAME, LATER, EARLIER = "2025-05-03T12:00:00", "2025-05-03T12:00:00.5", "2025-05-03T11:59:59"
FOREIGN: dict[str, tuple[Mapping[str, Any] | None, Outcome]] = {
    "no instant": (None, UPDATED),
    "a number": ({"N": "5"}, NOT_AN_ORDER),
    "null": ({"NULL": True}, NOT_AN_ORDER),
    "a binary value": ({"B": b"2025"}, NOT_AN_ORDER),
    "a set": ({"SS": [SAME]}, NOT_AN_ORDER),
    "a map": ({"M": {"S": {"S": SAME}}}, NOT_AN_ORDER),
    "an empty text": ({"S": ""}, UPDATED),
    "another text": ({"S": "yesterday"}, NOT_AN_ORDER),
    "a time in another format": ({"S": f"{LATER}Z"}, NOT_AN_ORDER),
    "a fraction that ends with zero": ({"S": f"{SAME}.50"}, NOT_AN_ORDER),
    "a month that does not exist": ({"S": "2025-13-45T99:99:99"}, NOT_AN_ORDER),
    "a day that does not exist": ({"S": "2026-02-29T12:00:00"}, NOT_AN_ORDER),
    "the hour 24": ({"S": "2025-05-03T24:00:00"}, NOT_AN_ORDER),
    "a second that does not exist": ({"S": "2025-05-03T12:00:60.5"}, NOT_AN_ORDER),
    "an earlier month that does not exist": ({"S": "2025-00-45T12:00:00"}, UPDATED),
    "a later instant": ({"S": LATER}, STALE),
    "an earlier instant": ({"S": EARLIER}, UPDATED),
    "the same instant": ({"S": SAME}, CONFLICT),
}
"""Each order has the instant SAME."""
