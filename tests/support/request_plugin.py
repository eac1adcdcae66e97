"""A plugin of pytest: a test fails if it or its fixtures send a request that AWS's service models do not allow."""

from collections.abc import Generator

import pytest

from tests.support.valid_request import RequestCheck

REQUESTS = RequestCheck()


def pytest_configure() -> None:
    REQUESTS.install()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call() -> Generator[None, object, object]:
    result = yield
    if found := REQUESTS.flaws():
        pytest.fail("\n".join(found), pytrace=False)
    return result
