"""Previews of any content: a review, or one line that says what is wrong."""

import json
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ops.errors import InvalidInput
from ops.review.finding import Verdict
from ops.review.live import Live
from ops.review.markdown import as_markdown
from ops.review.preview import Operation, read_preview
from ops.review.review import review
from ops.review.rules import RULES, event_inputs

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
INPUTS = st.dictionaries(
    st.sampled_from(sorted({name for rules in RULES.values() for names in rules for name in names})), JSON, max_size=4
)
STATES = st.fixed_dictionaries(
    {"type": st.sampled_from(sorted(RULES)), "inputs": INPUTS, "outputs": st.dictionaries(st.text(max_size=5), JSON)}
)
STEPS = st.fixed_dictionaries(
    {
        "op": st.sampled_from([*Operation, "refresh", "import", "create-replacement"]),
        "urn": st.just("urn:pulumi:dev::orders::a:b:C$t::Name"),
        "oldState": st.none() | STATES,
        "newState": st.none() | STATES,
        "replaceReasons": st.none() | st.lists(st.text(max_size=5), max_size=2),
    }
)


@pytest.mark.parametrize(
    "text", ["", "5", "[]", "{}", '{"steps": 5}', '{"steps": [5]}', '{"steps": [{}]}', "[" * 99_999]
)
def test_what_is_no_preview_is_one_line(text: str) -> None:
    with pytest.raises(InvalidInput) as told:
        read_preview(text)
    assert str(told.value).startswith("this is not the output of `pulumi preview --json`: ")


@pytest.mark.parametrize(
    "broken",
    [
        {"urn": 5},
        {"urn": "no-urn"},
        {"oldState": "x"},
        {"oldState": {"type": 5}},
        {"newState": {"inputs": [1]}},
        {"oldState": {"outputs": "x"}},
        {"newState": {"propertyDependencies": True}},
        {"newState": {"propertyDependencies": {"policy": 5}}},
        {"replaceReasons": [[1]]},
        {"detailedDiff": 5},
    ],
)
def test_a_step_with_a_part_of_another_type_is_one_line(broken: dict[str, Any]) -> None:
    step = {"op": "update", "urn": "u::p::t::n", "oldState": {}, "newState": {}}
    with pytest.raises(InvalidInput) as told:
        read_preview(json.dumps({"steps": [step | broken]}))
    assert str(told.value).startswith("this is not the output of `pulumi preview --json`: ")


def test_an_operation_that_nobody_knows_is_an_error_and_not_safe() -> None:
    with pytest.raises(InvalidInput) as told:
        read_preview('{"steps": [{"op": "explode", "urn": "u::p::t::n", "oldState": {"type": "aws:sqs/queue:Queue"}}]}')
    assert "explode" in str(told.value)


@given(JSON)
def test_any_json_is_a_preview_or_one_line(value: Any) -> None:
    try:
        assert read_preview(json.dumps({"steps": value})) is not None
    except InvalidInput as error:
        assert "\n" not in str(error)


ODD: list[Any] = [None, True, 1.5, "x", [], [[1]], {}, {"a": 1}, '{"Statement": 5}', '{"maxReceiveCount": "x"}']
"""Values that no input has, or only some."""


@pytest.mark.parametrize("component", ["", "$orders:index:OrderNotifier"], ids=["of the system", "of the events"])
@pytest.mark.parametrize("kind", sorted(kind for kind, rules in RULES.items() if rules))
def test_every_rule_takes_a_value_of_any_type(kind: str, component: str) -> None:
    rules = [*RULES.get(kind, {}), *event_inputs.RULES.get(kind, {})]
    urn = f"urn:pulumi:dev::orders::orders:index:OrderSystem{component}${kind}::Name"
    for name in sorted({name for names in rules for name in names}):
        for before, after in permutations(ODD, 2):
            old, new = {"type": kind, "inputs": {name: before}}, {"type": kind, "inputs": {name: after}}
            step = {"op": "update", "urn": urn, "oldState": old, "newState": new}
            assert review(read_preview(json.dumps({"steps": [step]})), Live()).verdict in Verdict


@given(st.lists(STEPS, max_size=4))
def test_inputs_of_any_type_are_reviewed(steps: list[dict[str, Any]]) -> None:
    try:
        found = review(read_preview(json.dumps({"steps": steps})), Live())
    except InvalidInput as error:
        assert "\n" not in str(error)
        return
    assert as_markdown(found, "dev").startswith("### dev: ")
