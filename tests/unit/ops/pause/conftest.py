"""A system in memory with an event source mapping. It can be killed before and after each request."""

import json
from collections.abc import Iterator, Sequence
from types import SimpleNamespace
from typing import Any, cast

import pytest

from infra.outputs import DeployedOutputs
from ops.clients import Clients
from ops.pause.record import Pause, last_pause
from ops.system import System
from tests.support.fake_system import OUTPUTS

ANN = "arn:aws:iam::123456789012:user/ann"
QUEUE_ARN = "arn:aws:sqs:eu-west-1:123456789012:OrderQueue"


class Killed(BaseException):
    """The process is gone: whatever it tries after this, it is not done."""


class Switchboard:
    """Lambda, SQS, STS and the log. Lambda needs `slowness` looks to make a change."""

    exceptions = SimpleNamespace(ResourceAlreadyExistsException=KeyError, ResourceNotFoundException=KeyError)

    def __init__(self) -> None:
        self.state = "Enabled"
        self.mappings = 1
        self.slowness = 0
        self.records: list[dict[str, Any]] = []
        self.kill_at: float = float("inf")
        self.writes: list[str] = []
        self._points = 0
        self._left = 0

    @property
    def system(self) -> System:
        clients = SimpleNamespace(lambda_=self, sqs=self, logs=self, sts=self)
        return System(DeployedOutputs("dev", OUTPUTS), cast("Clients", clients))

    def last_pause(self) -> Pause | None:
        return last_pause(cast("Any", self), "group")

    def survive(self) -> None:
        """Go on in a new process, which nobody kills."""
        self.kill_at = float("inf")

    def _point(self) -> None:
        self._points += 1
        if self._points >= self.kill_at:
            raise Killed

    def get_queue_attributes(self, **_: Any) -> Any:
        return {"Attributes": {"QueueArn": QUEUE_ARN}}

    def get_caller_identity(self) -> Any:
        return {"Arn": ANN}

    def list_event_source_mappings(self, *, FunctionName: str, EventSourceArn: str) -> Any:  # noqa: N803 - boto3's
        assert (FunctionName, EventSourceArn) == ("OrderProcessor", QUEUE_ARN)
        self._left -= 1
        if self._left < 0:
            self.state = {"Disabling": "Disabled", "Enabling": "Enabled"}.get(self.state, self.state)
        return {"EventSourceMappings": [{"UUID": "m1", "State": self.state}] * self.mappings}

    def update_event_source_mapping(self, *, UUID: str, Enabled: bool) -> None:  # noqa: N803 - boto3's
        self._point()
        assert UUID == "m1"
        assert self.state in {"Enabled", "Disabled"}, "ResourceInUseException"
        self.state, self._left = "Enabling" if Enabled else "Disabling", self.slowness
        self.writes.append(self.state)
        self._point()

    def create_log_stream(self, **_: Any) -> None:
        self._point()

    def put_log_events(self, *, logEvents: Sequence[Any], **_: Any) -> None:  # noqa: N803 - boto3's
        self._point()
        self.records += logEvents
        self.writes += [json.loads(event["message"])["step"] for event in logEvents]
        self._point()

    def get_paginator(self, _operation: str) -> "Switchboard":
        return self

    def paginate(self, **_: Any) -> Iterator[Any]:
        yield {"events": self.records}


@pytest.fixture
def board() -> Switchboard:
    return Switchboard()
