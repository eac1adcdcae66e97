"""The `orders` command, with and without a system on this machine."""

from pathlib import Path

import pytest

from ops import local_system
from ops.local_system import LocalSystem, save_local_system
from tests.support.command import CommandResult, Orders, run_orders
from tests.support.pipeline import Pipeline


@pytest.fixture
def orders(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Orders:
    """Run the command while no system runs on this machine."""
    monkeypatch.setattr(local_system, "RECORD", tmp_path / "running.json")

    def run(*arguments: str, stdin: str = "") -> CommandResult:
        return run_orders(monkeypatch, capsys, *arguments, stdin=stdin)

    return run


@pytest.fixture
def here(orders: Orders, pipeline: Pipeline) -> Orders:
    """Run the command while a system runs on this machine."""
    save_local_system(LocalSystem(url=pipeline.clients.emulator_url, outputs=pipeline.outputs))
    return orders
