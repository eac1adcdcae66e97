"""Splitting sequences, because AWS services limit the number of entries in a request."""

from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")


def chunked(items: Sequence[T], size: int) -> list[Sequence[T]]:
    """Split items into sequences of at most `size` items, without changing their order."""
    return [items[start : start + size] for start in range(0, len(items), size)]
