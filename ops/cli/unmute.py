"""`orders unmute`."""

from typing import Annotated

import typer

from ops.cli.dlq.times import time_text
from ops.cli.options import Stack, find_system
from ops.cli.output import print_line
from ops.mute import check_muted
from ops.mute import unmute as unmute_alarms


def unmute(
    *,
    reason: Annotated[str, typer.Option(help="The reason. The history records it.")] = "",
    confirm: Annotated[bool, typer.Option("--confirm", help="Unmute. Without this option, nothing changes.")] = False,
    stack: Stack = None,
) -> None:
    """Let the alarms notify again before a mute ends.

    \b
    orders unmute --stack prod --confirm
    """
    system = find_system(stack)
    print_line(f"muted until {time_text(check_muted(system))}")
    if not confirm:
        print_line("nothing was changed: add --confirm to unmute")
        return
    unmute_alarms(system, reason=reason)
    print_line("the alarms notify again")
