from collections.abc import Iterator

import pytest

from local.deployer import deploy
from ops.clients import local_clients
from tests.judges.aws_lambda.bootstrap import installed_bootstrap_of_this_python
from tests.judges.conftest import Have
from tests.judges.dynamodb_local import installed_dynamodb_local
from tests.judges.localstack import installed_localstack, running_localstack_with_functions
from tests.support.pipeline import Pipeline


@pytest.fixture(scope="module")
def pipeline(have: Have) -> Iterator[Pipeline]:
    """A system on servers of its own: its event source mappings receive from queues that other tests deploy, too."""
    kits = (have(installed_localstack), have(installed_bootstrap_of_this_python), have(installed_dynamodb_local))
    with running_localstack_with_functions(*kits) as url:
        clients = local_clients(url)
        yield Pipeline(clients, deploy(clients))
