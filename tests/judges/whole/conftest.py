from collections.abc import Iterator

import pytest

from local.deployer import deploy
from ops.clients import local_clients
from tests.support.pipeline import Pipeline


@pytest.fixture(scope="module")
def pipeline(localstack: str) -> Iterator[Pipeline]:
    clients = local_clients(localstack)
    yield Pipeline(clients, deploy(clients))
    # Other tests deploy queues with the same names, and receive from them.
    for mapping in clients.lambda_.list_event_source_mappings()["EventSourceMappings"]:
        clients.lambda_.delete_event_source_mapping(UUID=mapping["UUID"])
