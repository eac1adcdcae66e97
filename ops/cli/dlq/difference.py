"""The lines of an order that an edit changes."""

import difflib

from ops.cli.terminal import print_styled
from ops.order_body import readable


def print_difference(before: str, after: str) -> None:
    """Print the lines that differ between the orders in two message bodies."""
    colors = {"-": "red", "+": "green"}
    old, new = readable(before).split("\n"), readable(after).split("\n")
    for line in list(difflib.unified_diff(old, new, n=1, lineterm=""))[3:]:
        print_styled((line, colors.get(line[:1], "")))
