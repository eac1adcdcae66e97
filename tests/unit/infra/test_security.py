"""Every resource of each stack follows the security rules, except for the exceptions in docs/security.md."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

import pytest

from infra.project import ROOT
from tests.support.page_tables import rows_under
from tests.support.recorder import Program, recorded
from tests.support.security_rules import RULES
from tests.support.security_rules.rule import Rule

# The stacks that are checked: those with a file, and those with what none of them has.
STACKS: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "dev": ("dev", {}),
    "prod": ("prod", {}),
    "local": ("local", {}),
    "with a key": ("prod", {"customerManagedKey": "true"}),
    "with tracing": ("prod", {"activeTracing": "true"}),
}
PAGE = (ROOT / "docs/security.md").read_text()


@dataclass(frozen=True, kw_only=True)
class Deviation:
    """One row of the table of exceptions."""

    rule: Rule
    resource: str
    stack: str


def exceptions() -> Iterator[Deviation]:
    rule_of = {rule.ids[0]: rule for rule in RULES}
    for rule, resources, stacks, _ in rows_under("Exceptions", "security.md"):
        for resource in re.findall("`([^`]+)`", resources):
            for stack in STACKS if stacks == "all" else stacks.split(", "):
                yield Deviation(rule=rule_of[rule.strip("`")], resource=resource, stack=stack)


EXCEPTIONS = list(exceptions())


@cache
def program(stack: str) -> Program:
    name, settings = STACKS[stack]
    return recorded(name, settings)


def ids(value: object) -> str | None:
    if isinstance(value, Deviation):
        return f"{value.rule.ids[0]}-{value.resource}-{value.stack}"
    return value.ids[0] if isinstance(value, Rule) else None


@pytest.mark.parametrize("stack", STACKS)
@pytest.mark.parametrize("rule", RULES, ids=ids)
def test_every_resource_keeps_the_rules_or_is_an_exception_with_a_reason(rule: Rule, stack: str) -> None:
    excepted = {found.resource for found in EXCEPTIONS if found.rule is rule and found.stack == stack}
    broken = [resource.name for resource in rule.broken_in(program(stack)) if resource.name not in excepted]
    assert not broken, (
        f"{', '.join(rule.ids)}: {rule.demand} In {stack}, these resources break the rule: {', '.join(broken)}. "
        f"Change them in infra/, or add an exception with a reason to docs/security.md under `{rule.ids[0]}`."
    )


@pytest.mark.parametrize("exception", EXCEPTIONS, ids=ids)
def test_every_exception_is_still_one(exception: Deviation) -> None:
    broken = {resource.name for resource in exception.rule.broken_in(program(exception.stack))}
    assert exception.resource in broken, (
        f"In {exception.stack}, {exception.resource} complies with {exception.rule.ids[0]} or does not exist. "
        "Remove it from the exceptions in docs/security.md."
    )


def test_every_exception_gives_its_reason_once() -> None:
    assert all(reason.endswith(".") for *_, reason in rows_under("Exceptions", "security.md"))
    assert len(EXCEPTIONS) == len(set(map(ids, EXCEPTIONS))) > 0


@pytest.mark.parametrize("rule", RULES, ids=ids)
def test_every_rule_can_be_kept_and_broken(rule: Rule) -> None:
    kept, broken = Program(resources=list(rule.kept_by)), Program(resources=list(rule.broken_by))
    assert rule.looks_at(kept)
    assert not rule.broken_in(kept)
    assert rule.broken_in(broken)


def test_no_id_stands_for_two_rules() -> None:
    every = [identifier for rule in RULES for identifier in rule.ids]
    assert len(every) == len(set(every))


def test_every_type_of_resource_has_a_rule_or_no_rule_set_has_one() -> None:
    ruled = {type_token for rule in RULES for type_token in rule.types}
    unruled = {resource.type for stack in STACKS for resource in program(stack).resources if resource.custom} - ruled
    assert {type_token.strip("`") for type_token, _ in rows_under("Types without a rule", "security.md")} == unruled


def rules_table() -> Iterator[str]:
    yield "| Requirement | Rule IDs |"
    yield "| --- | --- |"
    for rule in RULES:
        yield f"| {rule.demand} | {', '.join(f'`{identifier}`' for identifier in rule.ids)} |"


def test_the_page_lists_every_rule() -> None:
    table = "\n".join(rules_table())
    assert f"\n{table}\n" in PAGE, f"docs/security.md should have this table:\n{table}"
