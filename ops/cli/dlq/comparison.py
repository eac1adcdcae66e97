"""Shows the order of a dead letter next to the order in the table, and marks the fields that are wrong."""

from collections.abc import Collection, Mapping, Sequence
from itertools import zip_longest

from handler.order import InvalidOrder, parse_order
from handler.outcome import Kind, Outcome
from ops.cli.output import print_line
from ops.cli.terminal import console, print_styled
from ops.order_body import order_in, readable
from ops.table import StoredOrder
from ops.text import as_json_text, printable

GAP = 3
"""The columns between two orders that are next to each other."""
MAX_COLUMN = 60
"""The maximum width of the dead letter's column. Nothing is cut: a longer line moves the stored order."""


def print_comparison(body: str, stored: StoredOrder | None, outcome: Outcome, *, table_name: str) -> None:
    """Print the order of a letter and the order in the table, next to each other if the terminal is wide enough.

    `outcome` is what a redrive would do with the letter. It decides which fields are marked.
    """
    in_letter = readable(body).split("\n")
    in_table = (as_json_text(_as_in(body, stored), indent=2) if stored else "no such order").split("\n")
    marked = _marked(in_letter, _flawed_fields(body, stored, outcome))
    heading = f"in {table_name}"
    width = min(MAX_COLUMN, max(len(line) for line, _ in marked))
    if width + GAP + max(len(printable(line)) for line in in_table) > console.width:
        _print_below(marked, heading, in_table)
    else:
        _print_beside(marked, heading, in_table, width)


def _as_in(body: str, stored: StoredOrder) -> StoredOrder:
    """The stored order with its fields in the sequence of the letter, and then those that the letter lacks."""
    names = [*(name for name in order_in(body) or () if name in stored), *stored]
    return {name: stored[name] for name in names}


def _marked(lines: Sequence[str], flawed_fields: Collection[str]) -> list[tuple[str, bool]]:
    """The lines as they are printed, each with whether it begins a flawed field."""
    flawed = tuple(f"  {as_json_text(field)}:" for field in flawed_fields)
    return [(f"{'>' if line.startswith(flawed) else ' '} {printable(line)}", line.startswith(flawed)) for line in lines]


def _print_beside(marked: Sequence[tuple[str, bool]], heading: str, in_table: Sequence[str], width: int) -> None:
    print_line(f"{'dead letter':{width}}{' ' * GAP}{heading}")
    for left, right in zip_longest(marked, in_table):
        line, is_flawed = left or ("", False)
        style = "bold red" if is_flawed else ""
        print_styled((f"{line:{width}}" if right else line, style), (f"{' ' * GAP}{right}" if right else "", ""))


def _print_below(marked: Sequence[tuple[str, bool]], heading: str, in_table: Sequence[str]) -> None:
    print_line("dead letter")
    for line, is_flawed in marked:
        print_styled((line, "bold red" if is_flawed else ""))
    print_line()
    print_line(heading)
    for line in in_table:
        print_line(f"  {line}")


def _flawed_fields(body: str, stored: StoredOrder | None, outcome: Outcome) -> Collection[str]:
    """The invalid fields, or in a conflict the fields that differ from the order in the table."""
    order = order_in(body)
    if order and stored and outcome.kind == Kind.CONFLICT:
        return _different_fields(order, stored)
    if order and order.doubled:
        return order.doubled
    try:
        parse_order(body)
    except InvalidOrder as invalid:
        return invalid.fields
    return ()


def _different_fields(order: Mapping[str, object], stored: StoredOrder) -> Collection[str]:
    return {name for name, value in order.items() if stored.get(name) != value}
