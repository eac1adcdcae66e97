"""What commands print: plain lines for people, JSON for scripts."""

import sys
from collections.abc import Mapping
from typing import Any

from ops.text import as_json_text, printable


def print_json(value: object) -> None:
    """Print a value as one line of JSON."""
    print(as_json_text(value))


def print_line(message: str) -> None:
    """Print a message that may contain data from outside."""
    print(_printable_lines(message))


def print_error(message: str) -> None:
    """Print a message to standard error."""
    print(_printable_lines(message), file=sys.stderr)


def print_row(values: Mapping[str, Any], widths: Mapping[str, int]) -> None:
    """Print values in columns of at least these widths. Nothing is cut: a longer value moves the next columns."""
    print("  ".join(_cell(values.get(name, "")).ljust(width) for name, width in widths.items()).rstrip())


def print_heading(widths: Mapping[str, int]) -> None:
    """Print the names of the columns."""
    print_row({name: name for name in widths}, widths)


def _cell(value: object) -> str:
    return printable(value if isinstance(value, str) else as_json_text(value))


def _printable_lines(message: str) -> str:
    return "\n".join(map(printable, message.split("\n")))
