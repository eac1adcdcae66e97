"""Telling the stored versions of orders again."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from handler.chunks import chunked
from handler.contract import PARTITION_KEY
from handler.errors import InvalidOrder
from handler.item import Item
from handler.notifier.change import stored_order
from handler.notifier.event import Event, replay_of
from ops.system import System
from ops.table import MAX_KEYS, get_items, stored_items
from ops.text import as_text


@dataclass(frozen=True, slots=True)
class NotTold:
    """An order that is not told, and why."""

    order_id: str
    reason: str


def replays(system: System, *, since: datetime | None, order_ids: Sequence[str]) -> Iterator[Event | NotTold]:
    """Read the orders with these IDs, or all orders, whose version is not older than a time. Returns their events."""
    dynamodb, table = system.clients.dynamodb, system.outputs.table_name
    table_arn = dynamodb.describe_table(TableName=table)["Table"]["TableArn"]
    found = set()
    for item in _items(system, since, order_ids):
        found.add(item[PARTITION_KEY].get("S"))
        try:
            order = stored_order(item)
        except InvalidOrder as invalid:
            yield NotTold(as_text(item[PARTITION_KEY].get("S")), f"the item is not a valid order: {invalid.reason}")
            continue
        if since is None or order.instant >= instant_of(since):
            yield replay_of(order, table_arn)
        elif order_ids:
            yield NotTold(order.order_id, "its version is older than that")
    for order_id in dict.fromkeys(order_ids):
        if order_id not in found:
            yield NotTold(order_id, "the table does not contain it")


def _items(system: System, since: datetime | None, order_ids: Sequence[str]) -> Iterator[Item]:
    dynamodb, table = system.clients.dynamodb, system.outputs.table_name
    if not order_ids:
        yield from stored_items(dynamodb, table, since=instant_of(since) if since else "")
    for part in chunked(list(dict.fromkeys(order_ids)), MAX_KEYS):
        yield from get_items(dynamodb, table, part).values()


def instant_of(time: datetime) -> str:
    """Return a time in the form of an order's instant, which sorts by time."""
    whole, _, fraction = time.astimezone(UTC).replace(tzinfo=None).isoformat().partition(".")
    fraction = fraction.rstrip("0")
    return f"{whole}.{fraction}" if fraction else whole
