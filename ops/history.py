"""The history: who changed dead letters, or paused and resumed the processing, when and why.

Its records are in the processor's log group. CloudWatch Logs allows nobody to change a record.
"""

import getpass
import json
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from ops.errors import UserError
from ops.log.reading import HISTORY_STREAM
from ops.system import LetterQueue, System
from ops.text import is_shallow

if TYPE_CHECKING:
    from mypy_boto3_logs import CloudWatchLogsClient

TEXTS = ("history", "run", "who", "why", "step")
"""What every record contains."""


@contextmanager
def recorded(system: System, action: str, *, reason: str, **details: object) -> Iterator[dict[str, Any]]:
    """Record an action before it begins, and its result at the end. The block adds to the result.

    If the beginning cannot be recorded, the error is raised and the block does not run.
    """
    head = {"history": action, "run": uuid4().hex[:8], "who": _caller(system), "why": reason}
    if system.letter_queue is not LetterQueue.DEAD_LETTERS:
        head["queue"] = system.letter_queue.logical_name
    _append(system, {**head, "step": "begun", **details})
    result: dict[str, Any] = {}
    try:
        yield result
    except BaseException as error:
        cause = UserError if isinstance(error, UserError) else type(error)
        _append(system, {**head, "step": "stopped", "error": cause.__name__, **result})
        raise
    _append(system, {**head, "step": "ended", **result})


def read_history(logs: "CloudWatchLogsClient", group: str, since: datetime) -> Iterator[Mapping[str, Any]]:
    """Read every record since a time, oldest first. `at` is in milliseconds since 1970.

    Anything else that somebody wrote into the log stream is a record with `unreadable`, its text.
    """
    pages = logs.get_paginator("filter_log_events").paginate(
        logGroupName=group,
        logStreamNames=[HISTORY_STREAM],
        startTime=int(since.timestamp() * 1000),
    )
    with suppress(logs.exceptions.ResourceNotFoundException):  # The first action creates the stream.
        for page in pages:
            for event in page["events"]:
                yield {**_record(event["message"]), "at": event["timestamp"]}


def _record(message: str) -> Mapping[str, Any]:
    """Parse a record. Every record has the texts of `recorded`; the details of an action can be anything."""
    try:
        record = json.loads(message)
    except (ValueError, RecursionError):
        record = None
    if isinstance(record, dict) and all(isinstance(record.get(name), str) for name in TEXTS) and is_shallow(record):
        return record
    return {"unreadable": message}


def _caller(system: System) -> str:
    """The AWS identity, and the user of this machine."""
    return f"{system.clients.sts.get_caller_identity()['Arn']} ({_user()})"


def _user() -> str:
    """The name of this machine's user. A user of a container can have none, but always has a number."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # An OSError since Python 3.13.
        return f"uid {os.getuid()}"


def _append(system: System, record: Mapping[str, Any]) -> None:
    logs, group = system.clients.logs, system.outputs.log_group_name
    with suppress(logs.exceptions.ResourceAlreadyExistsException):
        logs.create_log_stream(logGroupName=group, logStreamName=HISTORY_STREAM)
    event = {"timestamp": int(time.time() * 1000), "message": json.dumps(record)}
    logs.put_log_events(
        logGroupName=group,
        logStreamName=HISTORY_STREAM,
        logEvents=[event],  # type: ignore[list-item]  # a dict literal with both of its keys
    )
