"""The error of a message that can never be processed."""

from collections.abc import Iterable
from typing import NamedTuple

MAX_FLAWS = 20
"""The maximum number of flaws that a reason lists. Only a message with many repeated fields has more."""


class Flaw(NamedTuple):
    """One thing that is wrong with an order.

    `reason` is for the person who corrects the message. All messages with the same flaw share a `signature`. `field` is
    the name of the order's field with the flaw, or None.
    """

    reason: str
    signature: str
    field: str | None = None


def flaw(reason: str, signature: str | None = None, *, field: str | None = None) -> Flaw:
    return Flaw(reason, signature or reason, field)


class InvalidOrder(Exception):
    """The message is not a valid order. Retrying cannot help.

    `reason` names all flaws, and `signature` depends on neither their sequence nor their number. `order_id` is None if
    the message contains no usable orderId.
    """

    def __init__(self, flaws: Iterable[Flaw], order_id: str | None = None) -> None:
        self.flaws = tuple(dict.fromkeys(flaws))
        reasons = [one.reason for one in self.flaws[:MAX_FLAWS]]
        if more := len(self.flaws) - len(reasons):
            reasons.append(f"and {more} more")
        self.reason = "; ".join(reasons)
        self.signature = "; ".join(sorted({one.signature for one in self.flaws}))
        self.order_id = order_id
        super().__init__(self.reason)

    @property
    def fields(self) -> frozenset[str]:
        """The names of the order's fields that have flaws."""
        return frozenset(one.field for one in self.flaws if one.field)
