"""iam-simulate gives every answer of the table of the pipeline, and a fault in a policy changes an answer."""

import json
from pathlib import Path

import pytest

from infra.project import ROOT
from infra.resource_types import ROLE
from tests.judges.iam.judgement import unnoticed_faults, wrong_answers
from tests.judges.iam.policies import Deployment, Kind, Policy, deployed, physical_names
from tests.judges.iam.questions import NOT_OURS, Question, may, questions
from tests.judges.iam.simulator import Undecided
from tests.judges.iam.tables.key import PUBLISHING, WITH_A_KEY
from tests.judges.iam.tables.names import PROCESSOR, TABLE
from tests.judges.iam.tables.pipeline import PIPELINE
from tests.judges.judge import Judge
from tests.support.arns import ACCOUNT, REGION, arn
from tests.support.recorder import recorded

pytestmark = pytest.mark.judged(
    Judge.IAM_SIMULATE,
    *("role-permissions", "queue-policy", "tls", "partiql-permission", "given-up-permissions"),
    *("alarms-publish", "key-use", "key-policy-alone"),
)

WITHOUT_A_ROW = {
    # AWS's reference gives ListStreams no resource, so the simulator refuses a request on the streams of a table.
    # The DynamoDB Developer Guide allows it there, as this policy does ("IAM policy to grant read access for a
    # DynamoDB stream only").
    "OrderNotifierMayReadChanges, MayReadChanges without dynamodb:ListStreams",
    # A request for the description of a key has no encryption context, so its condition never holds. The statement
    # follows the CloudWatch Logs User Guide ("Encrypt log data using AWS KMS"), which has the action, too.
    "OrderKey, LogsMayUse without kms:DescribeKey",
}


def as_deployed(stack: str, *, key: bool = False) -> tuple[Deployment, list[Question]]:
    """Return a stack as IAM knows it, and the questions of its table."""
    program = recorded(stack, {"customerManagedKey": str(key).lower()})
    deployment = deployed(program, physical_names(stack))
    return deployment, list(questions(PIPELINE + WITH_A_KEY if key else PIPELINE, deployment.arns))


@pytest.mark.parametrize(("stack", "key"), [("dev", False), ("prod", False), ("prod", True)])
def test_everyone_may_do_what_the_table_says_and_nothing_else(simulator: Path, stack: str, key: bool) -> None:
    deployment, table = as_deployed(stack, key=key)
    assert wrong_answers(simulator, table, [*deployment.policies, *NOT_OURS]) == []


def test_a_fault_in_any_statement_changes_an_answer(simulator: Path) -> None:
    deployment, table = as_deployed("prod", key=True)
    assert unnoticed_faults(simulator, table, deployment.policies, NOT_OURS) == WITHOUT_A_ROW


def test_no_action_but_those_of_its_statements_stands_for_a_batch_of_inserts(simulator: Path) -> None:
    deployment, _ = as_deployed("dev")
    row = may(PROCESSOR, "dynamodb:BatchExecuteStatement", TABLE)
    with pytest.raises(Undecided) as refused:
        wrong_answers(simulator, list(questions([row], deployment.arns)), deployment.policies)
    assert "BatchExecuteStatement" in str(refused.value)
    assert "invalid.action" in str(refused.value)


def test_the_statement_in_the_docs_lets_a_publisher_use_the_key(simulator: Path) -> None:
    deployment, _ = as_deployed("prod", key=True)
    section = (ROOT / "docs/aws.md").read_text().partition("### Turn the key on")[2]
    text = section.partition("```json")[2].partition("```")[0]
    for placeholder, value in {
        "REGION": REGION,
        "ACCOUNT": ACCOUNT,
        "THE STACK OUTPUT topicArn": deployment.arns["topic OrderTopic"],
    }.items():
        text = text.replace(placeholder, value)
    publisher = arn(ROLE, "Publisher")
    document = {"Version": "2012-10-17", "Statement": [json.loads(text)]}
    own = Policy(kind=Kind.IDENTITY, owner=publisher, name="Publish", document=document)
    table = list(questions(PUBLISHING, {**deployment.arns, "a publisher": publisher}))
    assert wrong_answers(simulator, table, [*deployment.policies, own]) == []
