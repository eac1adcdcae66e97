"""A plugin of pytest: a test fails if it or its fixtures send a request that AWS's service models do not allow.

A flaw fails the phase of the test in which the request was sent: its setup, its call or its teardown. A request after
the last test fails the run.

The requests of other processes are not seen. Each has its like in this process: the local deployer runs here, and so
do the commands in tests/system/cli/ and tests/unit/ops/. The store of the processor runs in tests/system/test_store.py.
The fakes of the functions' unit tests call `check_request` for the requests to SNS and SQS. Pulumi's provider is not
part of this project.
"""

from collections.abc import Generator
from typing import Any

import pytest

from tests.support.valid_request import RequestCheck

REQUESTS = RequestCheck()
LEFT = pytest.StashKey[list[str]]()
"""The flaws of requests after the last test, those of the workers of pytest-xdist included."""
OF_WORKER = "flaws"


def pytest_configure(config: pytest.Config) -> None:
    REQUESTS.install()
    config.stash[LEFT] = []


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup() -> Generator[None, object, object]:
    return (yield from _checked())


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call() -> Generator[None, object, object]:
    return (yield from _checked())


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown() -> Generator[None, object, object]:
    return (yield from _checked())


def _checked() -> Generator[None, object, object]:
    """Fail the phase of a test for the flaws of its requests. A phase that fails anyway shows them with its error."""
    try:
        result = yield
    except BaseException as error:
        for flaw in REQUESTS.flaws():
            error.add_note(flaw)
        raise
    if found := REQUESTS.flaws():
        pytest.fail("\n".join(found), pytrace=False)
    return result


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Take the flaws of a worker of pytest-xdist, which has ended."""
    node.config.stash[LEFT].extend(getattr(node, "workeroutput", {}).get(OF_WORKER, []))


def pytest_sessionfinish(session: pytest.Session) -> None:
    left = session.config.stash[LEFT]
    left.extend(REQUESTS.flaws())
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput[OF_WORKER] = left
    elif left:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    for flaw in config.stash[LEFT]:
        terminalreporter.write_line(f"after the last test: {flaw}", red=True)
