"""iam-simulate gives every answer of the table of the pipeline, allows nothing else, and notices every fault."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from infra.project import ROOT
from infra.resource_types import ROLE
from tests.judges.iam.judgement import unlisted, unnoticed_faults, wrong_answers
from tests.judges.iam.policies import Deployment, Kind, Policy, deployed, physical_names
from tests.judges.iam.questions import NOT_OURS, OTHER_ACCOUNT, OTHER_REGION, Question, may, questions
from tests.judges.iam.simulator import Undecided
from tests.judges.iam.tables.key import PUBLISHING, WITH_A_KEY
from tests.judges.iam.tables.names import KEY, PROCESSOR, TABLE
from tests.judges.iam.tables.pipeline import PIPELINE
from tests.judges.iam.tables.tracing import TRACED
from tests.judges.judge import Judge
from tests.support.arns import ACCOUNT, REGION, arn
from tests.support.recorder import recorded

pytestmark = pytest.mark.judged(
    Judge.IAM_SIMULATE,
    *("role-permissions", "queue-policy", "tls", "partiql-permission", "given-up-permissions"),
    *("alarms-publish", "key-use", "key-policy-alone", "tracing-permissions"),
)

OPTIONAL = ("customerManagedKey", "activeTracing")
"""The settings that add permissions."""
STACKS = pytest.mark.parametrize(("stack", "optional"), [("dev", False), ("prod", False), ("prod", True)])
UNNOTICED = {
    # AWS's reference gives ListStreams no resource, so the simulator refuses a request on the streams of a table.
    # The DynamoDB Developer Guide allows it there, as this policy does ("IAM policy to grant read access for a
    # DynamoDB stream only").
    "OrderNotifierMayReadChanges, MayReadChanges without dynamodb:ListStreams",
    # A request for the description of a key has no encryption context, so its condition never holds. The statement
    # follows the CloudWatch Logs User Guide ("Encrypt log data using AWS KMS"), which has the action, too.
    "OrderKey, LogsMayUse without kms:DescribeKey",
}
"""Faults that no request can show, each with the reason."""


def as_deployed(stack: str, *, optional: bool = False) -> tuple[Deployment, list[Question]]:
    """Return a stack as IAM knows it, and the questions of its table."""
    program = recorded(stack, dict.fromkeys(OPTIONAL, str(optional).lower()))
    deployment = deployed(program, physical_names(stack))
    rows = PIPELINE + WITH_A_KEY + TRACED if optional else PIPELINE
    return deployment, list(questions(rows, deployment.arns))


@STACKS
def test_everyone_may_do_what_the_table_says(simulator: Path, stack: str, optional: bool) -> None:
    deployment, table = as_deployed(stack, optional=optional)
    assert wrong_answers(simulator, table, [*deployment.policies, *NOT_OURS]) == []


@STACKS
def test_no_action_of_aws_is_allowed_that_the_table_does_not_list(simulator: Path, stack: str, optional: bool) -> None:
    deployment, table = as_deployed(stack, optional=optional)
    elsewhere = (OTHER_ACCOUNT, OTHER_REGION)
    resources = {one.resource for one in table if not any(place in one.resource for place in elsewhere)}
    assert unlisted(simulator, table, [*deployment.policies, *NOT_OURS], [*resources, "*"]) == set()


@STACKS
def test_a_fault_in_any_statement_changes_an_answer(simulator: Path, stack: str, optional: bool) -> None:
    deployment, table = as_deployed(stack, optional=optional)
    expected = {fault for fault in UNNOTICED if optional or not fault.startswith("OrderKey")}
    assert unnoticed_faults(simulator, table, deployment.policies, NOT_OURS) == expected


def test_a_permission_that_the_table_does_not_list_is_found(simulator: Path) -> None:
    deployment, table = as_deployed("dev")
    [policy] = [one for one in deployment.policies if one.name == "OrderProcessorMayReceive"]
    [statement] = policy.document["Statement"]
    queue = statement["Resource"]
    wider = {**policy.document, "Statement": [{**statement, "Action": [*statement["Action"], "sqs:ListQueueTags"]}]}
    policies = [replace(policy, document=wider), *(one for one in deployment.policies if one is not policy)]
    assert unlisted(simulator, table, policies, [queue]) == {(policy.owner, "sqs:ListQueueTags", queue)}


def test_a_resource_with_two_policies_is_refused(simulator: Path) -> None:
    deployment, table = as_deployed("dev")
    [policy] = [one for one in deployment.policies if one.name == "OrderQueue"]
    with pytest.raises(Undecided) as refused:
        wrong_answers(simulator, table, [*deployment.policies, replace(policy, name="Another")])
    assert "OrderQueue has several policies" in str(refused.value)


def test_no_action_but_those_of_its_statements_stands_for_a_batch_of_inserts(simulator: Path) -> None:
    deployment, _ = as_deployed("dev")
    row = may(PROCESSOR, "dynamodb:BatchExecuteStatement", TABLE)
    with pytest.raises(Undecided) as refused:
        wrong_answers(simulator, list(questions([row], deployment.arns)), deployment.policies)
    assert "BatchExecuteStatement" in str(refused.value)
    assert "invalid.action" in str(refused.value)


def test_the_statement_in_the_docs_lets_a_publisher_use_the_key_and_each_fault_in_it_is_noticed(
    simulator: Path,
) -> None:
    deployment, _ = as_deployed("prod", optional=True)
    section = (ROOT / "docs/aws.md").read_text().partition("### Turn the key on")[2]
    text = section.partition("```json")[2].partition("```")[0]
    for placeholder, value in {
        "REGION": REGION,
        "ACCOUNT": ACCOUNT,
        "THE STACK OUTPUT topicArn": deployment.arns["topic OrderTopic"],
    }.items():
        text = text.replace(placeholder, value)
    publisher = arn(ROLE, "Publisher")
    document = {"Version": "2012-10-17", "Statement": [{"Sid": "Publish", **json.loads(text)}]}
    own = Policy(kind=Kind.IDENTITY, owner=publisher, name="Publish", document=document)
    table = list(questions(PUBLISHING, {**deployment.arns, "a publisher": publisher}))
    [of_key] = [one for one in deployment.policies if one.owner == deployment.arns[KEY]]
    elsewhere = replace(of_key, owner=of_key.owner.replace(REGION, OTHER_REGION))
    others = [*deployment.policies, elsewhere]
    assert wrong_answers(simulator, table, [*others, own]) == []
    assert unnoticed_faults(simulator, table, [own], others) == set()
