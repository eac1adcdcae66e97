from collections.abc import Callable
from pathlib import Path

import pytest

from tests.judges.iam.simulator import iam_simulate


@pytest.fixture(scope="session")
def simulator(have: Callable[[Callable[[], Path]], Path]) -> Path:
    return have(iam_simulate)
