"""Who did what to dead letters: records in the processor's log group, which can be added to and not changed."""

import getpass
import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import datetime
from typing import Any
from uuid import uuid4

from ops.system import System

STREAM = "orders-dead-letters"
"""The log stream of these records, beside the function's own."""


def who(system: System) -> str:
    """Who AWS takes this for, and the user of this machine."""
    return f"{system.sts.get_caller_identity()['Arn']} ({getpass.getuser()})"


@contextmanager
def recorded(system: System, what: str, *, why: str, **about: object) -> Iterator[dict[str, Any]]:
    """Record that something begins, before it does, and how it ended; the block fills in the result.

    Where that cannot be recorded, the error is raised and nothing begins.
    """
    head = {"history": what, "run": uuid4().hex[:8], "who": who(system), "why": why}
    _add(system, {**head, "step": "begun", **about})
    result: dict[str, Any] = {}
    try:
        yield result
    except BaseException as stopped:
        _add(system, {**head, "step": "stopped", "by": type(stopped).__name__, **result})
        raise
    _add(system, {**head, "step": "ended", **result})


def read_history(system: System, since: datetime) -> Iterator[Mapping[str, Any]]:
    """Every record since then, oldest first."""
    group = system.output("logGroupName")
    pages = system.logs.get_paginator("filter_log_events").paginate(
        logGroupName=group, logStreamNames=[STREAM], startTime=int(since.timestamp() * 1000)
    )
    with suppress(system.logs.exceptions.ResourceNotFoundException):  # Nothing was ever done.
        for page in pages:
            for event in page["events"]:
                yield {"at": event["timestamp"], **json.loads(event["message"])}


def _add(system: System, record: Mapping[str, Any]) -> None:
    group = system.output("logGroupName")
    _make_stream(system, group)
    event = {"timestamp": int(time.time() * 1000), "message": json.dumps(record)}
    system.logs.put_log_events(
        logGroupName=group,
        logStreamName=STREAM,
        logEvents=[event],  # type: ignore[list-item]  # a dict literal with both of its keys
    )


def _make_stream(system: System, group: str) -> None:
    with suppress(system.logs.exceptions.ResourceAlreadyExistsException):
        system.logs.create_log_stream(logGroupName=group, logStreamName=STREAM)
