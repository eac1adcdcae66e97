"""`orders pause`."""

from typing import Annotated

import typer

from ops.cli.options import Stack, command_on, find_system
from ops.cli.outlook import intake_lines, outlook_rows
from ops.cli.output import print_fact, print_line
from ops.errors import InvalidInput
from ops.pause.outlook import read_outlook
from ops.pause.switch import check_switch
from ops.pause.switch import pause as stop
from ops.system import System

COLUMNS = {"name": 20, "value": 0}


def pause(
    *,
    reason: Annotated[
        str, typer.Option(help="The reason for the pause. The history records it, and the status shows it.")
    ],
    confirm: Annotated[bool, typer.Option("--confirm", help="Pause. Without this option, nothing changes.")] = False,
    intake: Annotated[bool, typer.Option("--intake", help="Also print how to hold the publishers.")] = False,
    stack: Stack = None,
) -> None:
    """Stop to process orders: they wait in the queue.

    Disables the event source mapping of the processor, and waits until Lambda has. Batches that run are finished.
    SQS deletes an order that waits for longer than messageRetentionSeconds. `pulumi up` leaves the pause as it is, but
    `pulumi up --refresh` ends it.

    \b
    orders pause --reason "the table is restored"
    orders pause --reason "the table is restored" --confirm
    """
    if not reason.strip():
        raise InvalidInput("--reason is empty: say why, for the colleague who finds the queue growing")
    system = find_system(stack)
    check_switch(system, enabled=False)
    if confirm:
        stop(system, reason=reason)
        print_line(f"paused {system.outputs.processor_name}: `{command_on(system, 'resume --confirm')}` goes on")
    print_outlook(system)
    if intake:
        for line in intake_lines(system):
            print_line(line)
    if not confirm:
        print_line("nothing was changed: add --confirm to pause")


def print_outlook(system: System) -> None:
    for name, value in outlook_rows(read_outlook(system)):
        print_fact({"name": name, "value": value}, COLUMNS)
