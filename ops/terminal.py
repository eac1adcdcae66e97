"""What all commands share: their options, and how they write."""

import json
import re
import sys
from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Any
from uuid import uuid4

import typer
from rich.console import Console

from local.project import ROOT

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


def counted(count: int, noun: str) -> str:
    """`1 dead letter`, `2,000 dead letters`."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def say_json(value: object) -> None:
    """Write a value as one line."""
    print(as_json_text(value))


def as_json_text(value: object, *, indent: int | None = None) -> str:
    """A value as JSON, on one line unless indented. Numbers keep all of their digits, which no float would."""
    mark = uuid4().hex

    def marked(number: object) -> str:
        if not isinstance(number, Decimal):
            raise TypeError(type(number).__name__)
        return f"{mark}{number}"

    return re.sub(f'"{mark}([^"]+)"', r"\1", json.dumps(value, default=marked, ensure_ascii=False, indent=indent))


def say(message: str) -> None:
    """Write to standard output, whoever decided what is in the message."""
    print(_printable_lines(message))


def complain(message: str) -> None:
    """Write to standard error."""
    print(_printable_lines(message), file=sys.stderr)


def _printable_lines(message: str) -> str:
    return "\n".join(map(printable, message.split("\n")))


def printable(text: str) -> str:
    """The text without what would move the cursor or forge another line: publishers decide what an order holds."""
    return "".join(character if character.isprintable() else repr(character)[1:-1] for character in text)


def _shown(value: object) -> str:
    return printable(value if isinstance(value, str) else as_json_text(value))


def line_of(values: Mapping[str, Any], widths: Mapping[str, int]) -> str:
    """The values in columns; what is too long for its column pushes the rest, because nothing is cut."""
    return "  ".join(_shown(values.get(name, "")).ljust(width) for name, width in widths.items()).rstrip()
