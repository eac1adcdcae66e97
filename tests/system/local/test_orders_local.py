"""`orders local` as a process: what it prints, and that it deploys again after a change."""

import re
import signal
from pathlib import Path

from tests.support.background import ORDERS, in_background, is_listening
from tests.support.project_copy import copy_project


def test_orders_local_says_how_to_reach_the_system_and_deploys_again_when_code_changes(
    tmp_path: Path,
) -> None:
    copy = copy_project(tmp_path)
    with in_background(tmp_path, ORDERS, "local", root=copy) as local:
        local.wait_for("Ctrl-C ends everything")
        assert re.search(r"export AWS_ENDPOINT_URL=http://127\.0\.0\.1:\d+", local.printed)
        assert "aws sns publish --topic-arn arn:aws:sns:us-east-1:000000000000:OrderTopic" in local.printed
        assert "--query \"events[?contains(message, 'order failed')].[message]\"" in local.printed
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
