"""docs/reference.md, generated from the help of every command: `make docs` writes it."""

from collections.abc import Iterator
from typing import Any

import typer
from typer.core import TyperGroup
from typer.main import get_command

from infra.project import ROOT
from ops.cli.main import app

PAGE = ROOT / "docs/reference.md"
WIDTH = 100

_HEAD = """# Command reference

The help of every command, as `--help` prints it. `make docs` generates this page.
[running.md](running.md) and [dead-letters.md](dead-letters.md) explain how to use the commands.
"""

Words = tuple[str, ...]


def commands(group: Any = None, *before: str) -> Iterator[tuple[Words, Any]]:
    """Every command with the words that call it, those of groups included."""
    group = group or get_command(app)
    for name in group.commands:
        command = group.load(name) if hasattr(group, "load") else group.commands[name]
        if isinstance(command, TyperGroup):
            yield from commands(command, *before, name)
        else:
            yield (*before, name), command


def reference() -> str:
    """The page: a section for each command, the short name `dlq` left out."""
    sections = [
        f"## orders {' '.join(words)}\n\n```text\n{_help(words, command)}\n```\n"
        for words, command in commands()
        if words[0] != "dlq"
    ]
    return "\n".join([_HEAD, *sections])


def _help(words: Words, command: Any) -> str:
    context = typer.Context(command, info_name=" ".join(["orders", *words]), terminal_width=WIDTH)
    return str(command.get_help(context)).strip()
