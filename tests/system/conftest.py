from collections.abc import Iterator

import pytest

from local.deployer import deploy
from local.emulator import emulator
from local.pipeline import Pipeline
from tests.support.service_models import read_once

read_once()


@pytest.fixture(scope="session")
def pipeline(worker_id: str) -> Iterator[Pipeline]:
    """The local stack, deployed once for all tests of a worker."""
    with emulator(f"test-{worker_id}") as endpoint:
        yield Pipeline(endpoint, deploy(endpoint))
