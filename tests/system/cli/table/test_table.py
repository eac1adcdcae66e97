"""A table of orders on the emulator is restored, compared and merged. The emulator restores what is there now."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from handler.item import item_of
from local.emulator import emulator
from ops.cli.exit_codes import Exit
from ops.clients import Clients
from tests.support.command import CommandResult, Orders, find_system, run_orders
from tests.support.dead_letters import OrderQueues
from tests.support.killing import ForkedCommand, forked_command
from tests.support.orders import order

KILLED = -9


@pytest.fixture(scope="module")
def clients(worker_id: str) -> Iterator[Clients]:
    with emulator(f"test-table-{worker_id}") as started:
        yield started


@pytest.fixture
def queues(clients: Clients) -> OrderQueues:
    """A system whose table has point-in-time recovery."""
    queues = OrderQueues.make(clients)
    clients.dynamodb.update_continuous_backups(
        TableName=queues.outputs["tableName"], PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True}
    )
    return queues


@pytest.fixture
def orders(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path, queues: OrderQueues
) -> Orders:
    find_system(monkeypatch, tmp_path, queues.clients.emulator_url, queues.outputs)

    def run(*arguments: str, stdin: str = "") -> CommandResult:
        return run_orders(monkeypatch, capsys, *arguments, stdin=stdin)

    return run


Store = Callable[..., None]


@pytest.fixture
def store(queues: OrderQueues) -> Store:
    """Put orders into the table, each with a second of its timestamp. None deletes one."""

    def put(*, quantity: int = 1, **seconds: int | None) -> None:
        dynamodb, table = queues.clients.dynamodb, queues.outputs["tableName"]
        for order_id, second in seconds.items():
            if second is None:
                dynamodb.delete_item(TableName=table, Key={"orderId": {"S": order_id}})
            else:
                version = order(order_id, timestamp=f"2026-11-24T16:00:{second:02}Z", quantity=quantity)
                dynamodb.put_item(TableName=table, Item=item_of(version))

    return put


def restored(orders: Orders) -> str:
    ran = orders("table", "restore", "--to", "latest", "--confirm", "--json")
    assert ran.code == Exit.DONE, ran
    return str(ran.json[0]["table"])


def counts(ran: CommandResult) -> Mapping[str, int]:
    return {name: count for name, count in ran.json[0]["counts"].items() if count}


def items_of(queues: OrderQueues) -> Mapping[str, Any]:
    found = queues.clients.dynamodb.scan(TableName=queues.outputs["tableName"])["Items"]
    return {item["orderId"]["S"]: item for item in found}


def test_lost_orders_come_back_and_newer_ones_stay(orders: Orders, queues: OrderQueues, store: Store) -> None:
    store(lost=1, damaged=2, later=1, equal=1, disputed=1)
    dry = orders("table", "restore", "--to", "latest")
    assert (dry.code, dry.out.splitlines()[-1]) == (Exit.DONE, "nothing was restored: add --confirm to do it")
    assert orders("dlq", "history").code == Exit.INCOMPLETE
    before, table = items_of(queues), restored(orders)

    assert orders("table", "compare", table).code == Exit.DONE
    store(lost=None, damaged=1, later=2, fresh=1)
    store(disputed=1, quantity=5)
    ran = orders("table", "compare", table, "--json")
    assert (ran.code, counts(ran)) == (
        Exit.INCOMPLETE,
        {
            "only there": 1,
            "newer there": 1,
            "older there": 1,
            "conflicting": 1,
            "equal": 1,
            "only here": 1,
        },
    )
    lines = orders("table", "compare", table).out.splitlines()
    assert lines[0] == f"here: {queues.outputs['tableName']}, there: {table}"
    assert "newer there     1           damaged (here 2026-11-24T16:00:01, there 2026-11-24T16:00:02)" in lines

    dry = orders("table", "merge", table)
    assert dry.out.splitlines() == [
        "would store 2 orders: 1 new, 1 in place of an older version",
        "left as it is: 1 equal, 1 older than in the table, 1 in conflict",
        "nothing was stored: add --confirm to do it",
    ]
    now = items_of(queues)
    ran = orders("table", "merge", table, "--confirm", "--reason", "a script")
    assert (ran.code, ran.out.splitlines()[0]) == (
        Exit.INCOMPLETE,
        "stored 2 orders: 1 new, 1 in place of an older version",
    )
    assert ran.err == "not merged: disputed: the stored order has the same timestamp but different content\n"
    assert items_of(queues) == {**now, "lost": before["lost"], "damaged": before["damaged"]}
    again = orders("table", "merge", table, "--confirm", "--json")
    assert counts(again) == {"duplicate": 3, "stale": 1, "conflict": 1}
    history = orders("dlq", "history", "--json").json
    assert [(one["history"], one["step"], one["why"]) for one in history[:4]] == [
        *(("table restore", step, "") for step in ("begun", "ended")),
        *(("table merge", step, "a script") for step in ("begun", "ended")),
    ]


def test_a_table_is_restored_once(orders: Orders) -> None:
    named = ("table", "restore", "--to", "latest", "--table", "Saved", "--confirm")
    assert "table compare Saved" in orders(*named).out
    ran = orders(*named)
    assert (ran.code, ran.err) == (
        Exit.INCOMPLETE,
        "the table Saved exists already, and is ACTIVE: compare it, or name another one\n",
    )


@pytest.mark.parametrize("time", ["yesterday", "", "300d"])
def test_a_time_that_cannot_be_restored_is_refused(orders: Orders, time: str) -> None:
    ran = orders("table", "restore", "--to", time, "--confirm")
    assert (ran.code, ran.out) == (Exit.USAGE, "")


@pytest.mark.parametrize("command", ["compare", "merge"])
def test_a_table_that_does_not_exist_is_named(orders: Orders, command: str) -> None:
    ran = orders("table", command, "Nothing")
    assert (ran.code, ran.err) == (Exit.INCOMPLETE, "there is no table Nothing in us-east-1\n")


# The points of a merge of six new and three newer orders: before and after each request that writes.
MERGE_POINTS = 8


@pytest.fixture(scope="module")
def killed() -> Iterator[ForkedCommand]:
    with forked_command() as forked:
        yield forked


@pytest.mark.parametrize("point", range(1, MERGE_POINTS + 2))
def test_a_merge_that_is_killed_is_finished_by_the_next(
    orders: Orders, killed: ForkedCommand, queues: OrderQueues, store: Store, tmp_path: Path, point: int
) -> None:
    new, newer = [f"new{number}" for number in range(6)], [f"newer{number}" for number in range(3)]
    store(**dict.fromkeys(new, 1), **dict.fromkeys(newer, 2), later=1)
    expected, table = dict(items_of(queues)), restored(orders)
    store(**dict.fromkeys(new), **dict.fromkeys(newer, 1), later=2)
    expected["later"] = items_of(queues)["later"]
    command = ("table", "merge", table, "--confirm")
    ran = killed(queues, tmp_path, *command, kill_at=point)
    assert ran.code == (KILLED if point <= MERGE_POINTS else Exit.DONE), ran
    assert ran.points == min(point, MERGE_POINTS)
    ended = killed(queues, tmp_path, *command)
    assert (ended.code, items_of(queues)) == (Exit.DONE, expected), ended
