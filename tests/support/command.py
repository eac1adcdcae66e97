"""The `orders` command, run in the process of the test."""

import io
import json
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from ops import local_system
from ops.cli.exit_codes import Exit
from ops.cli.main import main
from ops.local_system import LocalSystem, save_local_system
from tests.support.orders import body
from tests.support.pipeline import Pipeline
from tests.support.waiting import eventually


@dataclass(frozen=True)
class CommandResult:
    """Exit code and output of a command."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.out.splitlines()]


Orders = Callable[..., CommandResult]
"""Runs the command with these arguments. The keyword `stdin` is its standard input."""


def run_orders(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *arguments: str, stdin: str = ""
) -> CommandResult:
    monkeypatch.setattr(sys, "argv", ["orders", *arguments])
    monkeypatch.setattr(sys, "stdin", io.StringIO(stdin))
    capsys.readouterr()
    try:
        main()
        code = 0
    except SystemExit as ended:
        code = int(ended.code or 0)
    printed = capsys.readouterr()
    return CommandResult(code, printed.out, printed.err)


def find_system(monkeypatch: pytest.MonkeyPatch, folder: Path, url: str, outputs: Mapping[str, Any]) -> None:
    """Let commands find a system as the one that runs on this machine. The record of it is in a folder of the test."""
    monkeypatch.setattr(local_system, "RECORD", folder / "running.json")
    save_local_system(LocalSystem(url=url, outputs=outputs))


def stored_order(here: Orders, pipeline: Pipeline, **changes: object) -> str:
    """Publish an order with `orders publish`, and return its id when the table contains it."""
    order_id = f"T-{uuid4()}"
    assert here("publish", "-", stdin=body(order_id, **changes)).code == Exit.DONE
    eventually(lambda: pipeline.order(order_id), "the order in the table")
    return order_id
