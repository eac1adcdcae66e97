"""Ctrl-C while a command is imported, and a full disk under its output, in processes of their own."""

import subprocess
import sys
from pathlib import Path

import pytest

from infra.project import ROOT
from ops.cli.exit_codes import Exit

PRESSED = """
import signal, sys

class CtrlC:
    '''Presses Ctrl-C at an import, counted from the one after the interrupt module.'''

    left = None

    def find_spec(self, name, *_):
        if self.left is not None:
            self.left -= 1
            if not self.left:
                signal.raise_signal(signal.SIGINT)
        elif name == "ops.cli.interrupt":
            self.left = int(sys.argv.pop(1))

ctrl_c = CtrlC()
sys.meta_path.insert(0, ctrl_c)
from ops.cli.main import main
try:
    main()
finally:
    print("imports left:", ctrl_c.left)
"""


@pytest.mark.parametrize(
    "command", ["cost", "dlq list", "dlq redrive --all", "dlq move status", "publish -", "demo --help"]
)
@pytest.mark.parametrize("at_import", [1, 2, 30, 80, 130])
def test_ctrl_c_during_an_import_ends_the_command_without_a_traceback(command: str, at_import: int) -> None:
    ran = subprocess.run(
        [sys.executable, "-c", PRESSED, str(at_import), *command.split()],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ran.returncode, ran.stderr) == (130, ""), ran


@pytest.mark.parametrize("command", ["cost", "cost --json", "--help", "dlq list --help"])
def test_a_full_disk_under_the_output_is_one_line(command: str) -> None:
    with Path("/dev/full").open("w") as full:
        ran = subprocess.run(
            [sys.executable, "-c", "from ops.cli.main import main; main()", *command.split()],
            cwd=ROOT,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert (ran.returncode, ran.stderr) == (
        Exit.NO_ACCESS,
        "the output or a file cannot be written: No space left on device\n",
    ), ran
