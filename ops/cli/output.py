"""What commands print: plain lines for people, JSON for scripts.

Every command prints through this module, or through `terminal` for what is drawn in a terminal. Both escape data from
outside, so that no order can forge a line or move the cursor.
"""

import io
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ops.cli.columns import PAGE, padded, width_of, wrapped
from ops.text import as_json_text, as_text, is_printable_ascii, printable

INDENT = " " * 8
"""The beginning of a line that belongs to the row above it."""
CONTINUED = INDENT + "  "
"""The beginning of the next lines of such a line. So no part of a long text looks like a line of its own."""


def prepare_streams() -> None:
    """Replace closed standard streams by the null device, and escape characters that the output cannot encode."""
    # In this order, each stream gets the descriptor that was closed, so that no other file gets it.
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open(mode, encoding="utf-8"))  # noqa: SIM115 - open until the end
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def print_json(value: object) -> None:
    """Print a value as one line of JSON, which is valid UTF-8 in every locale."""
    keeps = str.isprintable if _prints_unicode() else is_printable_ascii
    print(as_json_text(value, keeps=keeps), flush=True)


def print_line(message: str = "") -> None:
    """Print one line, which may contain data from outside."""
    print(printable(message), flush=True)


def print_error(*lines: str) -> None:
    """Print lines to standard error. Each of them may contain data from outside."""
    for line in lines:
        print(printable(line), file=sys.stderr)


def print_row(values: Mapping[str, Any], widths: Mapping[str, int]) -> None:
    """Print values in columns of at least these widths. Nothing is cut: a longer value moves the next columns."""
    print("  ".join(padded(_cell(values.get(name, "")), width) for name, width in widths.items()).rstrip())


def print_fact(values: Mapping[str, str], widths: Mapping[str, int]) -> None:
    """Print a row, with its last value below it if the row would be wider than 80 columns."""
    *_, last = widths
    used = sum(width + 2 for name, width in widths.items() if name != last)
    if used + width_of(printable(values[last])) <= PAGE:
        print_row(values, widths)
        return
    if any(values[name] for name in widths if name != last):
        print_row({**values, last: ""}, widths)
    print_details(values[last])


def print_details(text: str) -> None:
    """Print a long text below its row, in lines that fit into 80 columns. Nothing is cut."""
    first, *others = wrapped(printable(text), PAGE - len(INDENT), PAGE - len(CONTINUED))
    print(f"{INDENT}{first}")
    for line in others:
        print(f"{CONTINUED}{line}")


def print_heading(widths: Mapping[str, int]) -> None:
    """Print the names of the columns."""
    print_row({name: name for name in widths}, widths)


def _cell(value: object) -> str:
    return printable(as_text(value))


def _prints_unicode() -> bool:
    return (sys.stdout.encoding or "utf-8").lower().replace("_", "-") in {"utf-8", "utf8"}
