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
    "a later instant": ({"S": LATER}, STALE),
    "an earlier instant": ({"S": EARLIER}, UPDATED),
    "the same instant": ({"S": SAME}, CONFLICT),
}
"""Each order has the instant SAME."""
