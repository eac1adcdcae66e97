from pathlib import Path

import pytest

from tests.judges.conftest import Have
from tests.judges.iam.simulator import iam_simulate


@pytest.fixture(scope="session")
def simulator(have: Have) -> Path:
    return have(iam_simulate)
