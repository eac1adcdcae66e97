"""Installs judges below `build/judges`, each once, with hashes or exact versions."""

import fcntl
import shutil
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

from local.emulator import LOGS

FOLDER = LOGS / "judges"


class Missing(Exception):
    """This machine cannot have a judge. The text says why."""


def need(*commands: str) -> None:
    """Raise Missing if a command that a judge needs is not on PATH."""
    for command in commands:
        if not shutil.which(command):
            raise Missing(f"needs `{command}` on PATH")


def installed(name: str, install: Callable[[Path], None]) -> Path:
    """Return the folder of a judge. `install` gets an empty one if the judge is not installed yet.

    Several processes may call this at once. Raises Missing if the installation fails.
    """
    FOLDER.mkdir(parents=True, exist_ok=True)
    folder, done = FOLDER / name, FOLDER / f"{name}.installed"
    with (FOLDER / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            install(folder)
            done.touch()
    return folder


def run(*command: str | Path, folder: Path, environment: dict[str, str] | None = None) -> str:
    """Run a step of an installation. Raises Missing with the last lines of its output if it fails."""
    words: Sequence[str] = [str(word) for word in command]
    ran = subprocess.run(
        words, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    if ran.returncode:
        raise Missing(f"`{' '.join(words)}` failed: {' / '.join(ran.stdout.splitlines()[-3:])}")
    return ran.stdout
