import os
from collections.abc import Callable, Iterator
from typing import Protocol, TypeVar

import pytest

from tests.judges.dynamodb_local import installed_dynamodb_local, running_dynamodb_local
from tests.judges.elasticmq import installed_elasticmq, running_elasticmq
from tests.judges.kits import Missing
from tests.judges.localstack import installed_localstack, running_localstack

WANTED = "ORDERS_TEST_JUDGES"
"""The environment variable that `make test-judges` sets to run these tests."""
ALL = "ORDERS_ALL_JUDGES"
"""The environment variable with which a missing judge is a failure."""

Found = TypeVar("Found")


def pytest_runtest_setup() -> None:
    if not os.environ.get(WANTED):
        pytest.skip("needs judges that `make test-judges` installs")


class Have(Protocol):
    """What the fixture `have` returns."""

    def __call__(self, kit: Callable[[], Found]) -> Found: ...


@pytest.fixture(scope="session")
def have() -> Have:
    """Return what installs or starts a judge. Without the judge, the tests that need it are skipped with the reason."""

    def find(kit: Callable[[], Found]) -> Found:
        try:
            return kit()
        except Missing as missing:
            reason = f"{kit.__name__}: {missing}"
            if os.environ.get(ALL):
                pytest.fail(reason)
            pytest.skip(reason)

    return find


@pytest.fixture(scope="session")
def elasticmq(have: Have) -> Iterator[str]:
    with running_elasticmq(have(installed_elasticmq)) as url:
        yield url


@pytest.fixture(scope="session")
def localstack(have: Have) -> Iterator[str]:
    """LocalStack without functions. tests/judges/whole starts servers of its own."""
    with running_localstack(have(installed_localstack)) as url:
        yield url


@pytest.fixture(scope="session")
def dynamodb_local(have: Have) -> Iterator[str]:
    with running_dynamodb_local(have(installed_dynamodb_local)) as url:
        yield url
