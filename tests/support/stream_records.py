"""Records of the table's stream, as Lambda passes them to OrderNotifier."""

import time
from collections.abc import Mapping
from itertools import count
from typing import Any

from handler.item import item_of
from tests.support.orders import order

TABLE = "arn:aws:dynamodb:eu-west-1:123456789012:table/Orders"
Item = Mapping[str, Any]
_numbers = count(1)


def item(order_id: str, **changes: object) -> dict[str, Any]:
    """The item of an order."""
    return item_of(order(order_id, **changes))


def stream_record(new: Item | None, old: Item | None = None, *, age: float = 0, number: int = 0) -> dict[str, Any]:
    """Return the record of a change from an item to another. None for an item that does not exist."""
    present = new or old or {}
    images = {"NewImage": new, "OldImage": old}
    return {
        "eventID": f"e{number or next(_numbers)}",
        "eventName": "REMOVE" if new is None else "INSERT" if old is None else "MODIFY",
        "eventVersion": "1.1",
        "eventSource": "aws:dynamodb",
        "awsRegion": "eu-west-1",
        "eventSourceARN": f"{TABLE}/stream/2025-05-03T12:00:00.000",
        "dynamodb": {
            "ApproximateCreationDateTime": time.time() - age,
            "Keys": {"orderId": present.get("orderId")},
            "SequenceNumber": str(100_000 + (number or next(_numbers))),
            "SizeBytes": 100,
            "StreamViewType": "NEW_AND_OLD_IMAGES",
            **{name: image for name, image in images.items() if image is not None},
        },
    }
