"""No order of a batch affects another, whatever the table contains and whichever call raises an exception.

The table contains any items that DynamoDB could hold under the keys of the orders. Any exception can be raised before
and after each request to DynamoDB.
"""

import io
import json
from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from itertools import count
from threading import Lock
from typing import Any, cast

from botocore.exceptions import ClientError, ReadTimeoutError
from hypothesis import given, settings
from hypothesis import strategies as st

from handler.contract import INSTANT, PARTITION_KEY
from handler.log import Log
from handler.order import parse_order
from handler.processor import Processor
from handler.store import DynamoDBStore, outcome_against
from tests.support.fake_dynamodb import FakeDynamoDB, Item
from tests.support.orders import body, record

_TEXT = st.text(max_size=5)
_NUMBERS = st.from_regex(r"-?[1-9][0-9]{0,37}(E-?[0-9]{1,2})?", fullmatch=True) | st.just("0")
_SCALARS = (
    st.builds(lambda value: {"S": value}, _TEXT)
    | st.builds(lambda value: {"N": value}, _NUMBERS)
    | st.builds(lambda value: {"B": value}, st.binary(max_size=5))
    | st.builds(lambda value: {"BOOL": value}, st.booleans())
    | st.just({"NULL": True})
    | st.builds(lambda values: {"SS": sorted(values)}, st.sets(_TEXT, min_size=1, max_size=3))
    | st.builds(lambda values: {"NS": sorted(values)}, st.sets(_NUMBERS, min_size=1, max_size=3))
    | st.builds(lambda values: {"BS": sorted(values)}, st.sets(st.binary(max_size=3), min_size=1, max_size=3))
)
VALUES: st.SearchStrategy[Any] = st.recursive(
    _SCALARS,
    lambda inner: (
        st.builds(lambda values: {"L": values}, st.lists(inner, max_size=3))
        | st.builds(lambda members: {"M": members}, st.dictionaries(_TEXT, inner, max_size=3))
    ),
    max_leaves=6,
)
_INSTANTS = st.sampled_from(
    ["2025-05-03T12:00:00", "2025-05-03T11:00:00", "2025-05-03T13:00:00", "2025-05-03T12:00:00Z", "", "yesterday", "~"]
)
_NAMES = st.sampled_from(["userId", "itemName", "quantity", "status", "timestamp", INSTANT, "extra"])
ITEMS = st.builds(
    lambda attributes, instant: attributes | instant,
    st.dictionaries(_NAMES, VALUES, max_size=7),
    st.just({}) | st.builds(lambda text: {INSTANT: {"S": text}}, _INSTANTS),
)
"""Items that DynamoDB can hold, without their key."""

ORDERS = st.builds(
    lambda hour, status: {"timestamp": f"2025-05-03T{hour}:00:00Z", "status": status},
    st.integers(11, 13),
    st.sampled_from(["new", "paid"]),
)
BATCHES = st.lists(st.tuples(ORDERS, st.none() | ITEMS), min_size=1, max_size=8)
"""Orders, each with the item that the table contains under its key."""

EXCEPTIONS: list[Callable[[], Exception]] = [
    lambda: RuntimeError("a bug"),
    lambda: KeyError("Item"),
    lambda: UnicodeEncodeError("utf-8", "\ud800", 0, 1, "surrogates not allowed"),
    RecursionError,
    MemoryError,
    lambda: ReadTimeoutError(endpoint_url="https://dynamodb"),
    lambda: ClientError({"Error": {"Code": "ThrottlingException", "Message": "slow down"}}, "PutItem"),
    lambda: ClientError({"Error": {"Code": "ValidationException", "Message": "no"}}, "PutItem"),
    lambda: ClientError({}, "PutItem"),
]
EVENTS = st.lists(st.none() | st.sampled_from(EXCEPTIONS), max_size=12)
"""What is raised before or after each request, in the sequence of the requests."""


class Table(FakeDynamoDB):
    """A table with some items, whose requests raise exceptions."""

    def __init__(self, items: Mapping[str, Item], events: Sequence[Callable[[], Exception] | None] = ()) -> None:
        self._turns, self._lock, self._events = count(), Lock(), events
        super().__init__(self._raise)
        self.items = deepcopy(dict(items))

    def _raise(self) -> None:
        with self._lock:
            turn = next(self._turns)
        if turn < len(self._events) and (event := self._events[turn]):
            raise event()


def process(table: FakeDynamoDB, records: Sequence[Mapping[str, Any]]) -> tuple[set[str], list[dict[str, Any]]]:
    """Process a batch. Returns the ids of the failed messages, and the log records of failures."""
    stream = io.StringIO()
    store = DynamoDBStore("Orders", cast("Any", table))
    try:
        processor = Processor(store, Log(stream), max_receive_count=3, retry_at_once=lambda _messages, _until: None)
        answer = processor.process(records, seconds_left=60)
    finally:
        store._threads.shutdown()
    failures = [entry for line in stream.getvalue().splitlines() if "errorClass" in (entry := json.loads(line))]
    return {failure["itemIdentifier"] for failure in answer["batchItemFailures"]}, failures


def a_batch(batch: Sequence[tuple[Mapping[str, str], Item | None]]) -> tuple[list[dict[str, Any]], dict[str, Item]]:
    records = [record(f"m{number}", body(f"O{number}", **order)) for number, (order, _) in enumerate(batch)]
    items = {
        f"O{number}": {**item, PARTITION_KEY: {"S": f"O{number}"}}
        for number, (_, item) in enumerate(batch)
        if item is not None
    }
    return records, items


@given(BATCHES)
@settings(deadline=None)
def test_each_order_has_the_outcome_that_it_has_alone(batch: list[tuple[Mapping[str, str], Item | None]]) -> None:
    records, items = a_batch(batch)
    table = Table(items)
    failed, failures = process(table, [*records, record("no order", "{")])
    expected = {"no order"}
    for one in records:
        alone = Table(items)
        expected |= process(alone, [one])[0]
        order = parse_order(one["body"])
        key = order.order_id
        assert table.items[key] == alone.items[key]
        forecast = outcome_against(order, items.get(key))
        assert forecast.succeeded == (one["messageId"] not in failed)
        assert (table.items[key] != items.get(key)) <= (forecast.kind in {"stored", "updated"})
    assert failed == expected
    assert not any("exception" in failure for failure in failures), "an item of the table is no bug"


@given(BATCHES, EVENTS)
@settings(deadline=None, max_examples=200)
def test_an_exception_in_any_call_loses_no_order_and_changes_no_other_item(
    batch: list[tuple[Mapping[str, str], Item | None]], events: list[Callable[[], Exception] | None]
) -> None:
    records, items = a_batch(batch)
    table = Table(items, events)
    failed, failures = process(table, [*records, record("no order", "{")])
    assert "no order" in failed
    assert {failure["messageId"] for failure in failures} == failed
    for one in records:
        order = parse_order(one["body"])
        before, after = items.get(order.order_id), table.items.get(order.order_id)
        alone = Table(items)
        fails_alone = bool(process(alone, [one])[0])
        assert after in (before, alone.items[order.order_id]), "an item is as before, or as if its order came alone"
        if one["messageId"] not in failed:
            assert not fails_alone
            assert after == alone.items[order.order_id], "an order that succeeds is in the table"


@given(BATCHES, st.sampled_from(EXCEPTIONS), st.data())
@settings(deadline=None)
def test_an_exception_for_one_order_fails_that_order_only(
    batch: list[tuple[Mapping[str, str], Item | None]], event: Callable[[], Exception], data: st.DataObject
) -> None:
    records, items = a_batch(batch)
    victim = data.draw(st.integers(0, len(records) - 1))

    class TableWithVictim(Table):
        """Every call with the victim's order raises the exception: the put, and the insertion of its whole batch."""

        def batch_execute_statement(self, *, Statements: Sequence[Mapping[str, Any]]) -> dict[str, Any]:  # noqa: N803 - boto3's
            if not isinstance(raised := event(), ClientError | ReadTimeoutError):
                raise raised
            return super().batch_execute_statement(Statements=Statements)

        def _insert(self, statement: Mapping[str, Any]) -> dict[str, Any]:
            if {"S": f"O{victim}"} in statement["Parameters"]:
                return {"Error": {"Code": "DuplicateItem"}}
            return super()._insert(statement)

        def put_item(self, *, Item: Item, ExpressionAttributeValues: Item, **rest: object) -> dict[str, Any]:  # noqa: N803 - boto3's
            if Item[PARTITION_KEY]["S"] == f"O{victim}":
                raise event()
            return super().put_item(Item=Item, ExpressionAttributeValues=ExpressionAttributeValues, **rest)

    table = TableWithVictim(items)
    failed, failures = process(table, records)
    fails_alone = {one["messageId"] for one in records if process(Table(items), [one])[0]}
    assert failed == fails_alone | {f"m{victim}"}
    [of_victim] = [failure for failure in failures if failure["messageId"] == f"m{victim}"]
    if not isinstance(event(), ClientError | ReadTimeoutError):
        assert "Traceback (most recent call last)" in of_victim["exception"]
