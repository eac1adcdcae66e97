"""Commands that run in the foreground with an emulator: however they end, it ends with them, and in good order."""

import signal
import sys
from collections.abc import Callable

from rich.console import Console

from local.emulator import EmulatorError


def run_in_foreground(command: Callable[[], int], console: Console) -> int:
    """Run a command to its end, to Ctrl-C or to SIGTERM, and return its exit status."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    try:
        return command()
    except EmulatorError as error:
        console.print(f"[red]error:[/] {error}")
        return 1
    except KeyboardInterrupt:
        console.print("\nstopped; nothing is left running")
        return 128 + signal.SIGINT
