"""The tables in the docs, as tests read them."""

import re
from collections.abc import Iterator

from infra.project import ROOT


def rows_under(heading: str, page: str) -> Iterator[list[str]]:
    """Yield the cells of each row whose first cell begins with code, under a heading of a page in docs/."""
    section = (ROOT / "docs" / page).read_text().partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    for row in re.findall(r"(?m)^\| (`.*) \|$", section):
        yield row.split(" | ")
