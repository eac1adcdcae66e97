"""Who paused the processing, when and why.

This is in the history, and not in a tag: a deployment changes the tags of its resources, but no record of a log. Every
clone reads the same record. Whether the processing is paused is the state of the event source mapping and nothing else.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from ops.history import read_history

if TYPE_CHECKING:
    from mypy_boto3_logs import CloudWatchLogsClient

LONGEST_PAUSE = timedelta(days=30)
"""A pause that is older is not looked for. SQS keeps an order for 14 days at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """The beginning of a pause, and of a resume that was not finished."""

    since: datetime
    who: str
    why: str
    resumed_by: str = ""
    """Who began to resume later. The mapping is disabled all the same: the command was killed before it enabled it."""


def last_pause(logs: "CloudWatchLogsClient", group: str) -> Pause | None:
    """Read the pause that has not ended. None if somebody disabled the mapping without this tool."""
    return pause_in(read_history(logs, group, datetime.now(UTC) - LONGEST_PAUSE))


def pause_in(records: Iterable[Mapping[str, Any]]) -> Pause | None:
    """Find the pause that has not ended in the history. A command records `begun` before it changes the mapping."""
    paused: Pause | None = None
    for record in records:
        match record:
            case {"history": "pause", "step": "begun", "who": who, "why": why, "at": at}:
                paused = Pause(since=datetime.fromtimestamp(at / 1000, UTC), who=who, why=why)
            case {"history": "resume", "step": "begun", "who": who} if paused:
                paused = replace(paused, resumed_by=who)
            case {"history": "resume", "step": "ended"}:
                paused = None
    return paused
