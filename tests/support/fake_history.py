"""A log in memory that accepts the history."""

import json
from types import SimpleNamespace
from typing import Any


class FakeHistoryLog:
    """A log that accepts the history."""

    exceptions = SimpleNamespace(ResourceAlreadyExistsException=KeyError)

    def __init__(self) -> None:
        self.records: list[dict[str, Any]] = []

    def create_log_stream(self, **_: Any) -> None:
        if self.records:
            raise KeyError

    def put_log_events(self, *, logEvents: list[dict[str, Any]], **_: Any) -> None:  # noqa: N803 - CloudWatch's names
        self.records += [json.loads(event["message"]) for event in logEvents]
