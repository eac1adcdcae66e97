"""The fields of an order. To add a field, add it to FIELDS: parser, contract, samples and docs follow.

docs/changing-orders.md describes how such a change gets to a running system.
"""

from enum import StrEnum
from typing import Final, NamedTuple

from handler.contract import MAX_PARTITION_KEY_BYTES, Attribute


class Rule(StrEnum):
    """What the value of a field must be, in the words of the docs. `handler.order` checks it.

    IDENTIFIER is the rule of orderId only, and TIMESTAMP that of timestamp: they identify an order and its version.
    """

    IDENTIFIER = f"Text, not empty, at most {MAX_PARTITION_KEY_BYTES:,} bytes in UTF-8."
    TEXT = "Text, not empty."
    WHOLE_NUMBER = "A whole number, at least 1."
    TIMESTAMP = "An ISO 8601 time with a time zone. The minutes of the offset are at most 59."


# A NamedTuple is faster to define at each cold start than a frozen dataclass.
class Field(NamedTuple):
    """A field of an order, in messages and in the table."""

    name: str
    rule: Rule
    description: str
    example: str | int
    is_required: bool = True

    @property
    def is_text(self) -> bool:
        return self.rule is not Rule.WHOLE_NUMBER


FIELDS: Final = (
    Field(Attribute.ORDER_ID, Rule.IDENTIFIER, "Identifies the order. The partition key of the table.", "O1234"),
    Field(Attribute.USER_ID, Rule.TEXT, "The user who ordered.", "U123"),
    Field("itemName", Rule.TEXT, "The item that was ordered.", "Laptop"),
    Field("quantity", Rule.WHOLE_NUMBER, "The number of items.", 1),
    Field(Attribute.STATUS, Rule.TEXT, "The state of the order. Each publisher defines its own states.", "new"),
    Field(Attribute.TIMESTAMP, Rule.TIMESTAMP, "The version: a later one replaces it.", "2025-05-03T12:00:00Z"),
)
"""In the sequence of samples, tables and docs."""
