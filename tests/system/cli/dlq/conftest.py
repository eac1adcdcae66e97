"""`orders dlq` beside a running pipeline, whose dead letters are the test's own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from local import running
from local.pipeline import Pipeline
from local.running import Running, note
from ops import terminal
from tests.support.command import CommandResult, Orders, run_orders
from tests.support.dead_letters import OrderQueues
from tests.support.waiting import eventually


@pytest.fixture
def queues(pipeline: Pipeline) -> Iterator[OrderQueues]:
    """The worker's pipeline, whose dead letters are this test's alone, and gone at its end."""
    queues = OrderQueues(endpoint=pipeline.endpoint, outputs=pipeline.outputs)
    clear(queues)
    yield queues
    clear(queues)


def clear(queues: OrderQueues) -> None:
    eventually(lambda: not queues.hidden(queues.source) + queues.visible(queues.source), "an empty queue")
    queues.endpoint.sqs.purge_queue(QueueUrl=queues.dead_letters)


@pytest.fixture
def dlq(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path, queues: OrderQueues
) -> Orders:
    """Runs `orders dlq` beside the running pipeline."""
    monkeypatch.setattr(running, "NOTE", tmp_path / "running.json")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setattr(terminal.console, "_width", 200)
    monkeypatch.setattr("ops.dead_letters.look.POLL_SECONDS", 0)  # The emulator has one server, which answers at once.
    monkeypatch.setattr("ops.dead_letters.redrive.LOOK_SECONDS", 0.2)
    note(Running(url=queues.endpoint.url, outputs=queues.outputs))

    def run(*arguments: str, stdin: str = "") -> CommandResult:
        return run_orders(monkeypatch, capsys, "dlq", *arguments, stdin=stdin)

    return run
