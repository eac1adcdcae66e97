"""iam-simulate gives every answer of the tables of GitHub's roles, allows nothing else, and notices a fault."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from infra.resource_types import ROLE
from tests.judges.iam.judgement import unlisted, unnoticed_faults, wrong_answers
from tests.judges.iam.policies import Kind, Policy, allows_everything, default_policy, deployed, physical_names
from tests.judges.iam.questions import NOT_OURS, Question, questions
from tests.judges.iam.tables.boundaries import BOUNDARIES
from tests.judges.iam.tables.names import DEPLOY
from tests.judges.iam.tables.stacks import STACKS
from tests.judges.iam.tables.state import STATE
from tests.judges.iam.tables.trust import TRUST
from tests.judges.judge import Judge
from tests.support.arns import BUCKET, arn
from tests.support.github_access import recorded_access
from tests.support.recorder import Program, recorded
from tests.support.resource_types import POLICY

pytestmark = pytest.mark.judged(Judge.IAM_SIMULATE, "workflow-permissions")

UNNOTICED = {
    # See the pipeline's table.
    "orders-boundary-{stack}, MayReadChanges without dynamodb:ListStreams",
    # The boundary is for both functions, and the permissions of one on the key cover some of the other's.
    "orders-boundary-{stack}, MayReadEncrypted gone",
    "orders-boundary-{stack}, MayWriteEncrypted without kms:Decrypt",
    "orders-boundary-{stack}, MayWriteEncrypted without kms:DescribeKey",
    "orders-boundary-{stack}, NotifierMayReadEncrypted gone",
    "orders-boundary-{stack}, NotifierMayReadEncrypted without kms:Decrypt",
    "orders-boundary-{stack}, NotifierMayReadEncrypted without kms:DescribeKey",
    # All other requests lack the key of the condition, or are allowed anyway.
    "orders-deploy-{stack}, {title}ChangeMapping with every action",
    "orders-deploy-{stack}, {title}PassRoleToLambda with every action",
}
"""Faults that no request can show, each with the reason."""

BOUNDED = {stack: arn(ROLE, f"Bounded-{stack}") for stack in DEPLOY}
"""A role that is allowed everything, with the boundary of a stack."""


class Access(NamedTuple):
    table: list[Question]
    policies: list[Policy]
    """The policies of the program."""
    others: list[Policy]


@pytest.fixture(scope="module")
def access() -> Access:
    program = recorded_access()
    roles = deployed(program)
    table = list(questions(TRUST + STACKS + BOUNDARIES + STATE, {**roles.arns, **_arns_of_stacks()}))
    keys = {one.resource for one in table if ":key/" in one.resource}
    others = [*NOT_OURS, *map(allows_everything, BOUNDED.values()), *map(default_policy, keys)]
    return Access(table, [*roles.policies, *_boundaries(program)], others)


def _boundaries(program: Program) -> Iterator[Policy]:
    for stack, role in BOUNDED.items():
        [policy] = [one for one in program.all(POLICY) if one.name == f"orders-boundary-{stack}"]
        yield Policy(kind=Kind.BOUNDARY, owner=role, name=policy.name, document=policy.document("policy"))


def _arns_of_stacks() -> dict[str, str]:
    """Return the ARNs of the names that are in the tables, and are not those of the program."""
    arns = {"bucket another": arn(BUCKET, "another")}
    pipeline = recorded("prod", {"customerManagedKey": "true"})
    names = {"dev": physical_names("dev"), "prod": physical_names("prod"), "other": "{}-other-0000000".format}
    for stack, physical in names.items():
        arns |= {f"{stack} {name}": one for name, one in deployed(pipeline, physical).arns.items()}
        arns[f"{stack} policy boundary"] = arn(POLICY, f"orders-boundary-{stack}")
    return arns | {f"a role with the boundary of {stack}": role for stack, role in BOUNDED.items()}


def test_every_job_may_do_what_the_tables_say(simulator: Path, access: Access) -> None:
    assert wrong_answers(simulator, access.table, [*access.policies, *access.others]) == []


def test_no_role_may_perform_an_action_of_aws_that_the_tables_do_not_list(simulator: Path, access: Access) -> None:
    # The tables themselves say on which resources of which stacks.
    listed = {(one.who, one.action): one.resource for one in reversed(access.table) if one.allowed}
    found = unlisted(simulator, access.table, [*access.policies, *access.others], {*listed.values(), "*"})
    assert {(who, action) for who, action, _ in found} - listed.keys() == set()


def test_a_fault_in_any_statement_changes_an_answer(simulator: Path, access: Access) -> None:
    expected = {fault.format(stack=stack, title=stack.title()) for fault in UNNOTICED for stack in DEPLOY}
    assert unnoticed_faults(simulator, access.table, access.policies, access.others) == expected
