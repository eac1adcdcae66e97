import pytest

from tests.judges.aws_lambda.arm64 import installed_arm64_bootstrap, installed_newest_bootstrap
from tests.judges.aws_lambda.bootstrap import PATIENT_TIMEOUT_SECONDS, Bootstrap, installed_bootstrap
from tests.judges.claims import RUNTIMES
from tests.judges.conftest import Have
from tests.judges.judge import Judge
from tests.judges.kits import Missing, NoPython, python
from tests.support.recorder import Program, recorded


@pytest.fixture(scope="session")
def dev() -> Program:
    return recorded("dev")


@pytest.fixture(scope="session")
def local() -> Program:
    """The stack whose timeouts are so short that a test can wait for them."""
    return recorded("local")


@pytest.fixture(scope="session")
def patient() -> Program:
    """A stack whose OrderProcessor has time to start on an emulated CPU."""
    timeout, visibility = str(PATIENT_TIMEOUT_SECONDS), str(6 * PATIENT_TIMEOUT_SECONDS)
    return recorded("local", {"processorTimeoutSeconds": timeout, "visibilityTimeoutSeconds": visibility})


@pytest.fixture(scope="session")
def bootstrap(dev: Program, have: Have) -> Bootstrap:
    """The runtime that the stacks have."""
    runtime: str = dev.one("aws:lambda/function:Function", "OrderProcessor").inputs["runtime"]
    return _bootstrap(runtime, have)


NEWEST = RUNTIMES[-1]
"""The runtime whose Python few machines have."""
ARM64 = "arm64"


@pytest.fixture(
    scope="session",
    params=[pytest.param(name, marks=pytest.mark.judged(Judge.LAMBDA, f"zip-{name}")) for name in (*RUNTIMES, ARM64)],
)
def each_bootstrap(request: pytest.FixtureRequest, have: Have) -> Bootstrap:
    """Each runtime that a stack can have, and Python 3.11 on arm64.

    If this machine has no Python of a version, the newest one runs on arm64, too, and another one is skipped.
    """
    if request.param == ARM64:
        return have(installed_arm64_bootstrap)
    try:
        python(request.param.removeprefix("python"))
    except NoPython as missing:
        if request.param != NEWEST:
            pytest.skip(str(missing))
        return _newest_on_arm64(missing, have)
    return _bootstrap(request.param, have)


def _newest_on_arm64(missing: NoPython, have: Have) -> Bootstrap:
    def newest_on_arm64() -> Bootstrap:
        try:
            return installed_newest_bootstrap()
        except Missing as reason:
            raise Missing(f"{missing}, or Debian's: {reason}") from None

    return have(newest_on_arm64)


def _bootstrap(runtime: str, have: Have) -> Bootstrap:
    def installed() -> Bootstrap:
        return installed_bootstrap(runtime)

    installed.__name__ = runtime
    return have(installed)
