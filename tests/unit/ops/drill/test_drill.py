"""Drills on a system in memory, with a topic that stores orders at once. The other faults need the emulator."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from handler.item import item_of
from handler.order import InvalidOrder, parse_order
from ops.drill import record
from ops.drill.drill import PUBLISHED_ORDERS, check_drill, start_drill
from ops.drill.faults import FAULTS, fault_of
from ops.drill.record import Drill, one_at_a_time, read_drill, save_drill
from ops.errors import InvalidInput, NothingDone
from ops.samples import invalid_orders
from ops.system import System
from tests.support.fake_system import FakeDLQ, FakeSystem, FakeTable

SEED = next(seed for seed in count() if fault_of(seed) is FAULTS[0])
"""A drill that changes nothing in the system, and sends invalid orders."""


class Killed(BaseException):
    """The end of the process."""


@dataclass
class StoringTopic:
    """A topic whose valid orders are in the table at once, and whose invalid ones are dead letters at once."""

    table: FakeTable
    dlq: FakeDLQ
    requests_until_killed: int = 1000
    bodies: list[str] = field(default_factory=list)

    def publish_batch(self, *, PublishBatchRequestEntries: Sequence[Any], **_: object) -> dict[str, Any]:  # noqa: N803 - boto3's
        self.requests_until_killed -= 1
        if self.requests_until_killed < 0:
            raise Killed
        for entry in PublishBatchRequestEntries:
            self._publish(entry["Message"])
        return {"Failed": []}

    def _publish(self, body: str) -> None:
        self.bodies.append(body)
        try:
            order = parse_order(body)
        except InvalidOrder:
            self.dlq.add(f"m{len(self.bodies)}", body, {})
        else:
            self.table.items[order.order_id] = dict(item_of(order))


@dataclass
class Drilled:
    """A system in memory, and what a test changes in it."""

    fake: FakeSystem
    topic: StoringTopic
    system: System


@pytest.fixture
def drilled(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Drilled:
    monkeypatch.setattr(record, "RECORD", tmp_path / "drill.json")
    fake = FakeSystem()
    topic, system = StoringTopic(fake.table, fake.sqs), fake.system()
    vars(system.clients)["sns"] = topic
    return Drilled(fake, topic, system)


def test_a_drill_ends_when_all_of_its_orders_are_stored_and_the_queues_are_empty(drilled: Drilled) -> None:
    started = start_drill(drilled.system, SEED, otherwise=0)
    assert len(started.orders) == PUBLISHED_ORDERS
    _, problems = check_drill(drilled.system)
    assert problems[0] == f"OrderQueue contains {len(list(invalid_orders()))} messages"

    drilled.fake.sqs.messages.clear()
    checked, problems = check_drill(drilled.system)
    assert (len(checked.orders), problems) == (PUBLISHED_ORDERS + 1, [])
    with pytest.raises(NothingDone, match="there is no drill"):
        check_drill(drilled.system)


@pytest.mark.parametrize("change", [None, {"quantity": {"N": "99"}}], ids=["missing", "changed"])
def test_an_order_that_is_lost_or_changed_is_named(drilled: Drilled, change: dict[str, Any] | None) -> None:
    lost = json.loads(start_drill(drilled.system, SEED, otherwise=0).orders[3])["orderId"]
    drilled.fake.sqs.messages.clear()
    item = drilled.fake.table.items.pop(lost)
    if change:
        drilled.fake.table.items[lost] = item | change
    _, problems = check_drill(drilled.system)
    assert problems == [f"order {lost} is neither in a queue nor in the table as it was published"]


def test_the_order_of_a_check_must_not_be_lost_either(drilled: Drilled) -> None:
    start_drill(drilled.system, SEED, otherwise=0)
    drilled.fake.sqs.messages.clear()
    drilled.topic.requests_until_killed = 0
    with pytest.raises(Killed):
        check_drill(drilled.system)
    drilled.topic.requests_until_killed = 1000
    checked, problems = check_drill(drilled.system)
    [problem] = problems
    assert json.loads(checked.orders[PUBLISHED_ORDERS])["orderId"] in problem


def test_a_drill_that_was_killed_is_completed_with_its_own_seed_and_orders(drilled: Drilled) -> None:
    drilled.topic.requests_until_killed = 0
    with pytest.raises(Killed):
        start_drill(drilled.system, SEED, otherwise=0)
    with pytest.raises(NothingDone, match="was interrupted"):
        check_drill(drilled.system)
    with pytest.raises(NothingDone, match="under way"):
        start_drill(drilled.system, SEED + 1, otherwise=0)
    drilled.topic.requests_until_killed = 1000
    completed = start_drill(drilled.system, None, otherwise=SEED + 1)
    assert (completed.seed, completed.is_complete) == (SEED, True)
    assert drilled.topic.bodies[:PUBLISHED_ORDERS] == completed.orders


def test_a_drill_under_way_is_not_started_again(drilled: Drilled) -> None:
    start_drill(drilled.system, SEED, otherwise=0)
    published = len(drilled.topic.bodies)
    for seed in None, SEED:
        with pytest.raises(NothingDone, match="under way"):
            start_drill(drilled.system, seed, otherwise=SEED)
    assert len(drilled.topic.bodies) == published


def test_two_commands_do_not_work_on_a_drill_at_the_same_time(drilled: Drilled) -> None:
    with one_at_a_time():
        for command in (lambda: start_drill(drilled.system, SEED, otherwise=0), lambda: check_drill(drilled.system)):
            with pytest.raises(NothingDone, match="is at work"):
                command()
    assert drilled.topic.bodies == []
    assert start_drill(drilled.system, SEED, otherwise=0).is_complete


def test_a_drill_starts_only_with_empty_queues(drilled: Drilled) -> None:
    drilled.fake.sqs.add("m1", "{}", {})
    with pytest.raises(NothingDone, match="OrderQueue contains 1 message:"):
        start_drill(drilled.system, SEED, otherwise=0)
    assert drilled.topic.bodies == []


@pytest.mark.parametrize("url", [None, "http://10.0.0.1:4566", "https://sqs.eu-west-1.amazonaws.com"])
def test_a_drill_refuses_everything_but_the_system_on_this_machine(drilled: Drilled, url: str | None) -> None:
    other = drilled.fake.system(url)
    with pytest.raises(InvalidInput, match="only on the system of `orders local`"):
        start_drill(other, SEED, otherwise=0)
    with pytest.raises(InvalidInput, match="only on the system of `orders local`"):
        check_drill(other)
    assert drilled.topic.bodies == []


def test_a_drill_refuses_a_deployed_stack_on_an_emulator(drilled: Drilled) -> None:
    with pytest.raises(InvalidInput, match="only on the system of `orders local`"):
        start_drill(replace(drilled.system, is_deployed=True), SEED, otherwise=0)
    assert drilled.topic.bodies == []


def test_every_fault_has_a_seed_and_a_seed_has_one_fault() -> None:
    assert {fault_of(seed).what for seed in range(100)} == {fault.what for fault in FAULTS}
    assert all(fault_of(seed) is fault_of(seed) for seed in range(100))


DRILL = Drill(system_id="here 1", seed=1, orders=["{}"], is_complete=True)


def test_the_record_of_a_system_that_ended_is_none(drilled: Drilled) -> None:
    save_drill(DRILL)
    assert read_drill("here 1") == DRILL
    assert read_drill("here 2") is None
    assert start_drill(drilled.system, SEED, otherwise=0).seed == SEED


@pytest.mark.parametrize("damaged", [b"", b"\xff", b"[]", b'{"system_id": "here 1"}', b'{"system_id": "here 1", "see'])
def test_a_damaged_record_is_none(drilled: Drilled, damaged: bytes) -> None:
    record.RECORD.write_bytes(damaged)
    assert read_drill("here 1") is None
    assert start_drill(drilled.system, SEED, otherwise=0).seed == SEED
