"""The program under Pulumi's mocks, with the configuration of each stack."""

import pytest

from tests.support.recorder import Program, recorded


@pytest.fixture(scope="module")
def dev() -> Program:
    return recorded("dev")


@pytest.fixture(scope="module")
def prod() -> Program:
    return recorded("prod")
