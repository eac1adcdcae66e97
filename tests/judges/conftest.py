import os
from collections.abc import Callable
from typing import TypeVar

import pytest

from tests.judges.kits import Missing

WANTED = "ORDERS_TEST_JUDGES"
"""The environment variable that `make test-judges` sets to run these tests."""
ALL = "ORDERS_ALL_JUDGES"
"""The environment variable with which a missing judge is a failure."""

Found = TypeVar("Found")


def pytest_runtest_setup() -> None:
    if not os.environ.get(WANTED):
        pytest.skip("needs judges that `make test-judges` installs")


@pytest.fixture(scope="session")
def have() -> Callable[[Callable[[], Found]], Found]:
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
