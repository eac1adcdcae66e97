"""The system that a command works on: a deployed stack, or the system that runs on this machine."""

import json
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from infra.outputs import DeployedOutputs
from infra.project import ROOT
from ops.clients import Clients
from ops.errors import NoAccess, no_such_stack
from ops.local_system import find_local_system

LOCAL = "local"
PULUMI_SECONDS = 120
"""How long `pulumi stack output` may take: it reads the state from its backend."""
PATIENCE_SECONDS = 5
"""Seconds after which the command tells the user what it waits for."""
OnWaiting = Callable[[str], None]
"""Receives a line that says what the command waits for."""


@dataclass(frozen=True)
class System:
    """A stack, its outputs, and clients for the services that the outputs name."""

    outputs: DeployedOutputs
    clients: Clients

    @classmethod
    def of(cls, stack: str, exported: Mapping[str, Any], endpoint_url: str | None = None) -> "System":
        """A system from what its stack exports. The outputs contain the Region, so nobody has to configure it."""
        outputs = DeployedOutputs(stack, exported)
        return cls(outputs, Clients(outputs.region, endpoint_url))

    @property
    def stack(self) -> str:
        return self.outputs.stack


def deployed_system(stack: str, *, on_waiting: OnWaiting = lambda _line: None) -> System:
    """Read the outputs of a deployed stack. Raises InvalidInput for an unknown stack, and NoAccess."""
    return System.of(stack, _stack_outputs(stack, on_waiting))


def local_system() -> System | None:
    """Find the system that runs on this machine."""
    local = find_local_system()
    return System.of(LOCAL, local.outputs, local.url) if local else None


def _stack_outputs(stack: str, on_waiting: OnWaiting) -> Mapping[str, Any]:
    if not (ROOT / f"Pulumi.{stack}.yaml").exists():
        raise no_such_stack(stack)
    outputs: Mapping[str, Any] = json.loads(_pulumi_stack_output(stack, on_waiting))
    if "topicArn" not in outputs:
        raise NoAccess(f"stack {stack} has no outputs: deploy it with `pulumi up --stack {stack}`")
    return outputs


def _pulumi_stack_output(stack: str, on_waiting: OnWaiting) -> str:
    command = ["pulumi", "stack", "output", "--json", "--non-interactive", "--stack", stack]
    name = f"`{' '.join(command)}`"
    try:
        code, out, err = _run(command, lambda: on_waiting(f"waiting for {name}, for up to {PULUMI_SECONDS} s"))
    except subprocess.TimeoutExpired:
        raise NoAccess(
            f"{name} did not answer within {PULUMI_SECONDS} s: check the network and the backend that "
            "`pulumi whoami -v` shows"
        ) from None
    except FileNotFoundError:
        raise NoAccess(
            "`pulumi` is not on PATH: install the Pulumi CLI, which reads the outputs of a deployed stack"
        ) from None
    if code:
        error = err.strip().splitlines() or [f"exit code {code}"]
        raise NoAccess(f"{name} failed: {error[-1]}")
    return out


def _run(command: list[str], on_patience_over: Callable[[], None]) -> tuple[int, str, str]:
    """Run a command, and return its exit code and output. Raises TimeoutExpired, and leaves nothing running."""
    with subprocess.Popen(
        command, cwd=ROOT, text=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        try:
            try:
                out, err = process.communicate(timeout=PATIENCE_SECONDS)
            except subprocess.TimeoutExpired:
                on_patience_over()
                out, err = process.communicate(timeout=PULUMI_SECONDS - PATIENCE_SECONDS)
        except BaseException:
            process.kill()
            raise
    return process.returncode, out, err
