"""Which system a command works on: the one on this machine, or a deployed stack."""

import json
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from infra import project
from infra.project import ROOT
from ops.cli.exit_codes import Exit
from ops.local_system import LocalSystem, forget_local_system, save_local_system
from tests.support.command import Orders, stored_order
from tests.support.pipeline import Pipeline

COMMANDS: Mapping[str, tuple[str, ...]] = {
    "publish": ("--sample", "1"),
    "get": ("O1",),
    "list": (),
    "logs": (),
    "status": (),
    "trace": ("O1",),
}


@pytest.mark.parametrize(("command", "arguments"), COMMANDS.items())
def test_without_a_running_system_each_command_says_how_to_get_one(
    orders: Orders, command: str, arguments: tuple[str, ...]
) -> None:
    ran = orders(command, *arguments)
    assert (ran.code, ran.out) == (Exit.NO_ACCESS, "")
    assert ran.err == ("no system runs on this machine: start one with `orders local`, or name a stack with --stack\n")


@pytest.mark.parametrize(("command", "arguments"), COMMANDS.items())
def test_a_stack_that_is_not_there_is_named(orders: Orders, command: str, arguments: tuple[str, ...]) -> None:
    ran = orders(command, *arguments, "--stack", "nowhere")
    assert (ran.code, ran.err) == (
        Exit.USAGE,
        "there is no stack nowhere, because Pulumi.nowhere.yaml is missing: name one of dev, local, prod\n",
    )


def test_a_system_that_ends_leaves_the_note_of_another_alone(orders: Orders, pipeline: Pipeline) -> None:
    save_local_system(LocalSystem(url=pipeline.clients.emulator_url, outputs=pipeline.outputs))
    stored_order(orders, pipeline)
    forget_local_system("http://127.0.0.1:9")
    assert orders("list", "--limit", "1").code == Exit.DONE
    forget_local_system(pipeline.clients.emulator_url)
    assert orders("list", "--limit", "1").code == Exit.NO_ACCESS


def test_what_a_killed_system_left_behind_is_not_taken_for_a_running_one(orders: Orders, pipeline: Pipeline) -> None:
    save_local_system(LocalSystem(url="http://127.0.0.1:9", outputs=pipeline.outputs))
    assert orders("status").code == Exit.NO_ACCESS


@pytest.fixture
def pulumi(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[str], None]:
    """Install a `pulumi` that runs this shell script, as the only program on PATH."""

    def install(script: str) -> None:
        program = tmp_path / "bin/pulumi"
        program.parent.mkdir(exist_ok=True)
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(0o755)
        monkeypatch.setenv("PATH", str(program.parent))

    return install


def test_the_outputs_of_a_deployed_stack_say_where_it_is(
    orders: Orders, pipeline: Pipeline, pulumi: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    pulumi(f"echo '{json.dumps(pipeline.outputs)}'")
    for name, value in {
        "AWS_ENDPOINT_URL": pipeline.clients.emulator_url,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
    }.items():
        monkeypatch.setenv(name, value)
    ran = orders("status", "--stack", "dev")
    assert ran.code == Exit.DONE
    assert "dev" in ran.out


def test_a_stack_on_an_emulator_is_read_where_its_file_says(
    orders: Orders,
    pipeline: Pipeline,
    pulumi: Callable[[str], None],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    file = (ROOT / "Pulumi.local.yaml").read_text()
    (tmp_path / "Pulumi.local.yaml").write_text(file.replace("http://127.0.0.1:4566", pipeline.clients.emulator_url))
    shutil.copy(ROOT / "Pulumi.yaml", tmp_path)
    monkeypatch.setattr(project, "ROOT", tmp_path)
    pulumi(f"echo '{json.dumps(pipeline.outputs)}'")
    ran = orders("status", "--stack", "local")
    assert ran.code == Exit.DONE
    assert "OrderQueue" in ran.out
    assert orders("status").code == Exit.NO_ACCESS  # It is not the system of `orders local`.


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("echo '{}'", "stack dev has no outputs: deploy it with `pulumi up --stack dev`"),
        ("echo 'error: no stack named dev' >&2; exit 1", "failed: error: no stack named dev"),
        ("exit 7", "failed: exit code 7"),
    ],
)
def test_what_pulumi_says_is_passed_on(
    orders: Orders, pulumi: Callable[[str], None], script: str, expected: str
) -> None:
    pulumi(script)
    ran = orders("status", "--stack", "dev")
    assert ran.code == Exit.NO_ACCESS
    assert expected in ran.err


def test_without_the_pulumi_cli_a_stack_cannot_be_read(
    orders: Orders, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    ran = orders("status", "--stack", "dev")
    assert (ran.code, ran.err) == (
        Exit.NO_ACCESS,
        "`pulumi` is not on PATH: install the Pulumi CLI, which reads and previews stacks\n",
    )


def test_without_credentials_a_deployed_stack_says_how_to_log_in(
    orders: Orders, pipeline: Pipeline, pulumi: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    pulumi(f"echo '{json.dumps(pipeline.outputs)}'")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nowhere")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nowhere")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    ran = orders("get", "O1", "--stack", "dev")
    assert ran.code == Exit.NO_ACCESS
    assert ran.err.startswith("there are no AWS credentials: log in, for example with `aws sso login`")
