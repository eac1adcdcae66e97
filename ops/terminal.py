"""What all commands share: their options, and how they write."""

import json
import sys
from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Any

import typer
from rich.console import Console

from local.program import ROOT

console = Console(highlight=False)
progress_console = Console(stderr=True)


def stacks(incomplete: str) -> list[str]:
    """The stacks whose names begin so, for the shell's completion."""
    names = (path.name.removeprefix("Pulumi.").removesuffix(".yaml") for path in ROOT.glob("Pulumi.*.yaml"))
    return sorted(name for name in names if name.startswith(incomplete))


Stack = Annotated[
    str | None,
    typer.Option(help="A deployed stack; without it, the system that runs on this machine.", autocompletion=stacks),
]
Json = Annotated[bool, typer.Option("--json", help="For machines.")]


def say_json(value: object) -> None:
    """Write a value as one line. DynamoDB's numbers stay exact."""
    print(json.dumps(value, default=_number, ensure_ascii=False))


def _number(value: object) -> int | float:
    if not isinstance(value, Decimal):
        raise TypeError(type(value).__name__)
    return int(value) if value == value.to_integral_value() else float(value)


def complain(message: str) -> None:
    """Write a line to standard error."""
    print(message, file=sys.stderr)


def line_of(values: Mapping[str, Any], widths: Mapping[str, int]) -> str:
    """The values in columns; what is too long for its column pushes the rest, because nothing is cut."""
    return "  ".join(str(values.get(name, "")).ljust(width) for name, width in widths.items()).rstrip()
