"""The `orders` command, with and without a system on this machine."""

from pathlib import Path

import pytest

from local import running
from local.pipeline import Pipeline
from local.running import Running, note
from tests.support.command import CommandResult, Orders, run_orders


@pytest.fixture
def orders(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Orders:
    """Runs the command, with nothing running on this machine."""
    monkeypatch.setattr(running, "NOTE", tmp_path / "running.json")

    def run(*arguments: str, stdin: str = "") -> CommandResult:
        return run_orders(monkeypatch, capsys, *arguments, stdin=stdin)

    return run


@pytest.fixture
def here(orders: Orders, pipeline: Pipeline) -> Orders:
    """Runs the command beside a running system."""
    note(Running(url=pipeline.endpoint.url, outputs=pipeline.outputs))
    return orders
