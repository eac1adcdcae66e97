"""The orders that the docs show. Each has all fields of the contract, in whatever form a page shows it."""

import json
import re
from functools import partial
from itertools import pairwise

from handler.fields import FIELDS, Field
from ops.cli.get import WIDTHS
from ops.cli.list import COLUMNS

# A JSON object with no object in it, on one line or several, and perhaps with the marks of `orders dlq show`.
_OBJECT = re.compile(r'\{[^{}]*"orderId"[^{}]*"userId"[^{}]*"timestamp"[^{}]*\}')
# The heading of a table with a column for each field, and its rows.
_TABLE = re.compile(r"(?m)^(?P<indent> *)orderId {2,}userId .*\n(?:(?P=indent)[^\s$`].*\n)+")
# What `orders get` prints.
_LISTING = re.compile(r"(?m)^orderId {2,}\S.*\nuserId {2,}\S.*\n(?:\w+ {2,}\S.*\n)+")


def with_all_fields(page: str) -> str:
    """The page with the fields that its orders lack. They have the values of the example."""
    for before, field in pairwise(FIELDS):
        for shape, add in ((_OBJECT, _add_to_object), (_TABLE, _add_to_table), (_LISTING, _add_to_listing)):
            page = shape.sub(partial(add, before, field), page)
    return page


def _add_to_object(before: Field, field: Field, shown: re.Match[str]) -> str:
    if f'"{field.name}":' in shown[0]:
        return shown[0]
    # The member before, and what is in front of it if it is on a line of its own.
    member = re.compile(rf'(?P<start>^[> ] +)?(?P<member>"{before.name}": (?:"[^"]*"|[0-9]+))', re.MULTILINE)
    added = f'"{field.name}": {json.dumps(field.example)}'

    def extended(found: re.Match[str]) -> str:
        between = f",\n {found['start'][1:]}" if found["start"] else ", "
        return f"{found[0]}{between}{added}"

    return member.sub(extended, shown[0], count=1)


def _add_to_table(before: Field, field: Field, shown: re.Match[str]) -> str:
    heading, *rows = shown[0].splitlines()
    names = heading.split()
    if field.name in names:
        return shown[0]
    at = names.index(before.name) + 1
    table = [re.split(r" {2,}", line.strip()) for line in (heading, *rows)]
    for cells, cell in zip(table, (field.name, *[str(field.example)] * len(rows)), strict=True):
        cells.insert(at, cell)
    indent = shown["indent"]
    return "".join(f"{indent}{line}\n" for line in _aligned(table, is_indented=bool(indent)))


def _aligned(table: list[list[str]], *, is_indented: bool) -> list[str]:
    """The lines of a table, as `orders list` prints it, or indented and as `orders demo` does."""
    widest = [max(map(len, column)) + 2 for column in zip(*table, strict=True)]
    widths = widest if is_indented else [COLUMNS[name] for name in table[0]]
    return ["  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in table]


def _add_to_listing(before: Field, field: Field, shown: re.Match[str]) -> str:
    lines = shown[0].splitlines()
    names = [line.split()[0] for line in lines]
    if field.name not in names:
        lines.insert(names.index(before.name) + 1, f"{field.name:{WIDTHS['name']}}  {field.example}")
    return "".join(f"{line}\n" for line in lines)
