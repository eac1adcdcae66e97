from collections.abc import Iterator

import pytest
from botocore.loaders import JSONFileLoader

from local.deployer import deploy
from local.emulator import emulator
from ops.clients import Clients
from tests.support.pipeline import Pipeline
from tests.support.service_models import load_file


@pytest.fixture(scope="session")
def pipeline(worker_id: str) -> Iterator[Pipeline]:
    """The local stack on an emulator, deployed once per worker."""
    with emulator(f"test-{worker_id}") as clients:
        yield Pipeline(clients, deploy(clients))


@pytest.fixture(autouse=True)
def service_models(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep botocore's service models in memory between tests."""
    monkeypatch.setattr(JSONFileLoader, "load_file", load_file)


@pytest.fixture(scope="module")
def clients(worker_id: str) -> Iterator[Clients]:
    """Clients of an emulator without the stack."""
    with emulator(f"test-dynamodb-{worker_id}") as started:
        yield started
