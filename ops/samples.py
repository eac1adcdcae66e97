"""Orders to try the system with."""

import json
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from handler.fields import FIELDS

ITEMS = ("Laptop", "Phone", "Headphones", "Keyboard", "Monitor", "Desk lamp", "Backpack")
_FIRST = datetime(2025, 5, 3, 12, tzinfo=UTC)

EXAMPLE_ORDER: dict[str, object] = {field.name: field.example for field in FIELDS}
"""The order in the documentation. The other samples have the same values in the fields that they do not set."""


def valid_orders(count: int) -> Iterator[str]:
    """Message bodies of valid orders with different ids, the same at every call."""
    for number in range(count):
        yield json.dumps(
            {
                **EXAMPLE_ORDER,
                "orderId": f"O{2001 + number}",
                "userId": f"U{100 + number % 17}",
                "itemName": ITEMS[number % len(ITEMS)],
                "quantity": 1 + number % 3,
                "timestamp": (_FIRST + timedelta(seconds=number)).isoformat(),
            }
        )


def sample_orders(count: int) -> Iterator[str]:
    """Message bodies of plausible orders with the current time and new IDs."""
    choice = random.SystemRandom()
    for _ in range(count):
        yield json.dumps(
            {
                **EXAMPLE_ORDER,
                "orderId": f"S{uuid4().hex[:12]}",
                "userId": f"U{choice.randrange(100, 1000)}",
                "itemName": choice.choice(ITEMS),
                "quantity": choice.randint(1, 3),
                "timestamp": datetime.now(UTC).isoformat(timespec="milliseconds"),
            }
        )


def invalid_orders() -> Iterator[str]:
    """Message bodies that can never be stored, each for another reason."""
    yield '{"orderId": "O9001", "userId": "U1'
    flaws: dict[str, dict[str, object]] = {
        "O9002": {"quantity": 0},
        "O9003": {"quantity": "two"},
        "O9004": {"userId": ""},
        "O9005": {"timestamp": "2025-05-03T12:00:00"},
        "O9006": {"status": None},
    }
    for order_id, flaw in flaws.items():
        yield json.dumps({**EXAMPLE_ORDER, "orderId": order_id, **flaw})
