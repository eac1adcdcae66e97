"""Orders, messages and a fake store for tests."""

import json
from collections.abc import Sequence
from typing import Any

from handler.contract import INSTANT
from handler.order import Order, is_same_content, parse_order
from handler.outcome import CONFLICT, DUPLICATE, STALE, STORED, UPDATED, Outcome
from ops.samples import EXAMPLE_ORDER


def body(order_id: str, **changes: object) -> str:
    """Return a message body with an order."""
    return json.dumps({**EXAMPLE_ORDER, "orderId": order_id, **changes})


def order(order_id: str, **changes: object) -> Order:
    return parse_order(body(order_id, **changes))


def record(message_id: str, body: str, *, attempt: int = 1) -> dict[str, Any]:
    """Return a message as Lambda receives it from SQS."""
    return {
        "messageId": message_id,
        "receiptHandle": f"receipt of {message_id}",
        "body": body,
        "attributes": {"ApproximateReceiveCount": str(attempt)},
    }


class FakeStore:
    """The simplest correct store: in memory, one order after another."""

    def __init__(self) -> None:
        self.orders: dict[str, Order] = {}

    def put(self, orders: Sequence[Order], deadline: float) -> list[Outcome]:  # noqa: ARG002 - it is never late
        return [self._put(order) for order in orders]

    def _put(self, order: Order) -> Outcome:
        stored = self.orders.get(order.order_id)
        if stored is None or stored.instant < order.instant:
            self.orders[order.order_id] = order
            return STORED if stored is None else UPDATED
        if stored.instant > order.instant:
            return STALE
        return DUPLICATE if is_same_content(stored.attributes, order.attributes) else CONFLICT

    @property
    def items(self) -> list[dict[str, Any]]:
        """The orders as items of a table."""
        return [{**order.attributes, INSTANT: order.instant} for order in self.orders.values()]
