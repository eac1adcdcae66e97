"""The processor's log, as it was written."""

import json
import re
import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from handler.outcome import Kind
from ops.errors import Exit, UserError

if TYPE_CHECKING:
    from mypy_boto3_logs import CloudWatchLogsClient

Record = Mapping[str, Any]
POLL_SECONDS = 2
_SPAN = re.compile(r"(?P<count>\d+)(?P<unit>[smhd])")
_PLAIN = re.compile(r"[\w.-]+", re.ASCII)
_EPOCH = datetime.fromtimestamp(0, UTC)
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def since(text: str) -> datetime:
    """When `90s`, `15m`, `2h` or `7d` ago was, or an ISO 8601 time. Raises UserError for anything else."""
    try:
        if span := _SPAN.fullmatch(text):
            return datetime.now(UTC) - timedelta(**{_UNITS[span["unit"]]: int(span["count"])})
        when = datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError):
        raise UserError(f"--since takes 90s, 15m, 2h, 7d or an ISO 8601 time, not {text}", Exit.USAGE) from None
    if when < _EPOCH:
        raise UserError(f"--since is {text}, but there was no log before 1970", Exit.USAGE)
    return when


def read_log(
    logs: "CloudWatchLogsClient", group: str, *, start: datetime, order_id: str | None = None, level: str | None = None
) -> Iterator[Record]:
    """The processor's records since a time, of one order or all, in the order in which they are found."""
    pages = logs.get_paginator("filter_log_events").paginate(
        logGroupName=group,
        startTime=int(start.timestamp() * 1000),
        filterPattern=_sieve(order_id or level),
    )
    for page in pages:
        for event in page["events"]:
            record = _record(event["message"])
            if record and (level in (None, record["level"])) and (order_id is None or order_id in orders_in(record)):
                yield record


def _sieve(term: str | None) -> str:
    """A filter pattern by which not the whole log travels; the record itself decides. What would have to be escaped, in
    the pattern and in the log, is not sieved.
    """
    return f'"{term}"' if term and _PLAIN.fullmatch(term) else ""


def follow_log(
    logs: "CloudWatchLogsClient", group: str, *, start: datetime, order_id: str | None = None
) -> Iterator[Record]:
    """The records since a time, and those to come, forever."""
    seen: dict[str, None] = {}
    overlap = timedelta(minutes=1)  # CloudWatch may show a record late.
    while True:
        looked = datetime.now(UTC)
        for record in read_log(logs, group, start=start, order_id=order_id):
            identity = json.dumps(record, sort_keys=True)
            if identity not in seen:
                seen[identity] = None
                yield record
        start = max(start, looked - overlap)
        for identity in list(seen)[:-10_000]:
            del seen[identity]
        time.sleep(POLL_SECONDS)


def orders_in(record: Record) -> list[str]:
    """The orders that a record is about: one that failed, or those that a batch had."""
    failed = record.get("orderId")
    return [*([failed] if failed else []), *(order_id for kind in Kind for order_id in record.get(kind, ()))]


def _record(line: str) -> Record | None:
    """The processor's own record, or None for what Lambda writes beside it."""
    if not line.startswith("{"):
        return None
    try:
        record: dict[str, Any] = json.loads(line)
    except ValueError:  # CloudWatch has cut a long line in two.
        return None
    record.pop("_aws", None)
    return record if "level" in record and "service" in record else None
