"""A comparison and a merge follow the rule of the processor, and a merge can be stopped at any request."""

from collections import Counter
from copy import deepcopy
from itertools import chain
from typing import Any

import pytest
from botocore.exceptions import ClientError

from handler.outcome import Kind
from ops.errors import NoAccess
from ops.recovery.compare import SAMPLE, Comparison, Difference, orders_only_here, orders_there
from ops.recovery.merge import merge
from tests.support.fake_tables import HERE, THERE, FakeTables, RecoveredSystem, item

FOREIGN: dict[str, Any] = {"orderId": {"S": "foreign"}, "photo": {"B": b"\x00"}}
BINARY = {**item("binary", 1), "more": {"L": [{"M": {"photo": {"B": b"\x00"}}}]}}
NO_INSTANT = {"orderId": {"S": "old"}, "status": {"S": "new"}}


def fill(tables: FakeTables) -> None:
    tables.fill(HERE, equal=1, newer=1, older=2, conflict=item("conflict", 1, quantity=2), here=1, old=NO_INSTANT)
    tables.fill(THERE, equal=1, newer=2, older=1, conflict=1, there=1, old=1, foreign=FOREIGN, binary=BINARY)


def compared(recovered: RecoveredSystem) -> Comparison:
    there = chain.from_iterable(orders_there(recovered.client, here=HERE, there=THERE))
    return Comparison.of(chain(there, orders_only_here(recovered.client, here=HERE, there=THERE)))


def merged(recovered: RecoveredSystem, rate: float | None = None) -> tuple[dict[Kind, int], list[str]]:
    problems: list[str] = []
    counts = merge(
        recovered.system,
        THERE,
        reason="lost",
        rate=rate,
        on_merged=lambda one, outcome: (
            None if outcome.succeeded else problems.append(f"{one.order_id}: {outcome.reason}")
        ),
    )
    return dict(counts), sorted(problems)


def test_a_comparison_has_every_difference(recovered: RecoveredSystem) -> None:
    fill(recovered.dynamodb)
    comparison = compared(recovered)
    ids = {difference: [one.order_id for one in found] for difference, found in comparison.samples.items()}
    assert ids == {
        Difference.EQUAL: ["equal"],
        Difference.NEWER_THERE: ["newer", "old"],
        Difference.OLDER_THERE: ["older"],
        Difference.CONFLICTING: ["conflict"],
        Difference.ONLY_THERE: ["there"],
        Difference.NOT_AN_ORDER: ["foreign", "binary"],
        Difference.ONLY_HERE: ["here"],
    }
    [older] = comparison.samples[Difference.OLDER_THERE]
    assert (older.here, older.there) == ("2026-11-24T16:02:00", "2026-11-24T16:01:00")
    assert not comparison.is_equal


def test_equal_tables_are_equal_and_a_sample_is_small(recovered: RecoveredSystem) -> None:
    many = {f"O{number}": number % 60 for number in range(250)}
    for table in (HERE, THERE):
        recovered.dynamodb.fill(table, **many)
    comparison = compared(recovered)
    assert (comparison.is_equal, comparison.counts) == (True, Counter({Difference.EQUAL: 250}))
    assert len(comparison.samples[Difference.EQUAL]) == SAMPLE


def test_a_merge_stores_what_is_new_or_newer_and_nothing_else(recovered: RecoveredSystem) -> None:
    fill(recovered.dynamodb)
    before = dict(recovered.dynamodb.items(HERE))
    counts, problems = merged(recovered)
    there = recovered.dynamodb.items(THERE)
    assert recovered.dynamodb.items(HERE) == {**before, **{one: there[one] for one in ("there", "newer", "old")}}
    assert counts == {
        Kind.STORED: 1,
        Kind.UPDATED: 2,
        Kind.DUPLICATE: 1,
        Kind.STALE: 1,
        Kind.CONFLICT: 1,
        Kind.INVALID: 2,
    }
    assert problems == [
        "binary: it contains a set or a binary value, which no order contains",
        "conflict: the stored order has the same timestamp but different content",
        "foreign: it contains a set or a binary value, which no order contains",
    ]
    begun, ended = recovered.logs.records
    assert (begun["history"], begun["table"], begun["why"], ended["stored"], ended["updated"]) == (
        *("table merge", THERE, "lost"),
        *(1, 2),
    )


def test_a_second_merge_writes_nothing(recovered: RecoveredSystem) -> None:
    fill(recovered.dynamodb)
    merged(recovered)
    puts = recovered.dynamodb.puts
    counts, _ = merged(recovered)
    assert (recovered.dynamodb.puts, counts[Kind.DUPLICATE]) == (puts, 4)


def test_a_newer_order_that_arrives_meanwhile_stays(recovered: RecoveredSystem) -> None:
    recovered.dynamodb.fill(HERE, O1=1)
    recovered.dynamodb.fill(THERE, O1=2, O2=2)

    def arrive() -> None:
        if recovered.dynamodb.puts:
            recovered.dynamodb.fill(HERE, O1=3, O2=3)

    recovered.dynamodb.interfere = arrive
    counts, _ = merged(recovered)
    assert counts == {Kind.STALE: 2}
    assert dict(recovered.dynamodb.items(HERE)) == {"O1": item("O1", 3), "O2": item("O2", 3)}


def test_a_rate_is_kept_in_small_requests(recovered: RecoveredSystem) -> None:
    recovered.dynamodb.fill(THERE, **{f"O{number}": 1 for number in range(5)})
    assert merged(recovered, rate=1000) == ({Kind.STORED: 5}, [])


def test_a_merge_ends_if_nothing_can_be_stored_and_goes_on_later(recovered: RecoveredSystem) -> None:
    recovered.dynamodb.fill(THERE, **{f"O{number}": 1 for number in range(150)})

    def deny() -> None:
        if recovered.dynamodb.puts:
            raise ClientError({"Error": {"Code": "AccessDeniedException", "Message": "no"}}, "BatchExecuteStatement")

    recovered.dynamodb.interfere = deny
    with pytest.raises(NoAccess) as raised:
        merged(recovered)
    assert str(raised.value).startswith("DynamoDB stored none of 100 orders (An error occurred (AccessDeniedException)")
    assert [record["step"] for record in recovered.logs.records] == ["begun", "stopped"]
    assert recovered.logs.records[1]["transient"] == 100
    recovered.dynamodb.interfere = lambda: None
    assert merged(recovered) == ({Kind.STORED: 150}, [])


class Killed(BaseException):
    """The end of the process."""


def state(tables: FakeTables) -> dict[str, Any]:
    return deepcopy({name: dict(tables.items(name)) for name in (HERE, THERE)})


def kill_at(point: int, tables: FakeTables) -> None:
    """End the process at a request, counted from 1."""
    left = iter(range(point - 1))

    def interfere() -> None:
        if next(left, None) is None:
            raise Killed

    tables.interfere = interfere


def points() -> int:
    """The number of points of a merge at which it can be killed."""
    recovered, seen = RecoveredSystem(), [0]
    fill_many(recovered.dynamodb)

    def count() -> None:
        seen[0] += 1

    recovered.dynamodb.interfere = count
    merged(recovered)
    return seen[0]


def fill_many(tables: FakeTables) -> None:
    fill(tables)
    tables.fill(HERE, **{f"N{number}": 1 for number in range(5)})
    tables.fill(THERE, **{f"N{number}": 2 for number in range(5)}, **{f"T{number}": 1 for number in range(120)})


@pytest.mark.parametrize("point", range(1, points() + 1))
def test_a_merge_that_is_killed_is_finished_by_the_next(recovered: RecoveredSystem, point: int) -> None:
    whole = RecoveredSystem()
    fill_many(whole.dynamodb)
    expected_counts, _ = merged(whole)
    fill_many(recovered.dynamodb)
    kill_at(point, recovered.dynamodb)
    with pytest.raises(Killed):
        merged(recovered)
    recovered.dynamodb.interfere = lambda: None
    counts, _ = merged(recovered)
    assert state(recovered.dynamodb) == state(whole.dynamodb)
    done = {Kind.STORED, Kind.UPDATED, Kind.DUPLICATE}
    assert sum(counts.get(kind, 0) for kind in done) == sum(expected_counts[kind] for kind in done)
