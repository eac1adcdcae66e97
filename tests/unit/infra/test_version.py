"""The commit and the person of a deployment."""

import getpass
import subprocess
from pathlib import Path

import pytest

from infra.version import UNKNOWN, commit_of, deployer
from tests.support.repository import commit, git


def test_the_commit_is_the_one_that_is_checked_out(tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet")
    assert commit_of(tmp_path) == UNKNOWN
    first = commit(tmp_path)
    assert (len(first), commit_of(tmp_path)) == (40, first)
    git(tmp_path, "tag", "v1")
    assert commit_of(tmp_path) == first


def test_a_changed_file_is_told_until_it_is_committed(tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet")
    (tmp_path / "Pulumi.dev.yaml").write_text("a: 1")
    first = commit(tmp_path)
    (tmp_path / "preview.json").write_text("git does not track this file")
    assert commit_of(tmp_path) == first
    (tmp_path / "Pulumi.dev.yaml").write_text("a: 2")
    assert commit_of(tmp_path) == f"{first}-dirty"
    assert commit_of(tmp_path) == commit_of(tmp_path)
    second = commit(tmp_path)
    assert commit_of(tmp_path) == second


@pytest.mark.parametrize("place", ["", "no-such-folder"])
def test_outside_of_a_repository_the_commit_is_unknown(tmp_path: Path, place: str) -> None:
    assert commit_of(tmp_path / place) == UNKNOWN


def test_without_git_the_commit_is_unknown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    git(tmp_path, "init", "--quiet")
    commit(tmp_path)
    monkeypatch.setenv("PATH", "")
    with pytest.raises(OSError, match="git"):
        subprocess.run(["git"], check=False)
    assert commit_of(tmp_path) == UNKNOWN


def test_a_deployment_of_github_is_by_the_user_who_caused_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_ACTOR", "ann")
    assert deployer() == "ann"
    monkeypatch.delenv("GITHUB_ACTOR")
    monkeypatch.setenv("LOGNAME", "bob")
    assert deployer() == "bob"


def test_a_user_without_a_name_is_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_name() -> str:
        raise KeyError("getpwuid(): uid not found: 1234")

    monkeypatch.delenv("GITHUB_ACTOR", raising=False)
    monkeypatch.setattr(getpass, "getuser", no_name)
    assert deployer() == UNKNOWN
