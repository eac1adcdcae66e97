"""Pulumi's own Python language host: how it reports a mistake, and what `pulumi install` makes."""

import json
import os
import shutil
import subprocess

import pytest
from pulumi.automation import OpType

from infra.project import ROOT
from tests.engine.conftest import LANGUAGE_HOST, RESOURCES
from tests.judges.judge import Judge
from tests.support.deployment import Deployment


@pytest.fixture(autouse=True)
def _real() -> None:
    if os.environ.get(LANGUAGE_HOST) == "stand-in":
        pytest.skip("needs Pulumi's own language host, and a stand-in runs the programs here")


@pytest.mark.judged(Judge.LANGUAGE_HOST, "bad-setting")
def test_a_bad_setting_results_in_one_message_without_a_traceback(fresh: Deployment) -> None:
    fresh.set("batchSize", "20")
    preview = fresh.pulumi("preview", "--json")
    assert preview.returncode
    messages = [one["message"] for one in json.loads(preview.stdout)["diagnostics"] if one["severity"] == "error"]
    assert "Traceback" not in preview.stdout + preview.stderr
    [message, status] = messages
    assert "batchingWindowSeconds is 0, but must be at least 1:" in message
    assert "exited with non-zero exit code" in status


@pytest.mark.judged(Judge.LANGUAGE_HOST, "pulumi-install")
def test_pulumi_install_makes_the_environment_and_the_program_runs_from_it(fresh: Deployment) -> None:
    environment = fresh.root / ".venv"
    environment.unlink()
    shutil.copy(ROOT / "requirements.txt", fresh.root)
    with (fresh.root / "__main__.py").open("a") as program:
        program.write('\nimport sys\npulumi.log.info(f"runs from {sys.prefix}")\n')
    variables = {**os.environ, "PIP_NO_COMPILE": "1"}  # Python compiles what the program imports, when it imports it
    subprocess.run(
        ["pulumi", "install", "--no-plugins"], cwd=fresh.root, env=variables, capture_output=True, check=True
    )
    preview = fresh.stack.preview()
    assert f"runs from {environment}" in preview.stdout
    assert preview.change_summary == {OpType.CREATE: RESOURCES}
