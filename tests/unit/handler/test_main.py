"""The entry point, imported as Lambda imports it. No request is sent."""

from collections.abc import Iterator, Mapping, Sequence
from types import ModuleType
from typing import Any

import pytest

from handler.contract import FUNCTION_DIMENSION, FUNCTION_NAME_VARIABLE, Variable
from handler.log import Measurement
from tests.support.entry_points import Context, imported
from tests.support.orders import record

ENVIRONMENT = {
    "AWS_DEFAULT_REGION": "eu-west-1",
    FUNCTION_NAME_VARIABLE: "OrderProcessor",
    Variable.TABLE_NAME: "Orders",
    Variable.MAX_RECEIVE_COUNT: "3",
    Variable.RETRY_AT_ONCE_QUEUE_URL: "",
    Variable.REQUEST_TIMEOUT_SECONDS: "1.0",
}


class RecordingProcessor:
    """Records what it is asked to process, and reports one message as failed."""

    def __init__(self) -> None:
        self.calls: list[tuple[Sequence[Mapping[str, Any]], float]] = []

    def process(self, records: Sequence[Mapping[str, Any]], seconds_left: float) -> dict[str, Any]:
        self.calls.append((records, seconds_left))
        return {"batchItemFailures": [{"itemIdentifier": "m1"}]}


@pytest.fixture
def main(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    with imported("handler.main", ENVIRONMENT, monkeypatch) as module:
        yield module


def test_a_batch_is_processed_within_the_time_that_is_left(main: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    processor = RecordingProcessor()
    monkeypatch.setattr(main, "processor", processor)
    records = [record("m1", "{"), record("m2", "{")]
    assert main.handle({"Records": records}, Context(4500)) == {"batchItemFailures": [{"itemIdentifier": "m1"}]}
    assert processor.calls == [(records, 4.5)]
    assert main.log.context == {FUNCTION_DIMENSION: "OrderProcessor", "requestId": "r1"}


@pytest.mark.parametrize(("value", "written"), [("true", True), ("false", False)])
def test_a_variable_turns_custom_metrics_off(
    value: str, written: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with imported("handler.main", {**ENVIRONMENT, Variable.CUSTOM_METRICS: value}, monkeypatch) as main:
        measured = [Measurement("OrdersStored", "Count", [1])]
        main.log.info("done", {}, measured)  # noqa: PLE1205 - not a logger of the standard library
    assert ("OrdersStored" in capsys.readouterr().out) == written
