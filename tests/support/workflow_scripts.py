"""Runs the scripts of GitHub's workflows, with stand-ins for the commands that reach out."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from infra import resource_types as types
from infra.project import ROOT
from tests.support.previews import step
from tests.support.workflows import JOBS, steps


@dataclass(frozen=True)
class ScriptResult:
    """Status, log, outputs and commands of a script."""

    status: int
    log: str
    outputs: str
    summary: str
    calls: list[str]
    folder: Path


Run = Callable[..., ScriptResult]

RECORD = 'printf "%s\\n" "$(basename "$0") $*" >> "$CALLS"\n'


def script_runner(tmp_path: Path) -> Run:
    """Run a step's script as GitHub does, in this folder, with stand-ins for commands that reach other systems."""
    if not (shutil.which("bash") and shutil.which("jq") and shutil.which("openssl")):
        pytest.skip("needs bash, jq and openssl, which GitHub's runners have")

    def run_script(script: str, environment: dict[str, str], **commands: str) -> ScriptResult:
        files = {name: tmp_path / name for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY", "CALLS")}
        for file in files.values():
            file.touch()
        bin_folder = tmp_path / "bin"
        bin_folder.mkdir(exist_ok=True)
        for name, body in commands.items():
            (bin_folder / name).write_text(f"#!/bin/bash\n{RECORD}{body}\n")
            (bin_folder / name).chmod(0o755)
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script],
            cwd=tmp_path,
            env={
                "PATH": f"{bin_folder}:{os.environ['PATH']}",
                "GITHUB_REPOSITORY": "acme/orders",
                **{name: str(file) for name, file in files.items()},
                **environment,
            },
            capture_output=True,
            text=True,
            check=False,
        )
        return ScriptResult(
            status=done.returncode,
            log=done.stdout + done.stderr,
            outputs=files["GITHUB_OUTPUT"].read_text(),
            summary=files["GITHUB_STEP_SUMMARY"].read_text(),
            calls=files["CALLS"].read_text().splitlines(),
            folder=tmp_path,
        )

    return run_script


def script(job: str, step: str | None = None) -> str:
    """Return the script of a step with this ID or name, or of the last step."""
    found: list[str] = [
        one["run"] for one in steps(JOBS[job]) if step in {None, one.get("id"), one.get("name")} and "run" in one
    ]
    return found[-1].replace(".venv/bin/python", sys.executable)


def preview_of(*changed: dict[str, Any], errors: Sequence[str] = ()) -> str:
    """Return a script that prints a preview as `pulumi` does. With an error, it fails."""
    diagnostics = [{"severity": "error", "message": error} for error in errors]
    text = json.dumps({"steps": changed, "diagnostics": diagnostics})
    return f"cat <<'END'\n{text}\nEND\nexit {int(bool(errors))}"


PREVIEW = {
    "STACK": "dev",
    "PYTHONPATH": str(ROOT),
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "AWS_EC2_METADATA_DISABLED": "true",
}
"""The environment of a step that reviews, without credentials of this machine."""
_RETENTION = "messageRetentionSeconds"
SAFE = step("update", types.FUNCTION, "OrderProcessor", {"memorySize": 256}, {"memorySize": 512})
LOSES = step("update", types.QUEUE, "OrderQueue", {_RETENTION: 90}, {_RETENTION: 60})
