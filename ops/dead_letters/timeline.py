"""Failed attempts over time: counts per group and bucket."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from ops.dead_letters.failures import Failure
from ops.dead_letters.grouping import grouped
from ops.text import printable

MAX_BUCKETS = 48
_WIDTHS = {
    **{f"{minutes} min": timedelta(minutes=minutes) for minutes in (1, 5, 15, 30)},
    **{f"{hours} h": timedelta(hours=hours) for hours in (1, 3, 6, 12)},
    "1 d": timedelta(days=1),
}
_MONDAY = datetime.min.replace(tzinfo=UTC)
"""The origin of all buckets, so that they begin on the round hour or day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """The number of failed attempts in each bucket of time."""

    edges: Sequence[Any]
    """The start of each bucket, and the end of the last one, as datetimes. (The types of matplotlib expect floats.)"""
    step: str
    """The width of a bucket, such as `15 min`."""
    rows: Sequence[tuple[str, Sequence[int]]]
    """The name and the counts of each group, largest group first."""

    def __str__(self) -> str:
        return f"{self.edges[0]:%Y-%m-%d %H:%M} to {self.edges[-1]:%Y-%m-%d %H:%M} UTC"


def timeline(failures: Iterable[Failure], max_buckets: int = MAX_BUCKETS) -> Timeline | None:
    """Count failures in buckets of the smallest round width that gives few enough. None if no failure has a time."""
    # Sorted because the log has no order: groups of equal size would come in another order each time.
    timed = sorted(((one, one.at) for one in failures if one.at), key=lambda pair: (pair[0].kind, pair[1]))
    if not timed:
        return None
    step, width, buckets = _buckets([at - _MONDAY for _, at in timed], max_buckets)
    tally = Counter((failure.group_id, (at - _MONDAY) // width) for failure, at in timed)
    rows = [
        (printable(f"{group.kind}: {group.signature}"), [tally[group.group_id, bucket] for bucket in buckets])
        for group in grouped((failure, failure.message_id, at) for failure, at in timed)
    ]
    return Timeline(edges=[_MONDAY + edge * width for edge in (*buckets, buckets[-1] + 1)], step=step, rows=rows)


def _buckets(times: Sequence[timedelta], max_buckets: int) -> tuple[str, timedelta, range]:
    """Choose the width of the buckets, as text and as a duration, and number those that the times are in."""
    first, last = min(times), max(times)
    for step, width in _widths():
        if last // width - first // width < max_buckets:
            return step, width, range(first // width, last // width + 1)
    raise AssertionError("there is always a larger width")


def _widths() -> Iterator[tuple[str, timedelta]]:
    """All round widths, smallest first, without end."""
    yield from _WIDTHS.items()
    for power in count():
        yield f"{7 * 2**power} d", timedelta(weeks=2**power)
