"""Each implementation does what docs/conformance.md says."""

from collections.abc import Iterator

import pytest

from tests.judges.aws_lambda.bootstrap import installed_bootstrap_of_this_python
from tests.judges.conformance.case import Aws, Service
from tests.judges.conformance.implementations import HAVE, LAMBDA_RUNTIME, RUNNING, recorded
from tests.judges.conftest import Have
from tests.judges.localstack import installed_localstack_with_functions, running_localstack_with_functions
from tests.support.request_plugin import REQUESTS

JUDGES = {"ElasticMQ": "elasticmq", "LocalStack": "localstack_with_functions", "DynamoDB Local": "dynamodb_local"}
"""The fixtures that run implementations."""


@pytest.fixture(scope="module")
def localstack_with_functions(have: Have) -> Iterator[str]:
    with running_localstack_with_functions(have(installed_localstack_with_functions)) as url:
        yield url


@pytest.fixture
def aws(request: pytest.FixtureRequest, have: Have, name: str) -> Iterator[Aws]:
    if name == LAMBDA_RUNTIME:
        have(installed_bootstrap_of_this_python)
    if name in JUDGES:
        yield Aws(request.getfixturevalue(JUDGES[name]))
        return
    with RUNNING[name]() as running:
        yield running


@pytest.mark.parametrize(
    ("name", "service"),
    [pytest.param(name, service, id=f"{name}-{service.name}") for name, found in HAVE.items() for service in found],
)
def test_an_implementation_does_what_the_page_says(aws: Aws, name: str, service: Service) -> None:
    outcomes = service.outcomes(aws)
    REQUESTS.flaws()  # Nothing fails for them: cases try what AWS refuses, too.
    assert outcomes == recorded()[service.name][name]
