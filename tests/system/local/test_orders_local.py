"""`orders local` as a process: what it prints, and that it deploys again after a change."""

import os
import re
import signal
from pathlib import Path

import pytest

from tests.support.background import ORDERS, in_background, is_listening
from tests.support.processes import emulator_on, needs_proc, processes_of
from tests.support.project_copy import copy_project
from tests.support.waiting import eventually


def test_orders_local_says_how_to_reach_the_system_and_deploys_again_when_code_changes(
    tmp_path: Path,
) -> None:
    copy = copy_project(tmp_path)
    with in_background(tmp_path, ORDERS, "local", root=copy) as local:
        local.wait_for("Ctrl-C ends everything")
        assert re.search(r"export AWS_ENDPOINT_URL=http://127\.0\.0\.1:\d+", local.printed)
        assert "aws sns publish --topic-arn arn:aws:sns:us-east-1:000000000000:OrderTopic" in local.printed
        assert ".venv/bin/orders dlq list" in local.printed
        first_zip = local.wait_for(r"(?<=zip )\w+")

        handler = copy / "handler/order.py"
        handler.write_text(handler.read_text() + "# changed\n")
        local.wait_for(rf"changed: handler/order\.py\n.*\n?.*\n?.*\n?✓ deployed in .*, zip (?!{first_zip})")

        settings = copy / "infra/settings.py"
        sound = settings.read_text()
        save(settings, sound + "oops\n")
        local.wait_for("NameError: name 'oops' is not defined")
        local.wait_for("✗ not deployed")
        save(settings, sound)
        local.wait_for(r"(?s)✗ not deployed.*✓ deployed")

        entry_point = copy / "handler/main.py"
        sound = entry_point.read_text()
        save(entry_point, "import nowhere_to_be_found\n" + sound)
        local.wait_for("ModuleNotFoundError: No module named 'nowhere_to_be_found'")
        failed = local.printed.count("✗ not deployed")
        local.wait_for(rf"(?s)(✗ not deployed.*){{{max(failed, 2)}}}")
        save(entry_point, sound)
        local.wait_for(r"(?s)nowhere_to_be_found.*✗ not deployed.*✓ deployed")

        stack = copy / "Pulumi.local.yaml"
        deployed = local.printed.count("✓ deployed")
        for seconds in (4, 5):  # Twice, because the command must still watch a file that was replaced.
            save(
                stack,
                re.sub(r"visibilityTimeoutSeconds: \d", f"visibilityTimeoutSeconds: {seconds}", stack.read_text()),
            )
            deployed += 1
            local.wait_for(rf"(?s)(✓ deployed.*){{{deployed}}}")

        local.process.send_signal(signal.SIGINT)
        assert local.process.wait(timeout=60) == 128 + signal.SIGINT
        assert "nothing is left running" in local.printed


@needs_proc
@pytest.mark.parametrize("arguments", [[], ["--bare"]], ids=["deployed", "bare"])
def test_orders_local_ends_when_its_emulator_has_ended(tmp_path: Path, arguments: list[str]) -> None:
    copy = copy_project(tmp_path)
    with in_background(tmp_path, ORDERS, "local", *arguments, root=copy) as local:
        port = local.wait_for(r"(?<=127\.0\.0\.1:)\d+")
        local.wait_for("Ctrl-C ends")
        said = local.printed
        session = emulator_on(port)
        os.kill(session, signal.SIGKILL)
        assert local.process.wait(timeout=30) == 1
        assert local.printed.removeprefix(said) == (
            f"error: the emulator ended by itself (signal 9); its log is {copy}/.local/local.log\n"
        )
    assert not (copy / ".local/running.json").exists()
    assert eventually(lambda: not processes_of(session), "the end of the functions that the emulator left")


@needs_proc
def test_orders_local_ends_when_its_emulator_ends_while_it_deploys(tmp_path: Path) -> None:
    copy = copy_project(tmp_path)
    program = copy / "__main__.py"
    marker = tmp_path / "deploying"
    program.write_text(f"open({str(marker)!r}, 'w').close()\n" + program.read_text())
    with in_background(tmp_path, ORDERS, "local", root=copy) as local:
        port = local.wait_for(r"(?<=127\.0\.0\.1:)\d+")
        said = local.printed
        session = emulator_on(port)
        eventually(marker.exists, "the deployment")
        os.kill(session, signal.SIGKILL)
        assert local.process.wait(timeout=30) == 1
        assert local.printed.removeprefix(said).removeprefix("\n") == (
            f"error: the emulator ended by itself (signal 9); its log is {copy}/.local/local.log\n"
        )


def save(file: Path, text: str) -> None:
    """Save a file as editors do: write a new file, and replace the old one."""
    fresh = file.with_suffix(".new")
    fresh.write_text(text)
    fresh.replace(file)


def test_orders_local_bare_starts_the_emulator_alone(tmp_path: Path) -> None:
    with in_background(tmp_path, ORDERS, "local", "--bare") as local:
        local.wait_for("Nothing is deployed on it")
        port = re.search(r"127\.0\.0\.1:(\d+)", local.printed)
        assert port
        assert is_listening(port[1])
        assert "OrderTopic" not in local.printed
