"""Deploys the system on the emulator again when its code changes."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from watchfiles import Change, watch

from infra.project import ROOT
from local.deployer import STACK
from local.emulator import GRACE_SECONDS, Emulator

CHECK_SECONDS = 0.5
"""How often a wait checks that the emulator still runs."""
FILES = ("__main__.py", "Pulumi.yaml", f"Pulumi.{STACK}.yaml")
FOLDERS = ("handler", "infra")


def code_changes(emulator: Emulator) -> Iterator[list[str]]:
    """Yield an empty list at once, and then the changed files each time that the code changes, without end.

    Changes between two calls are not lost: the next call yields them. Raises EmulatorError when the emulator has ended.
    """
    # Folders are watched, not files: many editors save by replacing the file.
    folders = (ROOT, *(ROOT / folder for folder in FOLDERS))
    first = True
    for changes in watch(
        *folders,
        watch_filter=_is_code,
        recursive=False,
        yield_on_timeout=True,
        rust_timeout=int(CHECK_SECONDS * 1000),
        raise_interrupt=True,
    ):
        emulator.check()
        if first or changes:
            first = False
            yield sorted({path.removeprefix(f"{ROOT}/") for _, path in changes})


def deploy_in_new_process(emulator: Emulator) -> dict[str, Any] | None:
    """Deploy the current code, and return the stack's outputs. None if it failed; its errors go to the terminal.

    Raises EmulatorError if the emulator ends meanwhile. The errors that follow from that are not shown.
    """
    command = [sys.executable, "-m", "local.deployer", emulator.clients.emulator_url]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as deployer:
        try:
            printed, errors = _wait_for(deployer, emulator)
        except BaseException:
            deployer.kill()
            raise
    if deployer.returncode:
        emulator.check(within_seconds=GRACE_SECONDS)
    sys.stderr.write(errors)
    if deployer.returncode:
        return None
    outputs: dict[str, Any] = json.loads(printed)
    return outputs


def _wait_for(deployer: "subprocess.Popen[str]", emulator: Emulator) -> tuple[str, str]:
    """Wait until the deployer ends, and return its output and its errors."""
    while True:
        try:
            return deployer.communicate(timeout=CHECK_SECONDS)
        except subprocess.TimeoutExpired:
            emulator.check()


def _is_code(_change: Change, path: str) -> bool:
    file = Path(path)
    return file.name in FILES if file.parent == ROOT else file.suffix == ".py"
