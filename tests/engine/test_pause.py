"""A pause and deployments of the real engine: none ends it, except with a refresh, and the review says so."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from ops.cli.exit_codes import Exit
from tests.support.deployment import Deployment
from tests.support.mappings import mapping_of


@pytest.fixture
def paused(deployed: Deployment, monkeypatch: pytest.MonkeyPatch) -> Iterator[Deployment]:
    """The dev stack with a pause."""
    for name, value in {"ENDPOINT_URL": deployed.clients.emulator_url, "ACCESS_KEY_ID": "test"}.items():
        monkeypatch.setenv(f"AWS_{name}", value)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    ran = deployed.orders("pause", "--reason", "a restore", "--confirm")
    assert ran.returncode == Exit.DONE, ran.stderr
    yield deployed
    deployed.stack.up(refresh=True)


def state(stack: Deployment) -> str:
    return mapping_of(stack.clients, "OrderProcessor")["State"]


def reviewed(stack: Deployment, folder: Path, *options: str) -> list[str]:
    """Return the findings about the pause in the review of a preview, with their reasons."""
    file = folder / "preview.json"
    file.write_text(stack.preview("--show-sames", *options))
    ran = stack._run(str(stack.root / ".venv/bin/python"), "-m", "ops.cli", "review", "--preview", str(file), "--json")
    found = json.loads(ran.stdout)["findings"]
    return [f"{one['verdict']}: {one['what']}\n{one['why']}" for one in found if "pause" in one["what"]]


def test_a_deployment_leaves_the_pause_and_the_review_says_so(paused: Deployment, tmp_path: Path) -> None:
    [found] = reviewed(paused, tmp_path)
    assert found.startswith("look: leaves OrderProcessor paused since ")
    assert ", because a restore\nThe queue holds 0 orders, and the first one expires in 4 days, 0:00:00. " in found
    assert "After a resume, it is empty in 0:00:00, with 0.0 new orders a second." in found
    paused.deploy(batchSize="5")
    assert state(paused) == "Disabled"
    paused.deploy(batchSize="")
    assert state(paused) == "Disabled"


def test_a_deployment_with_a_refresh_ends_the_pause_and_the_review_says_so(paused: Deployment, tmp_path: Path) -> None:
    [found] = reviewed(paused, tmp_path, "--refresh")
    assert found.startswith("look: ends the pause of OrderProcessor, which is paused since ")
    paused.stack.up(refresh=True)
    assert state(paused) == "Enabled"
