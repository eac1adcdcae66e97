"""The files of the project, as the program and the tools read them."""

import subprocess
import sys
from pathlib import Path

import pytest

from infra import project
from infra.project import ROOT, ProjectFileError, stack_config, stack_names
from tests.support.project_copy import copy_project

BROKEN = "config:\n  aws:region: [eu-west-1\n"
MESSAGE = "Pulumi.local.yaml is not valid YAML: expected ',' or ']', but got '<stream end>' in line 3"


def test_the_stacks_are_those_that_have_a_file() -> None:
    assert stack_names() == ["dev", "local", "prod"]
    assert all((ROOT / f"Pulumi.{name}.yaml").exists() for name in stack_names())


def test_a_stack_has_the_defaults_then_its_file_then_the_overrides() -> None:
    config = stack_config("prod", {"logRetentionDays": "365"})
    assert config["orders:batchSize"] == "10"
    assert config["orders:maximumConcurrency"] == "50"
    assert config["orders:logRetentionDays"] == "365"


def test_a_file_that_is_not_yaml_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "Pulumi.yaml").write_text((ROOT / "Pulumi.yaml").read_text())
    (tmp_path / "Pulumi.local.yaml").write_text(BROKEN)
    monkeypatch.setattr(project, "ROOT", tmp_path)
    with pytest.raises(ProjectFileError) as raised:
        stack_config("local")
    assert str(raised.value) == MESSAGE


def test_the_local_deployer_ends_with_that_line(tmp_path: Path) -> None:
    copy = copy_project(tmp_path)
    (copy / "Pulumi.local.yaml").write_text(BROKEN)
    command = [sys.executable, "-m", "local.deployer", "http://127.0.0.1:9"]
    ran = subprocess.run(command, cwd=copy, capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stdout, ran.stderr) == (1, "", f"error: {MESSAGE}\n")
