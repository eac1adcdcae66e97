"""What is known of a record, whatever its shape."""

from typing import Any

import pytest

from handler.notifier.telling import State, Telling
from tests.support.stream_records import item, stream_record


def test_an_event_is_delayed_until_something_else_is_known() -> None:
    assert Telling(stream_record(item("O1"))).state == State.DELAYED


@pytest.mark.parametrize(
    "keys", [None, {}, {"orderId": {}}, {"orderId": {"N": "5"}}, {"id": {"S": "O1"}}, {"orderId": 5}]
)
def test_a_record_with_other_keys_has_no_order(keys: Any) -> None:
    record = stream_record(item("O1"))
    record["dynamodb"]["Keys"] = keys
    assert Telling(record).order_id == ""


def test_a_record_without_keys_has_no_order() -> None:
    record = stream_record(item("O1"))
    del record["dynamodb"]["Keys"]
    assert Telling(record).order_id == ""


@pytest.mark.parametrize("time", [None, 0])
def test_a_change_without_a_time_is_older_than_any_other(time: Any) -> None:
    record = stream_record(item("O1"))
    record["dynamodb"]["ApproximateCreationDateTime"] = time
    assert Telling(record).changed_at == 0
    del record["dynamodb"]["ApproximateCreationDateTime"]
    assert Telling(record).changed_at == 0
