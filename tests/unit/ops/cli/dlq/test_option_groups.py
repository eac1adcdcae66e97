"""Option groups: the fields of a dataclass as options of a command."""

from dataclasses import dataclass
from typing import Annotated

import typer
from typer.testing import CliRunner

from ops.cli.dlq.option_groups import takes_groups


@dataclass(frozen=True)
class Size:
    width: Annotated[int, typer.Argument(help="The width.")]
    height: Annotated[int, typer.Option("--high", help="The height.")] = 2


@takes_groups
def draw(color: Annotated[str, typer.Argument()], size: Size, *, fill: bool = False) -> None:
    """Draw a box."""
    print(color, size, fill)


def run(*arguments: str) -> str:
    app = typer.Typer(rich_markup_mode=None)
    app.command()(draw)
    return CliRunner().invoke(app, arguments).output


def test_a_command_gets_a_group_as_one_value() -> None:
    assert run("red", "3", "--high", "5", "--fill") == "red Size(width=3, height=5) True\n"


def test_an_option_of_a_group_has_its_default() -> None:
    assert run("red", "3") == "red Size(width=3, height=2) False\n"


def test_the_help_is_that_of_the_command_with_every_option() -> None:
    shown = run("--help")
    assert "Draw a box." in shown
    assert all(text in shown for text in ("The width.", "--high", "The height.", "--fill"))
