"""The files of the project, as the program and the tools read them."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from infra import project
from infra.project import (
    ROOT,
    ProjectFileError,
    emulator_of,
    setting_position,
    stack_config,
    stack_names,
    stack_settings,
)
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


def test_the_settings_of_a_stack_have_no_namespace_whatever_the_name_of_the_project(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # `pulumi new` changes the name, and adds a value with a namespace.
    declared = (ROOT / "Pulumi.yaml").read_text().replace("name: orders\n", "name: shop\n", 1)
    (tmp_path / "Pulumi.yaml").write_text(f"{declared}  pulumi:tags:\n    value:\n      pulumi:template: orders\n")
    (tmp_path / "Pulumi.dev.yaml").write_text(
        "config:\n  aws:region: eu-west-1\n  batchSize: 5\n  shop:tableName: T1\n"
    )
    monkeypatch.setattr(project, "ROOT", tmp_path)
    settings = stack_settings("dev")
    assert settings.keys() == project.defaults().keys()
    assert (settings["batchSize"], settings["tableName"], settings["maxReceiveCount"]) == ("5", "T1", "3")
    assert stack_config("dev")["shop:batchSize"] == "5"


@pytest.mark.parametrize(
    ("endpoints", "expected"),
    [
        ("[{sns: 'http://127.0.0.1:4566', sqs: 'http://127.0.0.1:4566'}]", "http://127.0.0.1:4566"),
        ("""'[{"sns": "http://e:1", "sqs": "http://e:1"}]'""", "http://e:1"),
        ("[{sns: 'https://sns.eu-west-1.amazonaws.com', sqs: 'https://sqs.eu-west-1.amazonaws.com'}]", None),
        ("[{sqs: 'https://vpce-1.sqs.eu-west-1.vpce.amazonaws.com'}]", None),
        ("[{sns: [], sqs: []}]", None),
        ("{secure: v1:x}", None),
        ("not JSON", None),
        ("4", None),
    ],
)
def test_a_stack_is_on_an_emulator_if_sns_and_sqs_have_one_url(
    endpoints: str, expected: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "Pulumi.yaml").write_text("name: orders\n")
    (tmp_path / "Pulumi.own.yaml").write_text(f"config:\n  aws:endpoints: {endpoints}\n")
    monkeypatch.setattr(project, "ROOT", tmp_path)
    assert emulator_of("own") == expected


def test_the_stacks_for_aws_are_on_no_emulator() -> None:
    assert [stack for stack in stack_names() if emulator_of(stack)] == ["local"]


def test_the_cli_may_be_as_old_as_the_tested_one_and_of_the_same_major_version_as_the_sdk() -> None:
    [(least, below)] = re.findall(r"^>=([\d.]+) <([\d.]+)$", project.project()["requiredPulumiVersion"])
    [locked] = re.findall(r"(?m)^pulumi==([\d.]+)", (ROOT / "requirements.txt").read_text())
    assert numbers(least) <= numbers(locked) < numbers(below)
    assert numbers(below) == (numbers(locked)[0] + 1, 0, 0)
    assert f"{least} or a later" in (ROOT / "docs/aws.md").read_text()


def numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


def test_pulumi_new_asks_for_the_region_and_for_declared_settings_with_their_defaults() -> None:
    asked = project.project()["template"]["config"]
    assert asked.pop("aws:region")["default"] == stack_config("dev")["aws:region"]
    assert {key: value["default"] for key, value in asked.items()} == {
        key: project.defaults()[key] for key in ("systemName", "tableName")
    }


@pytest.mark.parametrize(
    ("key", "file", "text"),
    [
        ("logRetentionDays", "Pulumi.prod.yaml", "  logRetentionDays: 90"),
        ("processorArchitecture", "Pulumi.yaml", "    default: arm64"),
    ],
)
def test_a_setting_stands_in_the_file_of_the_stack_or_is_a_default(key: str, file: str, text: str) -> None:
    found, _, line = setting_position("prod", f"orders:{key}").rpartition(" line ")
    assert (found, (ROOT / file).read_text().splitlines()[int(line) - 1]) == (file, text)


def test_a_setting_that_no_file_contains_has_no_position() -> None:
    assert setting_position("prod", "orders:nothing") == ""


def test_a_setting_of_another_namespace_is_not_that_of_the_project(tmp_path: Path) -> None:
    (tmp_path / "Pulumi.yaml").write_text("name: shop\nconfig:\n  batchSize: {default: 10}\n")
    (tmp_path / "Pulumi.dev.yaml").write_text("config:\n  batchSize: 5\n  refund:batchSize: 6\n  shop:memory: 128\n")
    keys = ("shop:batchSize", "refund:batchSize", "shop:memory", "refund:memory", "other:batchSize")
    assert [setting_position("dev", key, tmp_path) for key in keys] == [
        *("Pulumi.dev.yaml line 2", "Pulumi.dev.yaml line 3", "Pulumi.dev.yaml line 4", "", ""),
    ]


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
