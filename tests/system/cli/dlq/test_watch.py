"""`orders dlq watch` on the emulator."""

from types import SimpleNamespace

import pytest

from tests.support.command import Orders
from tests.support.dead_letters import OrderQueues, new_id, poison
from tests.support.orders import body
from tests.support.pipeline import Pipeline


def test_both_queues_and_the_failures_are_watched_and_no_letter_is_hidden(
    dlq: Orders, queues: OrderQueues, pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    order_id = new_id()
    poison(pipeline, queues, body(order_id, quantity=0))
    hidden: list[int] = []

    def stop_at_the_second(_seconds: float) -> None:
        hidden.append(queues.hidden(queues.dead_letters))
        if len(hidden) == 2:
            raise KeyboardInterrupt

    monkeypatch.setattr("ops.cli.terminal.time", SimpleNamespace(sleep=stop_at_the_second))
    ran = dlq("watch")
    assert ran.code == 130
    assert hidden == [0, 0]
    for expected in ("OrderQueue", "OrderDLQ", "OrderUndelivered", "quantity must be at least 1", order_id, "3 of 3"):
        assert expected in ran.out
