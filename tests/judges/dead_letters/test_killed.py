"""`orders dlq` killed and stopped at each of its steps, on ElasticMQ. These are the suites of tests/system/."""
# ruff: noqa: F403 - pytest collects the imported tests

from collections.abc import Iterator

import pytest

from ops.clients import Clients
from tests.judges.dead_letters.queues import clients_over
from tests.judges.judge import Judge
from tests.system.cli.dlq.killed.test_archive import *
from tests.system.cli.dlq.killed.test_edit import *
from tests.system.cli.dlq.killed.test_redrive import *
from tests.system.cli.dlq.killed.test_restore import *
from tests.system.cli.dlq.killed.test_stopped import *

pytestmark = pytest.mark.judged(Judge.ELASTICMQ, "dead-letter-tool")


@pytest.fixture(scope="module")
def clients(request: pytest.FixtureRequest) -> Iterator[Clients]:
    with clients_over("elasticmq", request) as clients:
        yield clients
