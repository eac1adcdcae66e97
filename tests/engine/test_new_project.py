"""`pulumi new` with this project as the template: what it asks for is what the new project deploys."""

import json
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from infra.project import ROOT
from infra.resource_types import TABLE
from local.emulator import emulator
from tests.support.project_copy import copy_project

ANSWERS = {
    "Project name": "shop",
    "Project description": "",
    "Stack name": "prod",
    "The AWS Region to deploy into (aws:region)": "eu-central-1",
    "The beginning of the names of all resources except the table (systemName)": "Refund",
    "The name of the table (tableName)": "Refunds",
}
"""The questions in their order, and what a user types."""


def pulumi(*words: str, folder: Path, environment: Mapping[str, str], answers: str = "") -> str:
    ran = subprocess.run(
        ["pulumi", *words],
        cwd=folder,
        env={**os.environ, **environment},
        input=answers,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout


@pytest.fixture(scope="module")
def asked_and_previewed(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, dict[str, Any]]:
    """Return what `pulumi new` asks, and the JSON of a preview of the project that it makes."""
    folder = tmp_path_factory.mktemp("new")
    template, project, state = copy_project(folder), folder / "shop", folder / "state"
    project.mkdir()
    state.mkdir()
    with emulator("engine-new") as clients:
        environment = {
            "PULUMI_BACKEND_URL": state.as_uri(),
            "PULUMI_CONFIG_PASSPHRASE": "only for this test",
            "PULUMI_TEST_INTERACTIVE": "true",  # the CLI asks although its input is no terminal
            "AWS_ENDPOINT_URL": clients.emulator_url,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
        }
        answers = "".join(f"{answer}\n" for answer in ANSWERS.values())
        asked = pulumi("new", str(template), "--offline", folder=project, environment=environment, answers=answers)
        # The template has no requirements.txt, so that this test downloads nothing.
        (project / ".venv").rename(project / "without-packages")
        (project / ".venv").symlink_to(ROOT / ".venv")
        pulumi("config", "set", "customerManagedKey", "true", folder=project, environment=environment)
        preview = pulumi(
            "preview", "--json", "--stack", "prod", "--non-interactive", folder=project, environment=environment
        )
        return asked, json.loads(preview)


def test_it_asks_for_the_region_and_the_names(asked_and_previewed: tuple[str, dict[str, Any]]) -> None:
    asked, _ = asked_and_previewed
    places = [asked.find(question) for question in ANSWERS]
    assert -1 not in places
    assert places == sorted(places)


def test_the_region_and_the_names_are_those_that_the_user_typed(
    asked_and_previewed: tuple[str, dict[str, Any]],
) -> None:
    _, preview = asked_and_previewed
    inputs = [step["newState"].get("inputs", {}) for step in preview["steps"]]
    assert preview["config"]["aws:region"] == "eu-central-1"
    names = {resource.get("name", "").partition("-")[0] for resource in inputs}
    assert {"RefundTopic", "RefundQueue", "RefundDLQ", "RefundProcessor", "Refunds"} <= names
    assert [name for name in names if name.startswith("Order")] == []


def test_a_new_project_keeps_the_settings_of_the_stack_under_its_own_name(
    asked_and_previewed: tuple[str, dict[str, Any]],
) -> None:
    _, preview = asked_and_previewed
    assert preview["config"]["shop:maximumConcurrency"] == "50"
    [table] = [step["newState"] for step in preview["steps"] if step["newState"]["type"] == TABLE]
    assert table["inputs"]["deletionProtectionEnabled"]
    assert table["protect"]
