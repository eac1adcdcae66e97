"""The event source mapping through which the processor receives orders."""

from collections.abc import Mapping
from typing import Any

from ops.errors import NoAccess
from ops.queues import arn_of_queue
from ops.system import System


def find_mapping(system: System, queue_arn: str = "") -> Mapping[str, Any]:
    """Find the mapping of OrderQueue and the processor. Raises NoAccess if it does not exist."""
    name = system.outputs.processor_name
    source = queue_arn or arn_of_queue(system.clients.sqs, system.outputs.queue_url)
    found = system.clients.lambda_.list_event_source_mappings(FunctionName=name, EventSourceArn=source)
    if not (mappings := found["EventSourceMappings"]):
        raise NoAccess(f"{name} has no event source mapping of its queue, so it processes no order: run `orders drift`")
    return dict(mappings[0])


def is_stopped(state: str) -> bool:
    """Whether a mapping in this state receives nothing, or is about to stop: `Disabled` or `Disabling`."""
    return state.startswith("Disabl")
