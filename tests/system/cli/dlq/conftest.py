"""Fixtures for tests that run `orders dlq` on a running pipeline."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from ops.cli import terminal
from ops.cli.dlq import looking
from ops.dead_letters.timing import Timing
from tests.support.command import CommandResult, Orders, find_system, run_orders
from tests.support.dead_letters import OrderQueues
from tests.support.pipeline import Pipeline
from tests.support.waiting import eventually


@pytest.fixture
def queues(pipeline: Pipeline) -> Iterator[OrderQueues]:
    """The queues of the worker's pipeline. OrderDLQ and OrderUndelivered are empty before and after the test."""
    queues = OrderQueues(clients=pipeline.clients, outputs=pipeline.outputs)
    clear(queues)
    yield queues
    clear(queues)


def clear(queues: OrderQueues) -> None:
    eventually(lambda: not queues.hidden(queues.source) + queues.visible(queues.source), "an empty queue")
    for url in (queues.dead_letters, queues.undelivered.dead_letters):
        queues.clients.sqs.purge_queue(QueueUrl=url)


@pytest.fixture
def dlq(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path, queues: OrderQueues
) -> Orders:
    """Run `orders dlq` on the running pipeline."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setattr(terminal.console, "_width", 200)
    # The emulator has one server, so a short poll sees all messages.
    monkeypatch.setattr(looking, "TIMING", Timing(poll_seconds=0, check_seconds=0.2))
    find_system(monkeypatch, tmp_path, queues.clients.emulator_url, queues.outputs)

    def run(*arguments: str, stdin: str = "") -> CommandResult:
        return run_orders(monkeypatch, capsys, "dlq", *arguments, stdin=stdin)

    return run
