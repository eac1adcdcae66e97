"""docs/running.md against the command that it tells of."""

import re
import shlex
from collections.abc import Iterator
from typing import Any

import pytest
from typer.main import get_command

from local.project import ROOT
from ops.cli import app
from ops.errors import Exit

PAGES = [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")]
RUNNING = (ROOT / "docs/running.md").read_text()


def commands_of(group: Any, *before: str) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every command with the words that call it, those of groups included."""
    for name, command in vars(group)["commands"].items():
        if "commands" in vars(command):
            yield from commands_of(command, *before, name)
        else:
            yield (*before, name), command


COMMANDS: dict[tuple[str, ...], Any] = dict(commands_of(get_command(app)))
SHORT, LONG = "dlq", "dead-letters"


def shown() -> Iterator[str]:
    """Every `orders` command line of the docs, in text or in a console."""
    for page in PAGES:
        text = page.read_text()
        yield from re.findall(r"`(?:\.venv/bin/)?(orders [a-z][^`]*)`", text)
        yield from re.findall(r"(?m)^\$ (?:\.venv/bin/)?(orders [^#\n]*)", text)


def called(line: str) -> tuple[tuple[str, ...], list[str]]:
    """The command that a line calls, and the options that it gives."""
    _, *words = shlex.split(line.partition("<")[0])
    name = tuple(words[: 2 if words[0] in {SHORT, LONG} else 1])
    if name in {(SHORT,), (LONG,), (LONG, "…"), (LONG, "--help")}:  # all of them
        return (LONG, "list"), []
    return name, [word for word in words if word.startswith("--")]


def options_of(name: tuple[str, ...]) -> set[str]:
    return {option for parameter in COMMANDS[name].params for option in parameter.opts}


@pytest.mark.parametrize("line", sorted(set(shown())))
def test_every_command_line_of_the_docs_is_one_that_the_tool_takes(line: str) -> None:
    name, options = called(line)
    assert name in COMMANDS
    assert set(options) - {"--help"} <= options_of(name)


def test_the_page_tells_of_every_command_and_no_other() -> None:
    told = re.findall(r"(?m)^\| `orders ([\w-]+)` \|", RUNNING)
    assert sorted([*told, SHORT]) == sorted({name[0] for name in COMMANDS})


def test_the_runbook_tells_of_every_command_about_dead_letters() -> None:
    runbook = (ROOT / "docs/dead-letters.md").read_text()
    for _, *name in (name for name in COMMANDS if name[0] == LONG):
        assert re.search(rf"orders (dlq|dead-letters) {name[0]}\b", runbook), f"docs/dead-letters.md has no {name[0]}"


def test_the_runbook_tells_of_every_option_about_dead_letters() -> None:
    runbook = (ROOT / "docs/dead-letters.md").read_text()
    told = {option for name in COMMANDS if name[0] == LONG for option in options_of(name) if option.startswith("--")}
    assert told - set(re.findall(r"--[a-z-]+", runbook)) == set()


def test_the_short_name_stands_for_the_same_commands() -> None:
    assert {name[1:] for name in COMMANDS if name[0] == SHORT} == {name[1:] for name in COMMANDS if name[0] == LONG}


@pytest.mark.parametrize("name", COMMANDS, ids=" ".join)
def test_every_command_and_option_has_its_help(name: tuple[str, ...]) -> None:
    command = COMMANDS[name]
    assert command.help
    assert all(getattr(parameter, "help", None) for parameter in command.params if parameter.name != "order_id")


@pytest.mark.parametrize("name", sorted(set(COMMANDS) - {("local",)}), ids=" ".join)
def test_the_examples_of_the_help_are_ones_that_the_tool_takes(name: tuple[str, ...]) -> None:
    examples = re.findall(r"(?m)^\s*(orders .+)$", str(COMMANDS[name].help))
    assert examples
    for example in examples:
        used, options = called(example)
        assert used[-1] == name[-1]
        assert set(options) <= options_of(used)


def test_the_page_has_every_exit_code() -> None:
    told = re.findall(r"(?m)^\| (\d+) \|", RUNNING)
    assert told == [*(str(int(code)) for code in Exit), "130"]
