"""Reads the processor's log."""

import json
import re
import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from handler.outcome import Kind
from ops.text import is_typed_as

if TYPE_CHECKING:
    from mypy_boto3_logs import CloudWatchLogsClient

Record = Mapping[str, Any]
EPOCH = datetime.fromtimestamp(0, UTC)
"""A start before every record."""
POLL_SECONDS = 2
_PLAIN = re.compile(r"[\w.-]+", re.ASCII)


def read_log(
    logs: "CloudWatchLogsClient", group: str, *, start: datetime, order_id: str | None = None, level: str | None = None
) -> Iterator[Record]:
    """Read the processor's records since a time, optionally of one order or level, in no particular order."""
    pages = logs.get_paginator("filter_log_events").paginate(
        logGroupName=group,
        startTime=int(start.timestamp() * 1000),
        filterPattern=_filter_pattern(order_id or level),
    )
    for page in pages:
        for event in page["events"]:
            record = _record(event["message"])
            if record and (level in (None, record["level"])) and (order_id is None or _is_about(record, order_id)):
                yield record


def _is_about(record: Record, order_id: str) -> bool:
    """Whether a record is about an order, whose ID can be given as it is or as it is shown, with escapes."""
    return any(is_typed_as(one, order_id) for one in orders_in(record))


def _filter_pattern(term: str | None) -> str:
    """A pattern with which CloudWatch leaves out most other records. The caller still checks each record.

    A term that would need escaping in the pattern or in the log gets no pattern.
    """
    return f'"{term}"' if term and _PLAIN.fullmatch(term) else ""


def follow_log(
    logs: "CloudWatchLogsClient", group: str, *, start: datetime, order_id: str | None = None
) -> Iterator[Record]:
    """Read the records since a time, then wait for new ones, without end."""
    seen: dict[str, None] = {}
    overlap = timedelta(minutes=1)  # CloudWatch may return a record late.
    while True:
        asked = datetime.now(UTC)
        for record in read_log(logs, group, start=start, order_id=order_id):
            identity = json.dumps(record, sort_keys=True)
            if identity not in seen:
                seen[identity] = None
                yield record
        start = max(start, asked - overlap)
        for identity in list(seen)[:-10_000]:
            del seen[identity]
        time.sleep(POLL_SECONDS)


def orders_in(record: Record) -> list[str]:
    """The ids of the orders in a record: one that failed, or those of a batch. A shortened id is none."""
    failed = None if "orderId" in record.get("omitted", ()) else record.get("orderId")
    return [*([failed] if failed else []), *(order_id for kind in Kind for order_id in record.get(kind, ()))]


def _record(line: str) -> Record | None:
    """Parse a record of the processor. Lambda's own lines in the same log give None."""
    if not line.startswith("{"):
        return None
    try:
        record: dict[str, Any] = json.loads(line)
    except ValueError:  # CloudWatch cuts a line that is too long.
        return None
    record.pop("_aws", None)
    return record if "level" in record and "service" in record else None
