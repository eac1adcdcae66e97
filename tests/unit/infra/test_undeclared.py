"""Inputs that the program does not declare stay as they are, so that a resource that was made by hand keeps them."""

import pytest

from infra.resource_types import LOG_GROUP, QUEUE, ROLE, TOPIC
from tests.support.recorder import Program


@pytest.mark.parametrize(
    ("kind", "ignored"),
    [
        (LOG_GROUP, {"logGroupClass"}),
        (ROLE, {"inlinePolicies", "managedPolicyArns"}),
        (TOPIC, {"policy"}),
    ],
)
def test_what_aws_or_another_resource_sets_is_kept(dev: Program, kind: str, ignored: set[str]) -> None:
    assert {resource.ignored for resource in dev.all(kind)} == {frozenset(ignored)}


def test_a_queue_keeps_the_policies_that_it_does_not_declare(dev: Program) -> None:
    policies = {"policy", "redrivePolicy", "redriveAllowPolicy"}
    for queue in dev.all(QUEUE):
        assert queue.ignored == policies - queue.inputs.keys()


def test_no_declared_input_is_ignored(dev: Program) -> None:
    assert [resource.name for resource in dev.resources if resource.ignored & resource.inputs.keys()] == []


def test_the_inputs_of_all_other_types_are_compared(dev: Program) -> None:
    assert {resource.type for resource in dev.resources if resource.ignored} == {LOG_GROUP, QUEUE, ROLE, TOPIC}
