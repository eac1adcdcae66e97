"""Queues that nothing reads, and the `orders` command in processes that are killed."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from local.emulator import emulator
from tests.support.dead_letters import Desk
from tests.support.killing import Tool, tool

if TYPE_CHECKING:
    from local.aws import Endpoint


@pytest.fixture(scope="module")
def endpoint(worker_id: str) -> "Iterator[Endpoint]":
    with emulator(f"test-killed-{worker_id}") as started:
        yield started


@pytest.fixture(scope="module")
def orders() -> Iterator[Tool]:
    with tool() as forked:
        yield forked


@pytest.fixture
def desk(endpoint: "Endpoint", tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    return Desk.make(endpoint)
