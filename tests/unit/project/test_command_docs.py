"""The docs against the command that they describe."""

import re
import shlex
from collections.abc import Iterator
from typing import Any

import pytest

from infra.project import ROOT
from ops.cli.dlq import COMMANDS as DEAD_LETTER_COMMANDS
from ops.cli.events import COMMANDS as EVENT_COMMANDS
from ops.cli.exit_codes import Exit
from ops.cli.main import COMMANDS as TOP_COMMANDS
from ops.cli.table import COMMANDS as TABLE_COMMANDS
from tests.support.reference import commands

PAGES = [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")]
RUNNING = (ROOT / "docs/running.md").read_text()


COMMANDS: dict[tuple[str, ...], Any] = dict(commands())
SHORT, LONG, EVENTS, TABLE = "dlq", "dead-letters", "events", "table"


def shown() -> Iterator[str]:
    """Return every `orders` command line of the docs, in text or in a console block."""
    for page in PAGES:
        text = page.read_text()
        yield from re.findall(r"`(?:\.venv/bin/)?(orders [a-z][^`]*)`", text)
        yield from re.findall(r"(?m)^\$ (?:\.venv/bin/)?(orders [^#\n]*)", text)


def called(line: str) -> tuple[tuple[str, ...], list[str]]:
    """Return the command that a line calls, and the options of the line."""
    _, *words = shlex.split(line.partition("<")[0])
    options = [word for word in words if word.startswith("--")]
    for length in (3, 2, 1):
        if (name := tuple(words[:length])) in COMMANDS:
            return name, options
    # The group itself stands for all of its commands.
    if words == [EVENTS]:
        return (EVENTS, "failed"), []
    if words == [TABLE]:
        return (TABLE, "compare"), []
    return ((LONG, "list"), []) if words in ([SHORT], [LONG], [LONG, "…"], [LONG, "--help"]) else (tuple(words), [])


def options_of(name: tuple[str, ...]) -> set[str]:
    return {option for parameter in COMMANDS[name].params for option in parameter.opts}


@pytest.mark.parametrize("line", sorted(set(shown())))
def test_every_command_line_of_the_docs_is_one_that_the_tool_takes(line: str) -> None:
    name, options = called(line)
    assert name in COMMANDS
    assert set(options) - {"--help"} <= options_of(name)


def test_the_page_lists_every_command_and_no_other() -> None:
    expected = re.findall(r"(?m)^\| `orders ([\w-]+)` \|", RUNNING)
    assert sorted([*expected, SHORT]) == sorted({name[0] for name in COMMANDS})


def test_the_runbook_names_every_dead_letter_command() -> None:
    runbook = (ROOT / "docs/dead-letters.md").read_text()
    for _, *name in (name for name in COMMANDS if name[0] == LONG):
        assert re.search(rf"orders (dlq|dead-letters) {name[0]}\b", runbook), f"docs/dead-letters.md has no {name[0]}"


def test_the_runbook_names_every_option_of_the_dead_letter_commands() -> None:
    runbook = (ROOT / "docs/dead-letters.md").read_text()
    expected = {
        option for name in COMMANDS if name[0] == LONG for option in options_of(name) if option.startswith("--")
    }
    assert expected - set(re.findall(r"--[a-z-]+", runbook)) == set()


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
    expected = re.findall(r"(?m)^\| (\d+) \|", RUNNING)
    assert expected == [*(str(int(code)) for code in Exit), "130"]


@pytest.mark.parametrize(
    ("words", "listed"),
    [((name,), lazy) for name, lazy in TOP_COMMANDS.items() if name not in {SHORT, LONG, EVENTS, TABLE}]
    + [((LONG, name), lazy) for name, lazy in DEAD_LETTER_COMMANDS.items() if name != "move"]
    + [((EVENTS, name), lazy) for name, lazy in EVENT_COMMANDS.items()]
    + [((TABLE, name), lazy) for name, lazy in TABLE_COMMANDS.items()],
    ids=str,
)
def test_a_commands_line_in_the_list_is_the_first_sentence_of_its_help(words: tuple[str, ...], listed: Any) -> None:
    first = re.split(r"(?<=\.)\s", str(COMMANDS[words].help))[0]
    assert " ".join(first.split()) == listed.summary
