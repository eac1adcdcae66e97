"""Runs the Pulumi CLI in the project's folder."""

import subprocess
from collections.abc import Callable

from infra.project import ROOT
from ops.errors import NoAccess, check_stack

PATIENCE_SECONDS = 5
"""Seconds after which the command tells the user what it waits for."""
OnWaiting = Callable[[str], None]
"""Receives a line that says what the command waits for."""


def run_pulumi(*words: str, stack: str, seconds: float, on_waiting: OnWaiting) -> str:
    """Run a command of Pulumi for a stack, and return its JSON. A preview that fails prints JSON, too.

    Raises InvalidInput for an unknown stack, and NoAccess if there is no CLI, no answer in time, or no JSON.
    """
    check_stack(stack)
    command = ["pulumi", *words, "--json", "--non-interactive", "--stack", stack]
    name = f"`{' '.join(command)}`"
    try:
        code, out, err = _run(command, seconds, lambda: on_waiting(f"waiting for {name}, for up to {seconds} s"))
    except subprocess.TimeoutExpired:
        raise NoAccess(
            f"{name} did not answer within {seconds} s: check the network and the backend that `pulumi whoami -v` shows"
        ) from None
    except FileNotFoundError:
        raise NoAccess("`pulumi` is not on PATH: install the Pulumi CLI, which reads and previews stacks") from None
    if code and not out.strip():
        error = err.strip().splitlines() or [f"exit code {code}"]
        raise NoAccess(f"{name} failed: {error[-1]}")
    return out


def _run(command: list[str], seconds: float, on_patience_over: Callable[[], None]) -> tuple[int, str, str]:
    """Run a command, and return its exit code and output. Raises TimeoutExpired, and leaves nothing running."""
    with subprocess.Popen(
        command, cwd=ROOT, text=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        try:
            try:
                out, err = process.communicate(timeout=PATIENCE_SECONDS)
            except subprocess.TimeoutExpired:
                on_patience_over()
                out, err = process.communicate(timeout=seconds - PATIENCE_SECONDS)
        except BaseException:
            process.kill()
            raise
    return process.returncode, out, err
