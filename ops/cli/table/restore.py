"""`orders table restore`."""

from datetime import datetime
from typing import Annotated

import typer

from ops.cli.dlq.options import Confirm, Reason
from ops.cli.dlq.times import time_text
from ops.cli.options import Json, Stack, command_on, find_system, parse_since
from ops.cli.output import print_json, print_line
from ops.recovery.restore import NOT_RESTORED, RestorePlan, plan_restore
from ops.recovery.restore import restore as start_restore
from ops.system import System

LATEST = "latest"


def parse_to(text: str) -> datetime | None:
    """Parse a time, or `latest` as None. Raises typer.BadParameter for anything else."""
    return None if text == LATEST else parse_since(text)


def restore(
    *,
    to: Annotated[
        str,
        typer.Option(
            metavar="TIME",
            help="State to restore: 90s, 15m, 2h or 7d ago, an ISO 8601 time, or latest, which is some minutes ago.",
        ),
    ],
    table: Annotated[
        str | None, typer.Option(help="Name of the new table. Default: that of the table and the time.")
    ] = None,
    reason: Reason = "",
    confirm: Confirm = False,
    stack: Stack = None,
    as_json: Json = False,
) -> None:
    """Restore the table to a new one, as it was at a time.

    DynamoDB restores in the background, to a second of the recovery period. The table of the stack stays as it is. The
    new table has its orders and its encryption, but no stream, no point-in-time recovery and no deletion protection.
    It costs extra until you delete it.

    \b
    orders table restore --to 2026-11-24T16:00:00Z
    orders table restore --to 2h --confirm --reason "a script deleted orders" --stack prod
    """
    at = parse_to(to)
    system = find_system(stack)
    plan = plan_restore(system, at, table)
    if confirm:
        start_restore(system, plan, reason=reason)
    if as_json:
        print_json(_in_json(plan, confirmed=confirm))
    else:
        _print(system, plan, confirmed=confirm)


def _print(system: System, plan: RestorePlan, *, confirmed: bool) -> None:
    what = f"{plan.source} as of {time_text(plan.at)} to the new table {plan.target}"
    print_line(f"DynamoDB restores {what}, which takes minutes or hours" if confirmed else f"would restore {what}")
    print_line(f"the new table lacks {', '.join(NOT_RESTORED)}")
    if confirmed:
        print_line(f"when it is ACTIVE: {command_on(system, f'table compare {plan.target}')}")
    else:
        print_line("nothing was restored: add --confirm to do it")


def _in_json(plan: RestorePlan, *, confirmed: bool) -> dict[str, object]:
    return {
        "table": plan.target,
        "source": plan.source,
        "to": plan.at.isoformat(),
        "started": confirmed,
        "notRestored": NOT_RESTORED,
    }
