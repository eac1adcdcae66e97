"""The deployed version, and the way back to an earlier one from another clone, with the real engine."""

from dataclasses import replace
from pathlib import Path

import pytest

from infra.project import ROOT
from ops.cli.exit_codes import Exit
from tests.support.deployment import Deployment
from tests.support.repository import commit, git


@pytest.fixture
def committed(fresh: Deployment) -> Deployment:
    """The dev stack, deployed from a commit."""
    git(fresh.root, "init", "--quiet")
    (fresh.root / ".gitignore").write_text(".venv\nbuild/\n__pycache__/\n")
    commit(fresh.root)
    fresh.stack.up()
    return fresh


def outputs(stack: Deployment) -> tuple[str, str]:
    found = stack.stack.outputs()
    return found["commit"].value, found["packageSha256"].value


def test_a_new_commit_changes_an_output_and_no_resource(committed: Deployment, tmp_path: Path) -> None:
    before, digest = outputs(committed)
    assert before == git(committed.root, "rev-parse", "HEAD")
    after, plan = commit(committed.root), str(tmp_path / "plan.json")
    assert committed.changes() == {}
    assert committed.pulumi("preview", "--json", "--save-plan", plan).returncode == 0
    assert committed.pulumi("up", "--yes", "--plan", plan).returncode == 0
    assert outputs(committed) == (after, digest)
    (committed.root / "Pulumi.prod.yaml").write_text("config: {}\n")
    committed.stack.up()
    assert outputs(committed) == (f"{after}-dirty", digest)


def test_an_earlier_commit_is_deployed_from_another_clone(
    committed: Deployment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {"ENDPOINT_URL": committed.clients.emulator_url, "ACCESS_KEY_ID": "test"}.items():
        monkeypatch.setenv(f"AWS_{name}", value)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    good = outputs(committed)
    handler = committed.root / "handler/outcome.py"
    handler.write_text(f"{handler.read_text()}\n# A change that is to be taken back.\n")
    bad = commit(committed.root)
    committed.stack.up()
    assert outputs(committed)[0] == bad
    assert outputs(committed)[1] != good[1]

    git(tmp_path, "clone", "--quiet", str(committed.root), "clone")
    clone = replace(committed, root=tmp_path / "clone")
    git(clone.root, "checkout", "--quiet", good[0])
    (clone.root / ".venv").symlink_to(ROOT / ".venv")
    review = clone.orders("review")
    assert review.returncode == Exit.DONE, review.stderr
    assert "changes the code of OrderProcessor: handler/outcome.py" in review.stdout
    assert clone.pulumi("up", "--yes").returncode == 0
    assert outputs(committed) == good
    status = clone.orders("status")
    assert (good[0][:12] in status.stdout, "not the zip" in status.stdout) == (True, False), status.stderr
