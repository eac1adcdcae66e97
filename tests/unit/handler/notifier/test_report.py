"""The log records of a batch, and their metrics."""

import io
import json
from typing import Any

from handler.contract import EventMetric
from handler.log import Log
from handler.notifier.failure import Failure
from handler.notifier.report import EventReport
from handler.notifier.telling import State, Telling
from tests.support.stream_records import item, stream_record

THROTTLED = Failure("Throttled: slow down", "Throttled")


def telling(name: str, state: State, failure: Failure | None = None) -> Telling:
    one = Telling(stream_record(item(name)))
    one.state, one.failure = state, failure
    return one


def report(*tellings: Telling) -> list[dict[str, Any]]:
    stream = io.StringIO()
    EventReport(Log(stream)).log_batch(tellings)
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_batch_is_logged_with_its_orders_and_their_numbers_as_metrics() -> None:
    given_up = telling("O3", State.GIVEN_UP, THROTTLED)
    [batch, _, _] = report(
        telling("O1", State.TOLD), telling("O2", State.TOLD), given_up, telling("O4", State.DELAYED, THROTTLED)
    )
    assert (batch["level"], batch["message"]) == ("INFO", "batch told")
    assert (batch["told"], batch["delayed"], batch["givenUp"]) == (["O1", "O2"], ["O4"], ["O3"])
    assert [batch[metric] for metric in EventMetric] == [[2], [1], [1]]
    [declared] = batch["_aws"]["CloudWatchMetrics"]
    assert {metric["Name"] for metric in declared["Metrics"]} == set(EventMetric)


def test_an_event_that_was_given_up_has_an_error_record() -> None:
    [_, record] = report(telling("O1", State.GIVEN_UP, Failure.of_bug(KeyError("x"))))
    assert (record["level"], record["message"], record["orderId"]) == ("ERROR", "event given up", "O1")
    assert (record["reason"], record["signature"]) == ("KeyError: 'x'", "KeyError")
    assert record["exception"] == "KeyError: 'x'"


def test_delayed_events_share_a_record_for_each_cause() -> None:
    delayed = [
        telling("O1", State.DELAYED, THROTTLED),
        telling("O1", State.DELAYED),
        telling("O2", State.DELAYED, THROTTLED),
    ]
    [_, throttled, waiting] = report(*delayed)
    assert (throttled["level"], throttled["message"]) == ("WARNING", "events delayed")
    assert (throttled["reason"], throttled["orderIds"]) == ("Throttled: slow down", ["O1", "O2"])
    assert (waiting["reason"], waiting["orderIds"]) == ("waits for an earlier event of the order", ["O1"])


def test_a_batch_with_nothing_to_tell_is_not_logged() -> None:
    assert report(telling("O1", State.NOTHING_TO_TELL)) == []


def test_the_longest_ids_leave_a_record_that_cloudwatch_does_not_cut() -> None:
    [batch] = report(*[telling("é" * 1024, State.TOLD) for _ in range(100)])
    assert batch["EventsTold"] == [100]
    assert len(json.dumps(batch)) <= 250_000
    assert batch["omitted"]["told"] > 0
