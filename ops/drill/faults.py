"""The faults of a drill. Each can be mended without losing an order, and breaking twice changes nothing more."""

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from handler.contract import Variable
from ops.samples import invalid_orders
from ops.system import System


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Something that goes wrong: a change of the system, or what a publisher sends."""

    what: str
    """What was broken, in words. Only said when it is mended."""
    cause: Callable[[System], None] = lambda _system: None
    sent: Callable[[], Iterator[str]] = lambda: iter(())
    """Message bodies that a publisher sends and that can never be stored."""


def fault_of(seed: int) -> Fault:
    """Return the fault of a drill: always the same one for the same seed."""
    return random.Random(seed).choice(FAULTS)  # noqa: S311 - not for security


def _name_another_table(system: System) -> None:
    function, name = system.clients.lambda_, system.outputs.processor_name
    variables = function.get_function_configuration(FunctionName=name)["Environment"]["Variables"]
    changed = {**variables, Variable.TABLE_NAME: f"{system.outputs.table_name}Archive"}
    function.update_function_configuration(FunctionName=name, Environment={"Variables": changed})


def _name_another_entry_point(system: System) -> None:
    system.clients.lambda_.update_function_configuration(
        FunctionName=system.outputs.processor_name, Handler="handler.processing.handle"
    )


def _disable_mapping(system: System) -> None:
    function = system.clients.lambda_
    for mapping in function.list_event_source_mappings(FunctionName=system.outputs.processor_name)[
        "EventSourceMappings"
    ]:
        function.update_event_source_mapping(UUID=mapping["UUID"], Enabled=False)


def _reserve_no_concurrency(system: System) -> None:
    """Do what the button Throttle in the Lambda console does."""
    system.clients.lambda_.put_function_concurrency(
        FunctionName=system.outputs.processor_name, ReservedConcurrentExecutions=0
    )


FAULTS: Sequence[Fault] = (
    Fault(what="a publisher sent invalid orders; nothing else was wrong", sent=invalid_orders),
    Fault(what="the environment of the processor named a table that does not exist", cause=_name_another_table),
    Fault(what="the processor's handler named a module that its code lacks", cause=_name_another_entry_point),
    Fault(what="the event source mapping of the processor was disabled", cause=_disable_mapping),
    Fault(what="the reserved concurrency of the processor was 0", cause=_reserve_no_concurrency),
)
