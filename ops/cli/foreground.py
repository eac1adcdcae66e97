"""Runs a command that starts an emulator, and ends the emulator with the command."""

import signal
import sys
from collections.abc import Callable

from rich.console import Console

from local.emulator import EmulatorError
from local.entry_point import BrokenFunction
from ops.cli.interrupt import EXIT_CODE
from ops.cli.terminal import cell

console = Console(highlight=False, soft_wrap=True)
if not console.is_terminal:
    console.width = 120  # A file has no width, and the default of 80 would break most lines.


def run_in_foreground(command: Callable[[], int]) -> int:
    """Run a command until it ends, or until Ctrl-C or SIGTERM, and return its exit status."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    try:
        return command()
    except (EmulatorError, BrokenFunction) as error:
        reason, *traceback = str(error).splitlines()
        console.print("[red]error:[/]", cell(reason))
        for line in traceback:
            console.print(cell(line))
        return 1
    except KeyboardInterrupt:
        console.print("\nstopped; nothing is left running")
        return EXIT_CODE
