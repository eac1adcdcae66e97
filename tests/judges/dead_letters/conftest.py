from collections.abc import Iterator

import pytest

from ops.clients import Clients
from tests.judges.dead_letters.queues import clients_over, judges_of
from tests.system.cli.dlq.conftest import dlq
from tests.system.cli.dlq.killed.conftest import orders, queues

__all__ = ["dlq", "orders", "queues"]


@pytest.fixture(scope="module", params=judges_of("dead-letter-tool"))
def clients(request: pytest.FixtureRequest) -> Iterator[Clients]:
    with clients_over(request.param, request) as clients:
        yield clients
