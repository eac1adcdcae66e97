"""Compares the orders of another table with those of the stack's table, by the rule of the processor."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from handler.chunks import batches
from handler.contract import INSTANT, PARTITION_KEY
from handler.errors import InvalidOrder
from handler.item import Item
from handler.notifier.change import stored_order
from handler.order import Order
from handler.outcome import Kind, Outcome, invalid
from handler.store import outcome_against
from ops.table import MAX_KEYS, get_items, stored_ids, stored_items

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

SAMPLE = 3
"""The number of orders of each difference that are shown."""
_TYPES_OF_ORDERS = {"S", "N", "BOOL", "NULL", "L", "M"}
"""The types of the values that an order can contain."""


class Difference(StrEnum):
    """How an order of the other table differs from that of the stack's table. The first two would be merged."""

    ONLY_THERE = "only there"
    NEWER_THERE = "newer there"
    OLDER_THERE = "older there"
    CONFLICTING = "conflicting"
    """The same version has different content, or the item here is not an order."""
    NOT_AN_ORDER = "not an order"
    """The item there is not an order."""
    EQUAL = "equal"
    ONLY_HERE = "only here"


DIFFERENCES = {
    Kind.STORED: Difference.ONLY_THERE,
    Kind.UPDATED: Difference.NEWER_THERE,
    Kind.STALE: Difference.OLDER_THERE,
    Kind.CONFLICT: Difference.CONFLICTING,
    Kind.INVALID: Difference.NOT_AN_ORDER,
    Kind.DUPLICATE: Difference.EQUAL,
}
"""The difference that follows from the outcome of storing the other table's version here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """An order in one of the tables or in both, and the outcome that storing the other table's version would have."""

    order_id: str
    difference: Difference
    here: str | None = None
    """The instants of the versions, as the tables contain them."""
    there: str | None = None
    order: Order | None = None
    """The version of the other table. None if that contains no order."""
    outcome: Outcome | None = None


@dataclass(slots=True, kw_only=True)
class Comparison:
    """The number of orders by their difference, and some of each."""

    counts: Counter[Difference] = field(default_factory=Counter)
    samples: dict[Difference, list[Compared]] = field(default_factory=dict)

    @classmethod
    def of(cls, orders: Iterable[Compared]) -> "Comparison":
        comparison = cls()
        for one in orders:
            comparison.counts[one.difference] += 1
            sample = comparison.samples.setdefault(one.difference, [])
            if len(sample) < SAMPLE:
                sample.append(one)
        return comparison

    @property
    def is_equal(self) -> bool:
        return self.counts.keys() <= {Difference.EQUAL}


def orders_there(dynamodb: "DynamoDBClient", *, here: str, there: str) -> Iterator[list[Compared]]:
    """Compare each order of the other table, page by page. No more than one request holds is in memory."""
    for items in _parts(stored_items(dynamodb, there)):
        own = get_items(dynamodb, here, [item[PARTITION_KEY]["S"] for item in items])
        yield [_compared(item, own.get(item[PARTITION_KEY]["S"])) for item in items]


def orders_only_here(dynamodb: "DynamoDBClient", *, here: str, there: str) -> Iterator[Compared]:
    """The orders that the other table does not contain."""
    for part in batches(stored_ids(dynamodb, here), lambda _one: 0, max_items=MAX_KEYS, max_bytes=0):
        found = get_items(dynamodb, there, part)
        for order_id in part:
            if order_id not in found:
                yield Compared(order_id=order_id, difference=Difference.ONLY_HERE)


def _parts(items: Iterable[Item]) -> Iterator[list[Item]]:
    return batches(items, lambda _item: 0, max_items=MAX_KEYS, max_bytes=0)


def _compared(item: Item, own: Item | None) -> Compared:
    order = _as_order(item)
    outcome = outcome_against(order, own) if isinstance(order, Order) else order
    return Compared(
        order_id=item[PARTITION_KEY]["S"],
        difference=DIFFERENCES[outcome.kind],
        here=_instant(own) if own else None,
        there=_instant(item),
        order=order if isinstance(order, Order) else None,
        outcome=outcome,
    )


def _as_order(item: Item) -> Order | Outcome:
    """Read an item of the other table. It must stay as it is, so an item with other values than orders is none."""
    if not _has_values_of_orders({"M": item}):
        return invalid("it contains a set or a binary value, which no order contains")
    try:
        return stored_order(item)
    except InvalidOrder as flaws:
        return invalid(flaws.reason, flaws.signature)


def _has_values_of_orders(value: Mapping[str, Any]) -> bool:
    [(kind, content)] = value.items()
    match kind:
        case "L":
            return all(map(_has_values_of_orders, content))
        case "M":
            return all(map(_has_values_of_orders, content.values()))
        case _:
            return kind in _TYPES_OF_ORDERS


def _instant(item: Item) -> str | None:
    """The instant of an item. None if it has none, or one that is not a text."""
    instant: str | None = item.get(INSTANT, {}).get("S")
    return instant
