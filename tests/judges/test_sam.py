"""The permissions that AWS SAM gives a function that reads the stream of a table."""

import json
import subprocess

import pytest

from infra.resource_types import ROLE_POLICY, TABLE
from tests.judges.conftest import Have
from tests.judges.judge import Judge
from tests.judges.test_cfn_lint import installed_cfn_lint
from tests.support.arns import arn
from tests.support.recorder import recorded

POLICY = """
import json, sys
from samtranslator.policy_template_processor.processor import PolicyTemplatesProcessor
from samtranslator.policy_templates_data import POLICY_TEMPLATES_FILE
templates = PolicyTemplatesProcessor(json.load(open(POLICY_TEMPLATES_FILE)))
print(json.dumps(templates.convert("DynamoDBStreamReadPolicy", {"TableName": "TABLE", "StreamName": "*"})))
"""


@pytest.fixture(scope="module")
def needed(have: Have) -> set[str]:
    """The actions of SAM's policy. Each is on all streams of the table."""
    python = have(installed_cfn_lint).with_name("python")
    ran = subprocess.run([python, "-c", POLICY], capture_output=True, text=True, check=True)
    statements = json.loads(ran.stdout)["Statement"]
    resources = [statement["Resource"]["Fn::Sub"] for statement in statements]
    streams = [text.replace("${streamName}", values.get("streamName", "")) for text, values in resources]
    assert all(text.endswith("table/${tableName}/stream/*") for text in streams)
    return {action for statement in statements for action in statement["Action"]}


@pytest.mark.judged(Judge.SAM, "stream-permissions")
@pytest.mark.parametrize("stack", ["dev", "prod"])
def test_the_notifier_may_do_with_the_streams_what_sam_lets_a_reader_do(needed: set[str], stack: str) -> None:
    [statement] = recorded(stack).one(ROLE_POLICY, "OrderNotifierMayReadChanges").document("policy")["Statement"]
    assert statement["Resource"] == f"{arn(TABLE, 'Orders')}/stream/*"
    assert set(statement["Action"]) == needed
