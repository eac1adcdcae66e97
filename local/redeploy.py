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
from ops.clients import Clients

FILES = ("__main__.py", "Pulumi.yaml", f"Pulumi.{STACK}.yaml")
FOLDERS = ("handler", "infra")


def code_changes() -> Iterator[list[str]]:
    """Yield an empty list at once, and then the changed files each time that the code changes, without end.

    Changes between two calls are not lost: the next call yields them.
    """
    # Folders are watched, not files: many editors save by replacing the file.
    folders = (ROOT, *(ROOT / folder for folder in FOLDERS))
    first = True
    for changes in watch(
        *folders, watch_filter=_is_code, recursive=False, yield_on_timeout=True, rust_timeout=500, raise_interrupt=True
    ):
        if first or changes:
            first = False
            yield sorted({path.removeprefix(f"{ROOT}/") for _, path in changes})


def deploy_in_new_process(clients: Clients) -> dict[str, Any] | None:
    """Deploy the present code, and return the stack's outputs. None if it failed; its errors go to the terminal."""
    command = [sys.executable, "-m", "local.deployer", clients.emulator_url]
    ran = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=False)
    if ran.returncode:
        return None
    outputs: dict[str, Any] = json.loads(ran.stdout)
    return outputs


def _is_code(_change: Change, path: str) -> bool:
    file = Path(path)
    return file.name in FILES if file.parent == ROOT else file.suffix == ".py"
