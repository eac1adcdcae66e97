"""Stops and starts the event source mapping of the queue.

Each switch is recorded before it is made. A command that is killed in between leaves either a record without a switch,
and then nothing has changed, or a switch without a result in its record. Both can be repeated.
"""

import time
from collections.abc import Callable, Mapping
from typing import Any

from ops.errors import NoAccess, NothingDone
from ops.history import recorded
from ops.mappings import find_mapping, is_stopped
from ops.system import System

SETTLED = {"Enabled", "Disabled"}
"""The states in which Lambda accepts a change (Lambda API Reference, EventSourceMappingConfiguration)."""
WAIT_SECONDS = 300
"""How long Lambda may take to switch a mapping."""

Sleep = Callable[[float], None]


def pause(system: System, *, reason: str, sleep: Sleep = time.sleep) -> None:
    """Stop the processing, and wait until Lambda has. Raises NothingDone if it is stopped already."""
    _switch(system, "pause", enabled=False, reason=reason, sleep=sleep)


def resume(system: System, *, reason: str, sleep: Sleep = time.sleep) -> None:
    """Start the processing, and wait until Lambda has. Raises NothingDone if it is not stopped."""
    _switch(system, "resume", enabled=True, reason=reason, sleep=sleep)


def check_switch(system: System, *, enabled: bool) -> None:
    """Raises NothingDone if the mapping is so already, or about to be."""
    if is_stopped(find_mapping(system)["State"]) is not enabled:
        state = "processes orders: it is not paused" if enabled else "is paused already: see `orders status`"
        raise NothingDone(f"{system.outputs.processor_name} {state}. Nothing was changed")


def _switch(system: System, action: str, *, enabled: bool, reason: str, sleep: Sleep) -> None:
    mapping = _settled(system, sleep)
    check_switch(system, enabled=enabled)
    with recorded(system, action, reason=reason, mapping=mapping["UUID"]) as result:
        system.clients.lambda_.update_event_source_mapping(UUID=mapping["UUID"], Enabled=enabled)
        result["state"] = _settled(system, sleep)["State"]


def _settled(system: System, sleep: Sleep) -> Mapping[str, Any]:
    """Wait until Lambda has made the last change of the mapping. Raises NoAccess if it takes too long."""
    for _ in range(WAIT_SECONDS):
        mapping = find_mapping(system)
        if mapping["State"] in SETTLED:
            return mapping
        sleep(1)
    raise NoAccess(
        f"the event source mapping is {mapping['State']} for {WAIT_SECONDS} s: look at it again with `orders status`"
    )
