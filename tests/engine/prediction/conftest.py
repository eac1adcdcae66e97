from collections.abc import Iterator

import pytest

from tests.engine.prediction.system import Sandbox, sandbox


@pytest.fixture(scope="module")
def box(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    with sandbox(tmp_path_factory.mktemp("prediction")) as opened:
        yield opened
