"""Text that is exact and safe to print."""

import json
import re
from decimal import Decimal
from uuid import uuid4


def as_json_text(value: object, *, indent: int | None = None) -> str:
    """Format a value as JSON, on one line unless indented. Decimal numbers keep all of their digits."""
    # The json module can write a number only as a float. Each number is written as a marked string, and then unquoted.
    mark = uuid4().hex

    def marked(number: object) -> str:
        if not isinstance(number, Decimal):
            raise TypeError(type(number).__name__)
        return f"{mark}{number}"

    return re.sub(f'"{mark}([^"]+)"', r"\1", json.dumps(value, default=marked, ensure_ascii=False, indent=indent))


def printable(text: str) -> str:
    """Escape the characters that could move the cursor or forge a line: publishers decide what an order contains."""
    return "".join(character if character.isprintable() else repr(character)[1:-1] for character in text)


def counted(count: int, noun: str) -> str:
    """`1 dead letter`, `2,000 dead letters`."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
