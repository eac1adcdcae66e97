"""The `orders` command on a system that accepts connections and never answers."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from ops import pulumi, system
from ops.cli.exit_codes import Exit
from ops.local_system import save_local_system
from tests.support.command import Orders
from tests.support.silent import silent_service

COMMANDS = {
    "get": ("get", "O1"),
    "list": ("list",),
    "logs": ("logs",),
    "status": ("status",),
    "trace": ("trace", "O1"),
    "table compare": ("table", "compare", "Other"),
    "dlq list": ("dlq", "list"),
    "dlq groups": ("dlq", "groups"),
    "dlq show": ("dlq", "show", "O1"),
    "dlq history": ("dlq", "history"),
}


@pytest.mark.parametrize("arguments", COMMANDS.values(), ids=COMMANDS)
def test_a_system_that_never_answers_is_one_line(
    orders: Orders, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...]
) -> None:
    monkeypatch.setattr("ops.clients.READ_SECONDS", 0.1)
    with silent_service() as service:
        save_local_system(service.system)
        ran = orders(*arguments)
    assert (ran.code, ran.out, len(ran.err.splitlines())) == (Exit.NO_ACCESS, "", 1), ran
    assert "Read timeout on endpoint" in ran.err


def test_a_log_is_followed_although_nobody_answers(orders: Orders, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(_seconds: float) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("ops.clients.READ_SECONDS", 0.1)
    monkeypatch.setattr("ops.log.reading.time", SimpleNamespace(sleep=stop))
    with silent_service() as service:
        save_local_system(service.system)
        ran = orders("logs", "--follow")
    assert (ran.code, ran.out) == (130, "")
    assert ran.err.startswith("still following: Read timeout on endpoint")


def fake_pulumi(folder: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    program = folder / "pulumi"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")


def test_a_command_says_that_it_waits_for_pulumi(
    orders: Orders, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(pulumi, "PATIENCE_SECONDS", 0.1)
    fake_pulumi(tmp_path, monkeypatch, "sleep 0.5; echo '{}'")
    waiting, ended = orders("get", "O1", "--stack", "dev").err.splitlines()
    assert waiting == "waiting for `pulumi stack output --json --non-interactive --stack dev`, for up to 120 s"
    assert ended.startswith("stack dev has no outputs")


def test_a_command_does_not_wait_for_pulumi_for_ever(
    orders: Orders, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(pulumi, "PATIENCE_SECONDS", 0.1)
    monkeypatch.setattr(system, "OUTPUT_SECONDS", 0.2)
    fake_pulumi(tmp_path, monkeypatch, "exec sleep 60")
    ran = orders("get", "O1", "--stack", "dev")
    assert ran.code == Exit.NO_ACCESS
    assert "did not answer within 0.2 s: check the network" in ran.err.splitlines()[-1]
