"""What AWS can change in place, and what it has to replace: AWS's resource schemas, which cfn-lint contains, say it."""

import json
import subprocess
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from infra.resource_types import TOPIC
from tests.judges.cloudformation import template
from tests.judges.conftest import Have
from tests.judges.judge import Judge
from tests.judges.test_cfn_lint import installed_cfn_lint
from tests.support.arns import REGION
from tests.support.recorder import recorded

CREATE_ONLY = """
import json, sys
from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER as schemas
region, *types = sys.argv[1:]
print(json.dumps({one: schemas.get_resource_schema(region, one).schema["createOnlyProperties"] for one in types}))
"""
Change = tuple[str, str]
"""The type of a resource, and a property that changes."""


def changes(**settings: str) -> list[Change]:
    """What these settings change in prod, of the resources that it has with and without them."""
    before, after = (template(recorded("prod", one))["Resources"] for one in ({}, settings))
    return sorted({change for name in before.keys() & after.keys() for change in _changes(before[name], after[name])})


def _changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Change]:
    old, new = before["Properties"], after["Properties"]
    return [(before["Type"], name) for name in old.keys() | new.keys() if old.get(name) != new.get(name)]


@pytest.fixture(scope="module")
def create_only(have: Have) -> Mapping[str, Sequence[str]]:
    """The properties that only a new resource can have, by type."""
    python = have(installed_cfn_lint).with_name("python")
    types = ("AWS::SNS::Topic", "AWS::SQS::Queue", "AWS::DynamoDB::Table", "AWS::Logs::LogGroup")
    ran = subprocess.run([python, "-c", CREATE_ONLY, REGION, *types], capture_output=True, text=True, check=True)
    found: Mapping[str, Sequence[str]] = json.loads(ran.stdout)
    return {kind: [path.removeprefix("/properties/") for path in paths] for kind, paths in found.items()}


@pytest.mark.judged(Judge.CFN_LINT, "key-changes")
def test_the_key_of_whatever_it_encrypts_changes_in_place(create_only: Mapping[str, Sequence[str]]) -> None:
    changed = [(kind, name) for kind, name in changes(customerManagedKey="true") if kind in create_only]
    assert {kind for kind, _ in changed} == create_only.keys()
    assert [(kind, name) for kind, name in changed if name in create_only[kind]] == []


@pytest.mark.judged(Judge.CFN_LINT, "events-fifo")
def test_a_topic_that_becomes_fifo_is_replaced(create_only: Mapping[str, Sequence[str]]) -> None:
    changed = [name for kind, name in changes(orderEventsFifo="true") if kind == "AWS::SNS::Topic"]
    assert "FifoTopic" in changed
    assert "FifoTopic" in create_only["AWS::SNS::Topic"]
    topics = [one for one in recorded("prod", {"orderEventsFifo": "true"}).all(TOPIC) if one.inputs.get("fifoTopic")]
    assert [topic.inputs["name"].endswith(".fifo") for topic in topics] == [True]
