"""The versions of an order, by the timestamps that publishers gave them."""

from collections.abc import Iterator
from datetime import UTC, datetime

from handler.contract import INSTANT, Attribute
from ops.table import StoredOrder
from ops.text import as_text
from ops.trace.step import Step, What


def published(instant: str, source: str) -> Iterator[Step]:
    """The publication of a version, by its instant. Somebody can have written any text to the table as an instant."""
    try:
        at = datetime.fromisoformat(instant).replace(tzinfo=UTC)
    except ValueError:
        return
    text = f"version {instant}Z, by the publisher's clock"
    yield Step(at=at, what=What.PUBLISHED, text=text, source=source)


def table_steps(order: StoredOrder, table: str) -> Iterator[Step]:
    """The version in the table."""
    instant = order.get(INSTANT)
    if isinstance(instant, str):
        yield from published(instant, table)
    version, status = (as_text(order.get(name)) for name in (Attribute.TIMESTAMP, Attribute.STATUS))
    yield Step(at=None, what=What.IN_TABLE, text=f"version {version}, status {status}", source=table)
