"""The options that several commands share, and how their values are parsed."""

import re
from datetime import UTC, datetime, timedelta
from math import isfinite
from typing import Annotated, Any

import typer

from handler.fields import FIELDS
from infra.project import stack_names
from ops.cli.interrupt import exiting_at_once
from ops.cli.output import print_error
from ops.errors import NoAccess
from ops.system import System, deployed_system, local_system

_SPAN = re.compile(r"(?P<count>\d+)(?P<unit>[smhd])")
MAX_SPAN_LENGTH = 9
"""The longest text of a span whose days fit into a timedelta."""
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_EPOCH = datetime.fromtimestamp(0, UTC)


def complete_stack(incomplete: str) -> list[str]:
    """Return the names of stacks that start with the given text, for shell completion."""
    return [name for name in stack_names() if name.startswith(incomplete)]


def complete_field(incomplete: str) -> list[str]:
    """Return the names of an order's fields that start with the given text, for shell completion."""
    return [field.name for field in FIELDS if field.name.startswith(incomplete)]


def parse_seconds(text: str) -> int:
    """Parse `90s`, `15m`, `2h` or `7d` as seconds. Raises typer.BadParameter for anything else."""
    if (span := _SPAN.fullmatch(text)) is None or len(text) > MAX_SPAN_LENGTH:
        raise typer.BadParameter(f"give 90s, 15m, 2h or 7d, not {text}")
    return int(timedelta(**{_UNITS[span["unit"]]: int(span["count"])}).total_seconds())


def parse_since(text: str) -> datetime:
    """Parse `90s`, `15m`, `2h` or `7d` ago, or an ISO 8601 time. Raises typer.BadParameter for anything else."""
    try:
        if span := _SPAN.fullmatch(text):
            since = datetime.now(UTC) - timedelta(**{_UNITS[span["unit"]]: int(span["count"])})
        else:
            since = datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError):
        raise typer.BadParameter(f"give 90s, 15m, 2h, 7d or an ISO 8601 time, not {text}") from None
    if since < _EPOCH:
        raise typer.BadParameter(f"{text} is before 1970, and there was no log before then")
    return since


def require_finite(number: float | None) -> float | None:
    """Refuse `inf` and `nan`, which are numbers for Python. Raises typer.BadParameter."""
    if number is not None and not isfinite(number):
        raise typer.BadParameter(f"give a finite number, not {number}")
    return number


def since_option(default: str) -> Any:
    """The option --since, with a default such as `1h`."""
    return typer.Option(
        "--since",
        parser=parse_since,
        metavar="TIME",
        default_factory=lambda: default,
        show_default=False,
        help=f"Start of the time range: 90s, 15m, 2h or 7d ago, or an ISO 8601 time. Default: {default}.",
    )


def find_system(stack: str | None) -> System:
    """Find the system that --stack names. Raises UserError if it is not there."""
    with exiting_at_once():
        system = local_system() if stack is None else deployed_system(stack, on_waiting=print_error)
    if system is None:
        raise NoAccess("no system runs on this machine: start one with `orders local`, or name a stack with --stack")
    return system


def command_on(system: System, command: str) -> str:
    """The command line that works on this system, for a hint that the user copies."""
    return f"orders {command} --stack {system.stack}" if system.is_deployed else f"orders {command}"


Stack = Annotated[
    str | None,
    typer.Option(help="Name of a deployed stack. Default: the system on this machine.", autocompletion=complete_stack),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON, for scripts.")]
