"""Each implementation does what docs/conformance.md says."""

from collections.abc import Iterator

import pytest

from tests.judges.conformance.case import Aws, Service
from tests.judges.conformance.implementations import HAVE, RUNNING, recorded
from tests.support.request_plugin import REQUESTS

JUDGES = {"ElasticMQ": "elasticmq", "LocalStack": "localstack", "DynamoDB Local": "dynamodb_local"}
"""The fixtures that run implementations."""


@pytest.fixture
def aws(request: pytest.FixtureRequest, name: str) -> Iterator[Aws]:
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
    assert REQUESTS.flaws() or service.name != "DynamoDB"  # A case is about a request that is too large.
    assert outcomes == recorded()[service.name][name]
