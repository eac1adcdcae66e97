from collections.abc import Iterator

import pytest

from tests.judges.deployed.system import deployed_on
from tests.support.pipeline import Pipeline


@pytest.fixture(scope="module")
def pipeline(localstack: str, worker_id: str) -> Iterator[Pipeline]:
    with deployed_on(localstack, f"test-deployed-{worker_id}") as pipeline:
        yield pipeline
