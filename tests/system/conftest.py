import os
from collections.abc import Iterator

import pytest
from botocore.loaders import JSONFileLoader

from local.deployer import deploy
from local.emulator import emulator
from ops.clients import Clients, local_clients
from tests.dynamodb_local import DYNAMODB_LOCAL
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


@pytest.fixture(scope="module", params=["emulator", "DynamoDB Local"])
def clients(request: pytest.FixtureRequest, worker_id: str) -> Iterator[Clients]:
    """Clients of the emulator and, if its URL is set, of AWS's DynamoDB Local."""
    if request.param == "emulator":
        with emulator(f"test-dynamodb-{worker_id}") as started:
            yield started
    elif DYNAMODB_LOCAL in os.environ:
        yield local_clients(os.environ[DYNAMODB_LOCAL])
    else:
        pytest.skip("needs DynamoDB Local, which `make test-dynamodb` starts if Java and Maven are installed")
