"""Services take so many entries a request, and no more."""

from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")


def chunked(items: Sequence[T], size: int) -> list[Sequence[T]]:
    """The items in their order, in pieces of at most that size."""
    return [items[start : start + size] for start in range(0, len(items), size)]
