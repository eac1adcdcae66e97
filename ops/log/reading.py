"""Reads the function's log."""

import re
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from ops.errors import is_silence, may_pass
from ops.log.lines import Line, Record, Source, line_of, orders_in
from ops.text import is_typed_as

if TYPE_CHECKING:
    from botocore.exceptions import BotoCoreError, ClientError
    from mypy_boto3_logs import CloudWatchLogsClient

EPOCH = datetime.fromtimestamp(0, UTC)
"""A start before every record."""
HISTORY_STREAM = "orders-dead-letters"
"""The stream of the log group that contains the history, and nothing from the function. It has its name from
the first commands that wrote it."""
POLL_SECONDS = 2
_PLAIN = re.compile(r"[\w.-]+", re.ASCII)
_Event = Mapping[str, Any]
_OnProblem = Callable[["BotoCoreError | ClientError"], None]


def read_log(
    logs: "CloudWatchLogsClient", group: str, *, start: datetime, order_id: str | None = None, level: str | None = None
) -> Iterator[Record]:
    """Read the processor's records since a time, optionally of one order or level, in no particular order."""
    for event in _events(logs, group, start, filter_pattern(order_id or level)):
        line = line_of(event)
        record = line.document
        if record and line.source is Source.PROCESSOR and level in (None, line.level) and _is_about(line, order_id):
            yield record


def read_lines(
    logs: "CloudWatchLogsClient",
    group: str,
    *,
    start: datetime,
    end: datetime | None = None,
    order_id: str | None = None,
    pattern: str = "",
) -> Iterator[Line]:
    """Read all lines of the function, or the processor's records about an order, in no particular order.

    With a filter pattern of CloudWatch, other lines are left out.
    """
    for event in _events(logs, group, start, pattern or filter_pattern(order_id), end):
        line = line_of(event)
        if _is_about(line, order_id):
            yield line


def _is_about(line: Line, order_id: str | None) -> bool:
    """Whether a line is about an order, whose ID can be given as it is or as it is shown, with escapes."""
    if order_id is None:
        return True
    if line.source is not Source.PROCESSOR or line.document is None:
        return False
    return any(is_typed_as(one, order_id) for one in orders_in(line.document))


def _events(
    logs: "CloudWatchLogsClient", group: str, start: datetime, pattern: str, end: datetime | None = None
) -> Iterator[_Event]:
    until: dict[str, Any] = {"endTime": int(end.timestamp() * 1000)} if end else {}
    pages = logs.get_paginator("filter_log_events").paginate(
        logGroupName=group, startTime=int(start.timestamp() * 1000), filterPattern=pattern, **until
    )
    for page in pages:
        for event in page["events"]:
            if event.get("logStreamName") != HISTORY_STREAM:
                yield event


def filter_pattern(term: str | None) -> str:
    """A pattern with which CloudWatch leaves out most other records. The caller still checks each record.

    A term that would need escaping in the pattern or in the log gets no pattern.
    """
    return f'"{term}"' if term and _PLAIN.fullmatch(term) else ""


def follow_log(
    logs: "CloudWatchLogsClient",
    group: str,
    *,
    start: datetime,
    order_id: str | None = None,
    on_problem: _OnProblem = lambda _error: None,
) -> Iterator[Line]:
    """Read the lines since a time, then wait for new ones, without end.

    `on_problem` receives the first of several errors in a row, and reading continues. Before the first successful read,
    only a missing answer is such an error; others are raised.
    """
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 - only this function needs them

    follower = _Follower(logs, group, start, order_id)
    was_read = is_troubled = False
    while True:
        try:
            yield from follower.new_lines()
            was_read, is_troubled = True, False
        except (BotoCoreError, ClientError) as error:
            if not (may_pass(error) if was_read else is_silence(error)):
                raise
            if not is_troubled:
                on_problem(error)
            is_troubled = True
        time.sleep(POLL_SECONDS)


class _Follower:
    """Reads a log again and again, and gives each line once."""

    _OVERLAP = timedelta(minutes=1)
    """CloudWatch may return a line this late."""

    def __init__(self, logs: "CloudWatchLogsClient", group: str, start: datetime, order_id: str | None) -> None:
        self._logs = logs
        self._group = group
        self._start = start
        self._order_id = order_id
        self._seen: dict[tuple[Any, ...], int] = {}
        """The time in milliseconds of each line that was given."""

    def new_lines(self) -> Iterator[Line]:
        asked = datetime.now(UTC)
        equal: Counter[tuple[Any, ...]] = Counter()
        for event in _events(self._logs, self._group, self._start, filter_pattern(self._order_id)):
            at = event.get("timestamp", 0)
            what = at, event.get("logStreamName"), event["message"]
            equal[what] += 1  # Code may print the same text twice in a millisecond.
            identity = *what, equal[what]
            if identity not in self._seen and _is_about(line := line_of(event), self._order_id):
                self._seen[identity] = at
                yield line
        self._start = max(self._start, asked - self._OVERLAP)
        first = int(self._start.timestamp() * 1000)
        self._seen = {identity: at for identity, at in self._seen.items() if at >= first}
