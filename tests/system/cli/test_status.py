"""`orders status` on the emulator."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest

from tests.support.command import Orders
from tests.support.orders import body
from tests.support.pipeline import Pipeline
from tests.support.waiting import eventually


def test_the_status_shows_queues_mapping_failures_and_budget(here: Orders, pipeline: Pipeline) -> None:
    pipeline.publish([body(f"T-{uuid4()}", quantity=0)])
    eventually(pipeline.dead_letters, "the dead letter")

    def read() -> dict[str, Any]:
        [answered] = here("status", "--json").json
        return answered

    answered = read()
    queues = {queue["name"]: queue for queue in answered["queues"]}
    assert queues.keys() == {"OrderQueue", "OrderDLQ", "OrderUndelivered", "OrderEventsDLQ"}
    assert queues["OrderDLQ"]["visible"] + queues["OrderDLQ"]["in_flight"] >= 1
    assert (answered["mapping"], answered["notifier_mapping"]) == ("Enabled", "Enabled")
    assert answered["recent_failures"]["quantity must be at least 1"] >= 3
    assert datetime.fromisoformat(answered["last_failure"]) > datetime.now(UTC) - timedelta(hours=1)
    assert answered["delivery_budget"] == pipeline.outputs["deliveryBudget"]
    assert (answered["dashboard_link"], answered["alarm_links"]) == ("", {})  # An emulator has no console.
    assert answered["alarms_since"].keys() == answered["alarms"].keys()
    assert sorted(answered["alarms"]) == sorted(pipeline.outputs["alarmNames"])
    page = here("status").out
    for expected in (
        "OrderDLQ",
        "Enabled",
        "alarms",
        "x quantity must be at least 1",
        "last failed attempt",
        "orders are retried for at least",
        "orders a second",
    ):
        assert expected in page


def test_the_status_is_watched_until_it_is_stopped(here: Orders, monkeypatch: pytest.MonkeyPatch) -> None:
    looks: list[float] = []

    def stop_after_two(seconds: float) -> None:
        looks.append(seconds)
        if len(looks) == 2:
            raise KeyboardInterrupt

    monkeypatch.setattr("ops.cli.terminal.time", SimpleNamespace(sleep=stop_after_two))
    ran = here("status", "--watch")
    assert ran.code == 130
    assert "OrderQueue" in ran.out
