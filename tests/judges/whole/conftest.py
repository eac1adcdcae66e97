from collections.abc import Iterator

import pytest

from local.deployer import deploy
from ops.clients import local_clients
from tests.judges.conftest import Have
from tests.judges.localstack import installed_localstack_with_functions, running_localstack_with_functions
from tests.support.pipeline import Pipeline


@pytest.fixture(scope="module")
def pipeline(have: Have) -> Iterator[Pipeline]:
    """A system on servers of its own: its event source mappings receive from queues that other tests deploy, too."""
    with running_localstack_with_functions(have(installed_localstack_with_functions)) as url:
        clients = local_clients(url)
        yield Pipeline(clients, deploy(clients))
