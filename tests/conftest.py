"""Settings for all tests. A test that passes without an assertion fails."""

import os
import sys
from collections.abc import Generator

import pytest
from _pytest.assertion.rewrite import AssertionRewritingHook

pytest_plugins = ["pytester", "tests.support.request_plugin"]
pytest.register_assert_rewrite(
    "tests.support.dynamodb_suite", "tests.support.store_suite", "tests.support.stream_suite"
)

_ASSERTED = pytest.StashKey[bool]()

# pytest rewrites the assertions of its plugins too. With the hook below it would report every assertion in Hypothesis's
# inner loops, and property tests would take a hundred times as long.
for finder in sys.meta_path:
    if isinstance(finder, AssertionRewritingHook):
        finder._must_rewrite.discard("hypothesis")

from hypothesis import HealthCheck, settings  # noqa: E402 - after the loop, so that pytest does not rewrite it

# By default, Hypothesis fails an example that takes 200 ms, and slow generation. On a busy machine, neither is a fault.
# CI always tries the same examples, so that only a change makes it fail. New examples are for `make test` elsewhere.
settings.register_profile(
    "orders", deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize="CI" in os.environ
)
settings.load_profile("orders")


def pytest_assertion_pass(item: pytest.Item) -> None:
    item.stash[_ASSERTED] = True


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, None, None]:
    item.stash[_ASSERTED] = False  # assertions of fixtures do not count
    result = yield
    if not item.stash[_ASSERTED]:
        pytest.fail("the test passed without asserting anything", pytrace=False)
    return result
