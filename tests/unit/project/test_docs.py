"""The docs agree with the project."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.budget import SECONDS_PER_DAY, delivery_budget
from infra.config import check, group
from infra.project import ROOT, defaults, project
from ops.cli.dlq import COMMANDS as DLQ_COMMANDS
from ops.cli.main import COMMANDS as MAIN_COMMANDS
from tests.support.generated_docs import PAGES, generated
from tests.support.recorder import recorded


def settings_table() -> Iterator[str]:
    yield "| Setting | Default | |"
    yield "| --- | --- | --- |"
    declared = project()["config"]
    for key, value in defaults().items():
        yield f"| `{key}` | {f'`{value}`' if value else 'none'} | {declared[key]['description']} |"


def test_the_readmes_settings_are_those_of_pulumi_yaml() -> None:
    table = "\n".join(settings_table())
    assert table in (ROOT / "README.md").read_text(), f"README.md should have this table:\n{table}"


@pytest.mark.parametrize(("path", "text"), generated().items(), ids=lambda value: getattr(value, "name", ""))
def test_what_is_generated_in_the_docs_is_up_to_date(path: Path, text: str) -> None:
    assert path.read_text() == text, "run `make docs`"


def test_the_readmes_delivery_budget_is_that_of_the_defaults() -> None:
    budget = delivery_budget(group(check(defaults())[0]).by_key())
    shown = [
        f"after {budget.earliest_dead_letter_seconds} seconds at the earliest",
        f"still in the queue after {budget.latest_dead_letter_seconds // SECONDS_PER_DAY} days",
        f"for at least {budget.least_dead_letter_days:g} days",
        f"at least {budget.orders_per_second:g} orders a second",
        f"at least {budget.events_per_second:.2g} events a second for each shard",
    ]
    readme = (ROOT / "README.md").read_text()
    assert [sentence for sentence in shown if sentence not in readme] == []


@pytest.mark.parametrize(
    "folder",
    [
        "handler",
        "infra",
        "local",
        "ops",
        "ops/contract",
        "ops/log",
        "ops/dead_letters",
        "ops/trace",
        "ops/recovery",
        "ops/cli",
        "ops/cli/dlq",
        "github",
    ],
)
def test_the_map_of_the_code_names_every_module_that_is_not_a_command(folder: str) -> None:
    text = re.sub(r"(?ms)^```.*?^```", "", (ROOT / "docs/code.md").read_text())
    commands = {"ops/cli": MAIN_COMMANDS, "ops/cli/dlq": DLQ_COMMANDS}.get(folder, {})
    modules = {source.stem for source in (ROOT / folder).glob("*.py") if not source.stem.startswith("__")}
    assert modules - commands.keys() - set(re.findall(r"`([^`]+)`", text)) == set()


def anchors(text: str) -> set[str]:
    """Return the anchors of a page's headings, as GitHub creates them."""
    headings = re.findall(r"(?m)^#+ (.+)$", text)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_within_the_project_leads_somewhere(page: Path) -> None:
    broken = []
    for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text()):
        if "://" in target:
            continue
        path, _, anchor = target.partition("#")
        file = (page.parent / path).resolve() if path else page
        if not file.exists() or (anchor and anchor not in anchors(file.read_text())):
            broken.append(target)
    assert broken == []


def test_every_page_of_the_docs_is_reachable_from_the_readme() -> None:
    def linked(page: Path, seen: set[Path]) -> set[Path]:
        for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text()):
            file = (page.parent / target).resolve()
            if file.suffix == ".md" and file.exists() and file not in seen:
                seen |= linked(file, seen | {file})
        return seen

    assert {path.resolve() for path in PAGES} == linked(ROOT / "README.md", {ROOT / "README.md"})


def test_the_picture_shows_every_topic_queue_function_and_table_of_the_program() -> None:
    picture = (ROOT / "docs/flow.svg").read_text()
    shown = set(re.findall(r">(Order\w+)</text>", picture))
    drawn = ("sns/topic:Topic", "sqs/queue:Queue", "lambda/function:Function", "dynamodb/table:Table")
    assert shown == {resource.name for token in drawn for resource in recorded("dev").all(f"aws:{token}")}


def test_the_help_of_make_lists_every_target() -> None:
    makefile = (ROOT / "Makefile").read_text()
    targets = set(re.findall(r"(?m)^([a-z-]+):", makefile))
    assert targets == set(re.findall(r"(?m)^([a-z-]+):.* ## ", makefile))
