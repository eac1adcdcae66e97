"""Policies compared: equal ones give no finding, and a wider one is never safe."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra import resource_types as types
from ops.review.finding import Finding, Verdict
from ops.review.live import Live
from ops.review.review import review
from ops.review.rules.statements import pattern_covers
from tests.support.previews import preview, step

ACCOUNT = "123456789012"
ROOT = f"arn:aws:iam::{ACCOUNT}:root"
PRINCIPALS = st.one_of(
    st.just("*"),
    st.fixed_dictionaries(
        {},
        optional={
            "AWS": st.sampled_from(["*", ROOT, [f"arn:aws:iam::{ACCOUNT}:role/r", ROOT]]),
            "Service": st.sampled_from(["sns.amazonaws.com", ["a", "b"]]),
        },
    ).filter(bool),
)
ACTIONS = ["sqs:SendMessage", "sqs:ReceiveMessage", "sqs:*", "sqs:Send*", "kms:Decrypt", "*"]
RESOURCES = ["arn:aws:sqs:a:1:Q", "arn:aws:sqs:a:1:D", "arn:aws:sqs:a:1:*", "*"]
TESTS = st.dictionaries(
    st.sampled_from(["ArnEquals", "StringEquals", "StringNotEquals", "Bool"]),
    st.dictionaries(
        st.sampled_from(["aws:SourceArn", "aws:SecureTransport"]), st.sampled_from(["x", ["x", "y"]]), min_size=1
    ),
    min_size=1,
    max_size=2,
)


def some(values: list[str]) -> st.SearchStrategy[Any]:
    return st.sampled_from(values) | st.lists(st.sampled_from(values), min_size=1, unique=True)


@st.composite
def statements(draw: st.DrawFn) -> dict[str, Any]:
    found: dict[str, Any] = {"Effect": draw(st.sampled_from(["Allow", "Deny"])), "Principal": draw(PRINCIPALS)}
    found[draw(st.sampled_from(["Action", "NotAction"]))] = draw(some(ACTIONS))
    found[draw(st.sampled_from(["Resource", "NotResource"]))] = draw(some(RESOURCES))
    return found | draw(st.just({}) | st.fixed_dictionaries({"Condition": TESTS}))


Draw = Callable[[st.SearchStrategy[Any]], Any]
DOCUMENTS = st.lists(statements(), max_size=4)


def policy(statements: Any, name: str) -> dict[str, str]:
    """A document with an ID, which means nothing."""
    return {"policy": json.dumps({"Version": "2012-10-17", "Id": name, "Statement": statements})}


def findings(before: Any, after: Any) -> list[Finding]:
    update = step("update", types.QUEUE_POLICY, "P", policy(before, "old"), policy(after, "new"))
    return list(review(preview(update), Live()).findings)


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def rewritten(statement: dict[str, Any], draw: Draw) -> list[dict[str, Any]]:
    """The same grants in other words."""
    found = {name: statement[name] for name in draw(st.permutations(sorted(statement)))}
    found["Sid"] = draw(st.text(max_size=3))
    for name in found.keys() & {"NotAction", "Resource", "NotResource"}:
        found[name] = draw(st.permutations(listed(found[name])))
    if "Condition" in found:
        found["Condition"] = {
            {"ArnEquals": draw(st.sampled_from(["ArnEquals", "ArnLike"]))}.get(operator, operator): {
                draw(st.sampled_from([key, key.lower()])): draw(st.permutations(listed(values)))
                for key, values in keys.items()
            }
            for operator, keys in found["Condition"].items()
        }
    else:
        found |= draw(st.sampled_from([{}, {"Condition": {}}]))
    found["Principal"] = same_principal(found["Principal"], draw)
    if "Action" not in found or draw(st.booleans()):
        return [found]
    return [{**found, "Action": draw(st.sampled_from([one, one.lower(), [one]]))} for one in listed(found["Action"])]


def same_principal(principal: Any, draw: Draw) -> Any:
    if principal in ("*", {"AWS": "*"}):
        return draw(st.sampled_from(["*", {"AWS": "*"}, {"AWS": ["*"]}]))
    if isinstance(principal, dict) and principal.get("AWS") == ROOT:
        return {**principal, "AWS": draw(st.sampled_from([ROOT, ACCOUNT, [ACCOUNT, ROOT]]))}
    return principal


@given(st.data(), DOCUMENTS)
def test_the_same_grants_in_other_words_give_no_finding(data: st.DataObject, before: list[dict[str, Any]]) -> None:
    after = [one for statement in before for one in rewritten(statement, data.draw)]
    assert findings(before, data.draw(st.permutations(after))) == []


NARROW = {"Principal": {"Service": "sns.amazonaws.com"}, "Action": "sqs:SendMessage", "Resource": "arn:aws:sqs:a:1:Q"}
CONDITION = {"Condition": {"ArnEquals": {"aws:SourceArn": ["x", "y"]}, "Bool": {"aws:SecureTransport": "true"}}}
BROADER = [
    {"Principal": "*"},
    {"Principal": {"Service": ["sns.amazonaws.com", "s3.amazonaws.com"]}},
    {"Principal": {"AWS": ROOT, "Service": "sns.amazonaws.com"}},
    {"Action": ["sqs:SendMessage", "sqs:ReceiveMessage"]},
    {"Action": "sqs:Send*"},
    {"Action": "*"},
    {"Resource": "*"},
    {"Resource": "arn:aws:sqs:a:1:?"},
    {"Resource": ["arn:aws:sqs:a:1:Q", "arn:aws:sqs:a:1:D"]},
    {"Condition": {}},
    {"Condition": {"ArnEquals": CONDITION["Condition"]["ArnEquals"]}},
    {"Condition": {"ArnEquals": {"aws:SourceArn": ["x", "y", "z"]}, "Bool": {"aws:SecureTransport": "true"}}},
    {"Condition": {"ArnLike": {"aws:SourceArn": "*"}, "Bool": {"aws:SecureTransport": "true"}}},
]
EXCEPT = [{"NotAction": "sqs:DeleteQueue"}, {"NotResource": "arn:aws:sqs:a:1:D"}, {"NotPrincipal": {"AWS": ROOT}}]


def widened(change: dict[str, Any]) -> dict[str, Any]:
    """The narrow statement with a wider part. `NotAction` takes the place of `Action`."""
    replaced = {name.removeprefix("Not") for name in change}
    return {name: value for name, value in (NARROW | CONDITION).items() if name not in replaced} | change


@pytest.mark.parametrize("change", [*BROADER, *EXCEPT], ids=str)
def test_a_wider_permission_weakens_and_a_narrower_one_interrupts(change: dict[str, Any]) -> None:
    narrow, wide = ({"Effect": "Allow", **one} for one in (NARROW | CONDITION, widened(change)))
    assert findings([narrow], [wide])[0].verdict is Verdict.WEAKENS or change in EXCEPT
    assert Verdict.WEAKENS in {one.verdict for one in findings([narrow], [wide])}
    assert Verdict.INTERRUPTS in {one.verdict for one in findings([wide], [narrow])}


@pytest.mark.parametrize("change", [*BROADER, *EXCEPT], ids=str)
def test_a_narrower_denial_weakens(change: dict[str, Any]) -> None:
    narrow, wide = ({"Effect": "Deny", **one} for one in (NARROW | CONDITION, widened(change)))
    assert Verdict.WEAKENS in {one.verdict for one in findings([wide], [narrow])}


@given(DOCUMENTS, statements())
def test_a_permission_that_nothing_covers_is_never_safe(before: list[dict[str, Any]], added: dict[str, Any]) -> None:
    new = {**added, "Effect": "Allow", "Principal": {"AWS": "999999999999"}}
    others = [one for one in before if "*" not in json.dumps(one["Principal"])]
    [found] = findings(others, [*others, new])
    assert found.verdict is Verdict.WEAKENS


@given(DOCUMENTS, statements())
def test_a_denial_that_is_gone_is_never_safe(before: list[dict[str, Any]], gone: dict[str, Any]) -> None:
    old = {**gone, "Effect": "Deny", "Principal": {"AWS": "999999999999"}}
    others = [one for one in before if "*" not in json.dumps(one["Principal"])]
    [found] = findings([*others, old], others)
    assert found.verdict is Verdict.WEAKENS


@given(st.text("ab*?", max_size=6), st.text("ab*?", max_size=6), st.text("ab", max_size=6))
def test_a_pattern_that_covers_another_matches_all_that_it_matches(wide: str, narrow: str, text: str) -> None:
    if pattern_covers(wide, narrow) and pattern_covers(narrow, text):
        assert pattern_covers(wide, text)
    assert pattern_covers(wide, wide)


@pytest.mark.parametrize("after", [{}, [], [5], "x", {"Statement": 5}, {"Statement": [5]}])
def test_what_is_no_policy_is_not_judged_as_safe(after: Any) -> None:
    document = {"policy": json.dumps({"Statement": []})}
    update = step("update", types.QUEUE_POLICY, "P", document, {"policy": json.dumps(after)})
    assert review(preview(update), Live()).verdict is Verdict.LOOK


def test_another_version_of_the_language_gives_variables_another_meaning() -> None:
    statement = {"Effect": "Allow", "Action": "a:b", "Resource": "arn:${aws:username}"}
    old, new = (json.dumps({"Statement": statement, **version}) for version in ({}, {"Version": "2012-10-17"}))
    update = step("update", types.ROLE_POLICY, "P", {"policy": old}, {"policy": new})
    assert review(preview(update), Live()).verdict is Verdict.LOOK


@pytest.mark.parametrize("test", ["ArnEquals aws:SourceArn", "ArnLike aws:sourcearn"])
def test_a_condition_is_shown_as_the_policy_spells_it(test: str) -> None:
    operator, key = test.split()
    added = {"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Condition": {operator: {key: "x"}}}
    [found] = findings([], [added])
    assert found.what == f"allows everybody sqs:SendMessage if {test}"


def test_a_finding_names_what_changes_and_counts_what_is_too_much() -> None:
    statement = {"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": "arn:aws:sqs:a:1:Q"}
    [found] = findings([statement], [statement | {"Action": ["sqs:SendMessage", *(f"a:{i}" for i in range(9))]}])
    assert found.what == "allows everybody a:0, a:1, a:2, a:3, a:4, a:5 and 3 more on Q"
