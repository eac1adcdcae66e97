"""`orders mute`."""

from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer

from ops.cli.dlq.times import time_text
from ops.cli.options import Stack, find_system, parse_seconds
from ops.cli.output import print_line
from ops.mute import Window, muted_until
from ops.mute import mute as mute_alarms


def mute(
    *,
    duration: Annotated[
        int, typer.Option("--for", parser=parse_seconds, metavar="TIME", help="How long, from 2m to 15d.")
    ],
    reason: Annotated[str, typer.Option(help="The reason. The history records it.")] = "",
    confirm: Annotated[bool, typer.Option("--confirm", help="Mute. Without this option, nothing changes.")] = False,
    stack: Stack = None,
) -> None:
    """Let no alarm notify anybody during planned work.

    The alarms still change their states. The mute begins with the next minute, and ends by itself, never later than you
    ask for. It replaces an earlier mute.

    \b
    orders mute --stack prod --for 2h
    orders mute --stack prod --for 2h --reason "the table is restored" --confirm
    """
    system = find_system(stack)
    window = Window.within(datetime.now(UTC), timedelta(seconds=duration))
    if until := muted_until(system):
        print_line(f"muted until {time_text(until)}: this mute replaces it")
    what = f"{len(system.outputs.alarm_names)} alarms from {time_text(window.begin)} to {time_text(window.end)}"
    if not confirm:
        print_line(f"would mute {what}")
        print_line("nothing was changed: add --confirm to mute")
        return
    mute_alarms(system, window, reason=reason)
    print_line(f"muted {what}")
