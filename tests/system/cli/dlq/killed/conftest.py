"""Queues that no function reads, and the `orders` command in processes that a test kills."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from local.emulator import emulator
from tests.support.dead_letters import OrderQueues
from tests.support.killing import ForkedCommand, forked_command

if TYPE_CHECKING:
    from ops.clients import Clients


@pytest.fixture(scope="module")
def clients(worker_id: str) -> "Iterator[Clients]":
    with emulator(f"test-killed-{worker_id}") as started:
        yield started


@pytest.fixture(scope="session")
def orders() -> Iterator[ForkedCommand]:
    with forked_command() as forked:
        yield forked


@pytest.fixture
def queues(clients: "Clients", tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> OrderQueues:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    return OrderQueues.make(clients)
