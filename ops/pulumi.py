"""Runs the Pulumi CLI, in the project's folder or in another one."""

import os
import re
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from infra.project import ROOT
from ops.errors import InvalidInput, NoAccess, check_stack

PATIENCE_SECONDS = 5
"""Seconds after which the command tells the user what it waits for."""
OnWaiting = Callable[[str], None]
"""Receives a line that says what the command waits for."""
_ERROR = re.compile(r"(?m)^\s*error: (.+)$")
_WRONG_TYPE = re.compile(
    r"error: validating stack config: Stack '(?P<stack>.+)' with configuration key '(?P<key>.+)' "
    r"must be of type '(?P<type>.+)'"
)
"""The CLI's message about a setting, before it runs the program."""


class InvalidSetting(InvalidInput):
    """A setting has a value of another type. The message has the form of infra/config.py's messages about settings."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where the CLI runs, and the environment variables that differ there."""

    folder: Path = ROOT
    environment: Mapping[str, str] = field(default_factory=dict)


HERE = Place()


def run_pulumi(*words: str, stack: str, seconds: float, on_waiting: OnWaiting, place: Place = HERE) -> str:
    """Run a command of Pulumi for a stack, and return its JSON. A preview that fails prints JSON, too.

    Raises InvalidInput for an unknown stack, InvalidSetting for a setting of another type, and NoAccess if there is no
    CLI, no answer in time, or no JSON.
    """
    code, out, err, name = _answered((*words, "--json"), stack, seconds, on_waiting, place)
    if code and not out.strip():
        if found := _WRONG_TYPE.search(err):
            remedy = " ".join(("pulumi config", "--stack", found["stack"], "rm", found["key"]))
            raise InvalidSetting(
                f"{found['key']} has a value of another type, but must be of the type {found['type']}:",
                "  Pulumi checks this before it runs the program. This command restores the default.",
                f"  {remedy}",
            )
        error = err.strip().splitlines() or [f"exit code {code}"]
        raise NoAccess(f"{name} failed: {error[-1]}")
    return out


def change_state(*words: str, stack: str, seconds: float, on_waiting: OnWaiting, place: Place) -> None:
    """Run a command of Pulumi that changes the state of a stack. Raises the errors of `run_pulumi`, or its own."""
    code, out, err, name = _answered(words, stack, seconds, on_waiting, place)
    if code:
        errors = _ERROR.findall(out + err) or err.strip().splitlines() or [f"exit code {code}"]
        raise NoAccess(f"{name} failed: {errors[0]}")


def _answered(
    words: tuple[str, ...], stack: str, seconds: float, on_waiting: OnWaiting, place: Place
) -> tuple[int, str, str, str]:
    """The exit code, the output, the errors and the name of a command that ended in time."""
    if place.folder == ROOT:  # A stack of a user's own project need not have a file.
        check_stack(stack)
    command = ["pulumi", *words, "--non-interactive", "--stack", stack]
    name = f"`{' '.join(command)}`"
    try:
        code, out, err = _run(command, seconds, place, lambda: on_waiting(f"waiting for {name}, for up to {seconds} s"))
    except subprocess.TimeoutExpired:
        raise NoAccess(
            f"{name} did not answer within {seconds} s: check the network and the backend that `pulumi whoami -v` shows"
        ) from None
    except FileNotFoundError:
        raise NoAccess("`pulumi` is not on PATH: install the Pulumi CLI, which reads and previews stacks") from None
    return code, out, err, name


def _run(
    command: list[str], seconds: float, place: Place, on_patience_over: Callable[[], None]
) -> tuple[int, str, str]:
    """Run a command, and return its exit code and output. Raises TimeoutExpired, and leaves nothing running."""
    with subprocess.Popen(
        command,
        cwd=place.folder,
        env={**os.environ, **place.environment},
        text=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
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
