"""Finds a system that tells events."""

from ops.cli.options import find_system
from ops.errors import NothingDone
from ops.system import System


def find_telling_system(stack: str | None) -> System:
    """Find the system that --stack names. Raises NothingDone if it tells no events."""
    system = find_system(stack)
    if not system.outputs.tells_events:
        raise NothingDone(f"stack {system.stack} tells no events: set orderEvents to true and deploy it")
    return system
