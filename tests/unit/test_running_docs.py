"""docs/running.md against the command that it tells of."""

import re
import shlex
from collections.abc import Iterator
from typing import Any

import pytest
from typer.main import get_command

from local.program import ROOT
from ops.cli import app
from ops.errors import Exit

PAGES = [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")]
RUNNING = (ROOT / "docs/running.md").read_text()
COMMANDS: dict[str, Any] = vars(get_command(app))["commands"]


def shown() -> Iterator[str]:
    """Every `orders` command line of the docs, in text or in a console."""
    for page in PAGES:
        text = page.read_text()
        yield from re.findall(r"`(?:\.venv/bin/)?(orders [a-z][^`]*)`", text)
        yield from re.findall(r"(?m)^\$ (?:\.venv/bin/)?(orders [^#\n]*)", text)


@pytest.mark.parametrize("line", sorted(set(shown())))
def test_every_command_line_of_the_docs_is_one_that_the_tool_takes(line: str) -> None:
    _, name, *arguments = shlex.split(line)
    assert name in COMMANDS
    options = {option for parameter in COMMANDS[name].params for option in parameter.opts}
    assert {argument for argument in arguments if argument.startswith("--")} <= options


def test_the_page_tells_of_every_command_and_no_other() -> None:
    assert re.findall(r"(?m)^\| `orders (\w+)` \|", RUNNING) == list(COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_and_option_has_its_help(name: str) -> None:
    command = COMMANDS[name]
    assert command.help
    assert all(getattr(parameter, "help", None) for parameter in command.params if parameter.name != "order_id")


@pytest.mark.parametrize("name", sorted(set(COMMANDS) - {"local"}))
def test_the_examples_of_the_help_are_ones_that_the_tool_takes(name: str) -> None:
    examples = re.findall(r"(?m)^\s*(orders .+)$", str(COMMANDS[name].help))
    assert examples
    for example in examples:
        _, used, *arguments = shlex.split(example.partition("<")[0])
        assert used == name
        options = {option for parameter in COMMANDS[name].params for option in parameter.opts}
        assert {argument for argument in arguments if argument.startswith("--")} <= options


def test_the_page_has_every_exit_code() -> None:
    told = re.findall(r"(?m)^\| (\d+) \|", RUNNING)
    assert told == [*(str(int(code)) for code in Exit), "130"]
