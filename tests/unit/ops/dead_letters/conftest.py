"""Fixtures for tests over moto's SQS."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from moto import mock_aws

from ops.dead_letters.journal import Journal, journal
from tests.support.memory_system import MemorySystem
from tests.support.recording_sqs import RecordingSQS


@pytest.fixture
def sqs(monkeypatch: pytest.MonkeyPatch) -> Iterator[RecordingSQS]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "moto")
    with mock_aws():
        yield RecordingSQS()


@pytest.fixture
def written(tmp_path: Path) -> Iterator[Journal]:
    with journal(tmp_path / "run.jsonl") as opened:
        yield opened


@pytest.fixture
def memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> MemorySystem:
    """A system in memory without dead letters. Its journals are in the temporary folder."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return MemorySystem()
