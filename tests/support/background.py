"""Commands that run in the background while a test reads their output."""

import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from infra.project import ROOT
from local.emulator import LOOPBACK
from tests.support.waiting import eventually


class BackgroundProcess:
    """A process in the background, and its output so far."""

    def __init__(self, process: "subprocess.Popen[str]", output: Path) -> None:
        self.process = process
        self._output = output

    @property
    def printed(self) -> str:
        return self._output.read_text()

    def wait_for(self, pattern: str) -> str:
        def look() -> str | None:
            assert self.process.poll() is None, f"it ended:\n{self.printed}"
            found = re.search(pattern, self.printed)
            return found and found[0]

        return eventually(look, f"{pattern!r} in:\n{self.printed}")


@contextmanager
def in_background(tmp_path: Path, program: str, *arguments: str, root: Path = ROOT) -> Iterator[BackgroundProcess]:
    """Run statements in a new interpreter, as a console script does. Kill the process at the end of the block."""
    output = tmp_path / "output"
    with output.open("w") as stream:
        process = subprocess.Popen(
            [sys.executable, "-u", "-c", program, *arguments],
            cwd=root,
            env={**os.environ, "PYTHONPATH": str(root)},
            stdout=stream,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
    try:
        yield BackgroundProcess(process, output)
    finally:
        process.kill()
        process.wait()


ORDERS = "from ops.cli.main import main; main()"


def is_listening(port: str) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((LOOPBACK, int(port))) == 0
