"""The notifier's entry point, imported as Lambda imports it. No request is sent."""

from collections.abc import Iterator, Mapping, Sequence
from types import ModuleType
from typing import Any

import pytest

from handler.contract import FUNCTION_DIMENSION, FUNCTION_NAME_VARIABLE, Variable
from tests.support.entry_points import Context, imported
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


class RecordingNotifier:
    """Records what it is asked to tell, and reports one record as delayed."""

    def __init__(self) -> None:
        self.calls: list[tuple[Sequence[Mapping[str, Any]], float]] = []

    def tell(self, records: Sequence[Mapping[str, Any]], seconds_left: float) -> dict[str, Any]:
        self.calls.append((records, seconds_left))
        return {"batchItemFailures": [{"itemIdentifier": "1"}]}


@pytest.fixture
def main(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    with imported("handler.notifier.main", ENVIRONMENT, monkeypatch) as module:
        yield module


def test_a_batch_is_told_within_the_time_that_is_left(main: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    notifier = RecordingNotifier()
    monkeypatch.setattr(main, "notifier", notifier)
    records = [stream_record(item("O1"))]
    assert main.handle({"Records": records}, Context(29_500)) == {"batchItemFailures": [{"itemIdentifier": "1"}]}
    assert notifier.calls == [(records, 29.5)]
    assert main.log.context == {FUNCTION_DIMENSION: "OrderNotifier", "requestId": "r1"}


def test_a_batch_with_nothing_to_tell_needs_no_request(main: ModuleType) -> None:
    assert main.handle({"Records": [stream_record(None, item("O1"))]}, Context(29_500)) == {"batchItemFailures": []}
