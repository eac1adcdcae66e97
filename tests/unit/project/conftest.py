from pathlib import Path

import pytest

from tests.support.workflow_scripts import Run, script_runner


@pytest.fixture
def run(tmp_path: Path) -> Run:
    return script_runner(tmp_path)
