"""`orders resume`."""

from typing import Annotated

import typer

from ops.cli.options import Stack, find_system
from ops.cli.outlook import pause_rows
from ops.cli.output import print_fact, print_line
from ops.cli.pause import COLUMNS, print_outlook
from ops.pause.record import last_pause
from ops.pause.switch import check_switch
from ops.pause.switch import resume as start


def resume(
    *,
    reason: Annotated[str, typer.Option(help="The reason. The history records it.")] = "",
    confirm: Annotated[bool, typer.Option("--confirm", help="Resume. Without this option, nothing changes.")] = False,
    stack: Stack = None,
) -> None:
    """Process orders again after a pause.

    Enables the event source mapping of the processor, also if somebody disabled it without this tool.

    \b
    orders resume
    orders resume --confirm
    """
    system = find_system(stack)
    check_switch(system, enabled=True)
    for name, value in pause_rows(last_pause(system.clients.logs, system.outputs.log_group_name)):
        print_fact({"name": name, "value": value}, COLUMNS)
    print_outlook(system)
    if not confirm:
        print_line("nothing was changed: add --confirm to resume")
        return
    start(system, reason=reason)
    print_line(f"resumed {system.outputs.processor_name}")
