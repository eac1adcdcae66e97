"""A group of commands, each of which is imported only when it runs.

Imports take most of the time of a short command. Each command needs only some of the modules that all commands together
need.
"""

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import wraps
from importlib import import_module
from typing import Any, ClassVar

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

from ops.cli.interrupt import interruptible


@dataclass(frozen=True, slots=True)
class LazyCommand:
    """Where a command is, as `module:function` or `module:app`, and its line in the group's help."""

    target: str
    summary: str
    hidden: bool = False


class LazyGroup(TyperGroup):
    """Lists its commands from a table, and imports the one that is called. Subclasses set `table`."""

    table: ClassVar[Mapping[str, LazyCommand]] = {}

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        for name, lazy in self.table.items():
            self.add_command(TyperCommand(name, help=lazy.summary, hidden=lazy.hidden))

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str | None, Any, list[str]]:
        name, listed, rest = super().resolve_command(ctx, args)
        return name, self.load(name) if listed and name else None, rest

    @classmethod
    def load(cls, name: str) -> Any:
        """Import a command, or the group of that name."""
        module, _, attribute = cls.table[name].target.partition(":")
        target = getattr(import_module(module), attribute)
        if isinstance(target, typer.Typer):
            app = target
        else:
            app = typer.Typer(add_completion=False, rich_markup_mode=None)
            app.command(name)(target)
        command = get_command(app)
        command.name = name
        _let_interrupt(command)
        return command


def _let_interrupt(command: Any) -> None:
    """Let Ctrl-C raise KeyboardInterrupt while the command, or one of the group's commands, is at work."""
    for one in getattr(command, "commands", {}).values():
        _let_interrupt(one)
    if (run := command.callback) and not isinstance(command, TyperGroup):
        command.callback = _at_work(run)


def _at_work(run: Callable[..., None]) -> Callable[..., None]:
    """While the command runs, let Ctrl-C raise KeyboardInterrupt.

    Flush its output, so that a full disk is its error.
    """

    @wraps(run)
    def run_at_work(*arguments: Any, **options: Any) -> None:
        with interruptible():
            try:
                run(*arguments, **options)
            finally:
                sys.stdout.flush()

    return run_at_work


def lazy_app(table: Mapping[str, LazyCommand], description: str, *, completion: bool = False) -> typer.Typer:
    """A Typer app of the commands in the table."""
    group = type("Group", (LazyGroup,), {"table": table})
    return typer.Typer(
        cls=group,
        help=description,
        callback=_no_options,
        no_args_is_help=True,
        add_completion=completion,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )


def _no_options() -> None:
    """Typer wants a callback for a group."""
