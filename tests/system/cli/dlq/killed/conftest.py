"""Queues that nothing reads, and the `orders` command in processes that are killed."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from local.emulator import emulator
from tests.support.dead_letters import OrderQueues
from tests.support.killing import ForkedCommand, forked_command

if TYPE_CHECKING:
    from local.aws import Endpoint


@pytest.fixture(scope="session")
def endpoint(worker_id: str) -> "Iterator[Endpoint]":
    with emulator(f"test-killed-{worker_id}") as started:
        yield started


@pytest.fixture(scope="session")
def orders() -> Iterator[ForkedCommand]:
    with forked_command() as forked:
        yield forked


@pytest.fixture
def queues(endpoint: "Endpoint", tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> OrderQueues:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    return OrderQueues.make(endpoint)
