"""What is generated in the docs: `make docs` writes it, and a test holds it.

These are the command reference, the documents of the contract, the tables of the contract in docs/how-it-works.md, the
tables of docs/conformance.md, and the fields of the orders that any page shows.
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from handler.fields import FIELDS
from infra.project import ROOT
from ops.contract.asyncapi import asyncapi
from ops.contract.event import event_schema
from ops.contract.order import Schema, order_schema
from ops.contract.unexpressed import UNEXPRESSED
from ops.text import as_json_text
from tests.judges.conformance.implementations import recorded
from tests.judges.conformance.page import conformance
from tests.support.reference import reference
from tests.support.sample_orders import with_all_fields

WALKTHROUGH = "docs/changing-orders.md"
"""The page about a new field. On purpose, it shows orders with and without it."""
PAGES = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]


def generated() -> Mapping[Path, str]:
    """The text of each file that is generated, or has a generated part."""
    pages = {page: with_all_fields(page.read_text()) for page in PAGES if page != ROOT / WALKTHROUGH}
    data_model = ROOT / "docs/how-it-works.md"
    return {
        **pages,
        data_model: with_parts(pages[data_model], {"fields": _fields(), "unexpressed": _unexpressed()}),
        ROOT / "docs/reference.md": reference(),
        ROOT / "docs/order.schema.json": _document(order_schema()),
        ROOT / "docs/event.schema.json": _document(event_schema()),
        ROOT / "docs/asyncapi.json": _document(asyncapi()),
        ROOT / "docs/conformance.md": conformance(recorded()),
    }


def with_parts(page: str, parts: Mapping[str, Iterator[str]]) -> str:
    """The page with each part between its marks. Raises KeyError for marks of another part."""
    return re.sub(
        r"(?s)(<!-- generated: (\w+) -->\n).*?(<!-- end -->)",
        lambda marks: "".join([marks[1], *(f"{line}\n" for line in parts[marks[2]]), marks[3]]),
        page,
    )


def _fields() -> Iterator[str]:
    yield "| Field | Required | Value | Example | |"
    yield "| --- | --- | --- | --- | --- |"
    for field in FIELDS:
        is_required = "yes" if field.is_required else "no"
        yield f"| `{field.name}` | {is_required} | {field.rule} | `{field.example}` | {field.description} |"


def _unexpressed() -> Iterator[str]:
    for one in UNEXPRESSED:
        yield f"- {one.rule}"


def _document(schema: Schema) -> str:
    return as_json_text(schema, indent=2) + "\n"


if __name__ == "__main__":
    for path, text in generated().items():
        if not path.exists() or path.read_text() != text:
            path.write_text(text)
            print(f"written: {path.relative_to(ROOT)}")
