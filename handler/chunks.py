"""Splitting sequences, because AWS services limit the number of entries in a request."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeVar

T = TypeVar("T")


def chunked(items: Sequence[T], size: int) -> list[Sequence[T]]:
    """Split items into sequences of at most `size` items, without changing their order."""
    return [items[start : start + size] for start in range(0, len(items), size)]


def batches(items: Iterable[T], size_of: Callable[[T], int], *, max_items: int, max_bytes: int) -> Iterator[list[T]]:
    """Group items in their order into lists that one request can hold. A larger item gets a list of its own."""
    batch: list[T] = []
    total = 0
    for item in items:
        size = size_of(item)
        if batch and (len(batch) == max_items or total + size > max_bytes):
            yield batch
            batch, total = [], 0
        batch.append(item)
        total += size
    if batch:
        yield batch
