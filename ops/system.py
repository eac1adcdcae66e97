"""The system that a command works on: a deployed stack, or the system that runs on this machine."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from infra.outputs import DeployedOutputs
from infra.project import emulator_of
from ops.clients import Clients
from ops.errors import NoAccess
from ops.local_system import find_local_system
from ops.pulumi import OnWaiting, run_pulumi

LOCAL = "local"
OUTPUT_SECONDS = 120
"""How long `pulumi stack output` may take: it reads the state from its backend."""


class LetterQueue(StrEnum):
    """The queues of orders that were set aside."""

    DEAD_LETTERS = "dead-letters"
    UNDELIVERED = "undelivered"

    @property
    def logical_name(self) -> str:
        return "OrderDLQ" if self is LetterQueue.DEAD_LETTERS else "OrderUndelivered"


@dataclass(frozen=True)
class System:
    """A stack, its outputs, and clients for the services that the outputs name."""

    outputs: DeployedOutputs
    clients: Clients
    is_deployed: bool = False
    """Whether it is a stack that Pulumi deployed, which a command has to name. The system of `orders local` is not."""
    letter_queue: LetterQueue = LetterQueue.DEAD_LETTERS
    """The queue that the dead-letter commands work on."""

    @classmethod
    def of(cls, stack: str, exported: Mapping[str, Any], endpoint_url: str | None = None) -> "System":
        """A system from what its stack exports. The outputs contain the Region, so nobody has to configure it."""
        outputs = DeployedOutputs(stack, exported)
        return cls(outputs, Clients(outputs.region, endpoint_url))

    @property
    def stack(self) -> str:
        return self.outputs.stack

    @property
    def letter_queue_url(self) -> str:
        is_undelivered = self.letter_queue is LetterQueue.UNDELIVERED
        return self.outputs.undelivered_queue_url if is_undelivered else self.outputs.dead_letter_queue_url


def deployed_system(stack: str, *, on_waiting: OnWaiting = lambda _line: None) -> System:
    """Read the outputs of a deployed stack. Raises InvalidInput for an unknown stack, and NoAccess."""
    outputs = _stack_outputs(stack, on_waiting)
    return replace(System.of(stack, outputs, emulator_of(stack)), is_deployed=True)


def local_system() -> System | None:
    """Find the system that runs on this machine."""
    local = find_local_system()
    return System.of(LOCAL, local.outputs, local.url) if local else None


def _stack_outputs(stack: str, on_waiting: OnWaiting) -> Mapping[str, Any]:
    found = run_pulumi("stack", "output", stack=stack, seconds=OUTPUT_SECONDS, on_waiting=on_waiting)
    outputs: Mapping[str, Any] = json.loads(found)
    if "topicArn" not in outputs:
        raise NoAccess(f"stack {stack} has no outputs: deploy it with `pulumi up --stack {stack}`")
    return outputs
