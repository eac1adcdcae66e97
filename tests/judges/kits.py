"""Installs judges below `build/judges`, each once, with hashes or exact versions."""

import fcntl
import hashlib
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import NamedTemporaryFile

from infra.project import ROOT
from local.emulator import LOOPBACK
from local.environment import inherited

FOLDER = ROOT / "build" / "judges"
START_SECONDS = 180
"""How long a server may take to start."""


class Missing(Exception):
    """This machine cannot have a judge. The text says why."""


class NoPython(Missing):
    """This machine has no Python of a version."""


def need(*commands: str) -> None:
    """Raise Missing if a command that a judge needs is not on PATH."""
    for command in commands:
        if not shutil.which(command):
            raise Missing(f"needs `{command}` on PATH")


def installed(name: str, install: Callable[[Path], None], *, lock: Path | None = None) -> Path:
    """Return the folder of a judge. `install` gets an empty one if the judge is not installed yet.

    `lock` is a folder with the versions. If its files have changed, the judge is installed again. Several processes may
    call this at once. Raises Missing if the installation fails.
    """
    FOLDER.mkdir(parents=True, exist_ok=True)
    digest = _digest(lock) if lock else ""
    folder, done = FOLDER / name, FOLDER / f"{name}.installed"
    with (FOLDER / f"{name}.lock").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        if not done.exists() or done.read_text() != digest:
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            install(folder)
            done.write_text(digest)
    return folder


def _digest(lock: Path) -> str:
    content = b"".join(file.read_bytes() for file in sorted(lock.iterdir()))
    return hashlib.sha256(content).hexdigest()


def run(*command: str | Path, folder: Path, environment: dict[str, str] | None = None) -> str:
    """Run a step of an installation. Raises Missing with the last lines of its output if it fails."""
    words: Sequence[str] = [str(word) for word in command]
    ran = subprocess.run(
        words, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    if ran.returncode:
        raise Missing(f"`{' '.join(words)}` failed: {' / '.join(ran.stdout.splitlines()[-3:])}")
    return ran.stdout


def python(version: str) -> Path:
    """Return a Python of a version such as 3.13: this one, one on PATH, or one of pyenv. Raises NoPython without it."""
    names = [
        sys.executable,
        shutil.which(f"python{version}"),
        *Path.home().glob(f".pyenv/versions/{version}.*/bin/python"),
    ]
    for name in (name for name in names if name):
        # A shim of pyenv is on PATH even if its version is not active.
        asked = subprocess.run([name, "--version"], capture_output=True, text=True, check=False)
        if asked.stdout.startswith(f"Python {version}."):
            return Path(name)
    raise NoPython(f"needs Python {version} on PATH")


def install_locked(folder: Path, interpreter: Path, lock: Path) -> None:
    """Create a virtual environment with the packages of `requirements.txt`, which has a hash for each, in a folder."""
    uv = Path(sys.executable).with_name("uv")
    run(uv, "venv", "--quiet", "--allow-existing", "--python", interpreter, folder, folder=folder)
    requirements = lock / "requirements.txt"
    run(uv, "pip", "sync", "--quiet", "--python", folder, "--require-hashes", requirements, folder=folder)


def installed_environment(name: str, version: str, lock: Path) -> Path:
    """Return the folder of commands of a judge that is a Python package. Raises Missing as `installed` does."""
    interpreter = python(version)
    return installed(name, lambda folder: install_locked(folder, interpreter, lock), lock=lock) / "bin"


def installed_libraries(name: str, lock: Path) -> Path:
    """Return the folder of the libraries in a `pom.xml`, for a judge in Java. Raises Missing as `installed` does."""
    need("java", "mvn")

    def install(folder: Path) -> None:
        pom = f"--file={lock / 'pom.xml'}"
        run("mvn", "--quiet", pom, "dependency:copy-dependencies", f"-DoutputDirectory={folder}", folder=folder)

    return installed(name, install, lock=lock)


def installed_modules(name: str, lock: Path) -> Path:
    """Return the folder with the `node_modules` of a judge in JavaScript. Raises Missing as `installed` does."""
    need("node", "npm")

    def install(folder: Path) -> None:
        for file in ("package.json", "package-lock.json"):
            shutil.copy(lock / file, folder)
        # The lock has a hash for each package. Without scripts, an installation runs no code of a package.
        run("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent", folder=folder)

    return installed(name, install, lock=lock)


def free_port() -> int:
    with socket.create_server((LOOPBACK, 0)) as listener:
        return int(listener.getsockname()[1])


@contextmanager
def server(name: str, *command: str | Path, ready: str, environment: Mapping[str, str] | None = None) -> Iterator[str]:
    """Run a server, which has to end when its standard input ends: even a killed test leaves no process.

    `ready` is a pattern that its output matches as soon as it answers. Yields the first group of the match.
    """
    with (
        NamedTemporaryFile("w", prefix=f"{name}-", suffix=".log", dir=FOLDER, delete=False) as log,
        subprocess.Popen(
            command, env={**inherited(), **(environment or {})}, stdin=subprocess.PIPE, stdout=log, stderr=log
        ) as running,
    ):
        assert running.stdin
        try:
            yield _first_match(ready, Path(log.name), running)
        finally:
            running.stdin.close()


def _first_match(pattern: str, log: Path, running: "subprocess.Popen[bytes]") -> str:
    deadline = time.monotonic() + START_SECONDS
    while running.poll() is None and time.monotonic() < deadline:
        if found := re.search(pattern, log.read_text(errors="replace")):
            return found[1]
        time.sleep(0.1)
    raise RuntimeError(f"the server did not start; {log} says why")
