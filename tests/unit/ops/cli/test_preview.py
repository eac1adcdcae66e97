"""The preview that `orders review` and `orders drift` read."""

import json
from pathlib import Path

import pytest

from infra.effects import NAMESPACE
from infra.project import ROOT
from ops.cli.exit_codes import Exit
from tests.support.command import run_orders
from tests.support.previews import component

COMMANDS = ("review", "drift")


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ((), "name a stack with --stack, or a preview with --preview"),
        (("--preview", "/nowhere"), "/nowhere cannot be read: No such file or directory"),
        (("--stack", "nowhere"), "there is no stack nowhere"),
    ],
)
def test_a_mistake_is_one_line(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    command: str,
    arguments: tuple[str, ...],
    told: str,
) -> None:
    ran = run_orders(monkeypatch, capsys, command, *arguments)
    assert ran.code == Exit.USAGE
    assert told in ran.err
    assert ran.err.count("\n") == 1


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder below that of a user's own project, which a Pulumi previews that fails with the name of its folder."""
    (tmp_path / "Pulumi.yaml").write_text("name: shop\nruntime: python\n")
    (tmp_path / "Pulumi.prod.yaml").write_text("config:\n  aws:region: eu-west-1\n  shop:batchSize: 5\n")
    program = tmp_path / "bin/pulumi"
    program.parent.mkdir()
    program.write_text('#!/bin/sh\necho "error: $PWD" >&2\nexit 1\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(program.parent))
    (below := tmp_path / "code").mkdir()
    monkeypatch.chdir(below)
    return tmp_path


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("stack", ["prod", "without-a-file"])
def test_pulumi_previews_the_project_in_which_the_user_stands(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], shop: Path, command: str, stack: str
) -> None:
    ran = run_orders(monkeypatch, capsys, command, "--stack", stack)
    assert (ran.code, ran.err.endswith(f"failed: error: {shop}\n")) == (Exit.NO_ACCESS, True)


@pytest.mark.parametrize("command", COMMANDS)
def test_outside_of_any_project_pulumi_previews_this_one(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], shop: Path, command: str
) -> None:
    (shop / "Pulumi.yaml").unlink()
    assert f"failed: error: {ROOT}\n" in run_orders(monkeypatch, capsys, command, "--stack", "prod").err


@pytest.mark.parametrize(
    ("size", "place"), [(5, " (Pulumi.prod.yaml line 3)"), (6, "")], ids=["in the file", "elsewhere"]
)
@pytest.mark.usefixtures("shop")
def test_a_setting_stands_in_the_files_of_that_project(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], size: int, place: str
) -> None:
    steps = [
        component("", {}, {NAMESPACE: "shop"}),
        component("Processor", {"batchSize": 10, "logRetentionDays": 1}, {"batchSize": size, "logRetentionDays": 30}),
    ]
    options = ("--stack", "prod", "--preview", "-", "--no-live")
    shown = run_orders(monkeypatch, capsys, "review", *options, stdin=json.dumps({"steps": steps})).out.splitlines()
    assert f"shop:batchSize: 10 → {size}{place}" in shown
    assert "shop:logRetentionDays: 1 → 30" in shown
