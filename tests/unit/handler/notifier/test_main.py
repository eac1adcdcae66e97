"""The notifier's entry point, imported as Lambda imports it. No request is sent."""

import importlib
import sys
from collections.abc import Iterator, Mapping, Sequence
from types import ModuleType
from typing import Any

import pytest

from handler.contract import FUNCTION_DIMENSION, FUNCTION_NAME_VARIABLE, Variable
from tests.support.fake_sns import TOPIC
from tests.support.stream_records import item, stream_record

ENVIRONMENT = {
    "AWS_DEFAULT_REGION": "eu-west-1",
    FUNCTION_NAME_VARIABLE: "OrderNotifier",
    Variable.EVENT_TOPIC_ARN: TOPIC,
    Variable.GIVEN_UP_QUEUE_URL: "https://sqs/OrderEventsDLQ",
    Variable.EVENT_RETRY_SECONDS: "14400",
    Variable.REQUEST_TIMEOUT_SECONDS: "6.0",
}
MODULES = ("handler.notifier.main", "handler.runtime")
"""The modules that read the environment."""


class Context:
    """Lambda's context object, 29.5 seconds before the function's timeout."""

    aws_request_id = "r1"

    def get_remaining_time_in_millis(self) -> int:
        return 29_500


class RecordingNotifier:
    """Records what it is asked to tell, and reports one record as delayed."""

    def __init__(self) -> None:
        self.calls: list[tuple[Sequence[Mapping[str, Any]], float]] = []

    def tell(self, records: Sequence[Mapping[str, Any]], seconds_left: float) -> dict[str, Any]:
        self.calls.append((records, seconds_left))
        return {"batchItemFailures": [{"itemIdentifier": "1"}]}


@pytest.fixture
def main(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    for name in MODULES:
        sys.modules.pop(name, None)
    yield importlib.import_module("handler.notifier.main")
    for name in MODULES:
        del sys.modules[name]


def test_a_batch_is_told_within_the_time_that_is_left(main: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    notifier = RecordingNotifier()
    monkeypatch.setattr(main, "notifier", notifier)
    records = [stream_record(item("O1"))]
    assert main.handle({"Records": records}, Context()) == {"batchItemFailures": [{"itemIdentifier": "1"}]}
    assert notifier.calls == [(records, 29.5)]
    assert main.log.context == {FUNCTION_DIMENSION: "OrderNotifier", "requestId": "r1"}


def test_a_batch_with_nothing_to_tell_needs_no_request(main: ModuleType) -> None:
    assert main.handle({"Records": [stream_record(None, item("O1"))]}, Context()) == {"batchItemFailures": []}
