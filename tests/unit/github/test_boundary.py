"""The permissions boundary: it allows what the program needs, and a deployment cannot get around it."""

from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Any

import pytest

from github.boundary import boundary_arn, boundary_name
from github.permissions import may_change
from github.resources import Resources
from github.stacks import deployed_stacks
from infra.resource_types import KEY, ROLE, ROLE_POLICY
from tests.support.arns import ACCOUNT, arn
from tests.support.github_access import recorded_access
from tests.support.recorder import Program, recorded
from tests.support.resource_types import POLICY
from tests.support.security_rules.rule import listed

STACKS = [Resources(stack=stack, account=ACCOUNT) for stack in deployed_stacks()]
CHANGES_A_ROLE = {
    "iam:CreateRole",
    "iam:DeleteRole",
    "iam:DeleteRolePolicy",
    "iam:PutRolePermissionsBoundary",
    "iam:PutRolePolicy",
    "iam:UpdateAssumeRolePolicy",
    "iam:UpdateRole",
}


def name(stack: Resources) -> str:
    return stack.stack.name


def named(statement: dict[str, Any], stack: Resources) -> Iterator[str]:
    """Yield the ARNs of a statement, with physical names instead of the mocks' logical names."""
    for resource in listed(statement["Resource"]):
        own = resource.removesuffix(":log-stream:*").removesuffix("/stream/*")
        for logical in ("OrderQueue", "Orders", "OrderProcessor", "OrderNotifier", "OrderEvents", "OrderEventsDLQ"):
            if own.removesuffix(".fifo").endswith((f":{logical}", f"/{logical}")):
                yield resource.replace(logical, stack.stack.physical(logical).replace("?", "a"))
                break
        else:
            yield resource


def of_the_key(program: Program) -> list[dict[str, Any]]:
    """Return what the policy of the key allows the functions. The boundary limits that, too."""
    roles = [{"AWS": arn(ROLE, name)} for name in ("OrderProcessor", "OrderNotifier")]
    own = [one for one in program.statements(KEY) if one["Principal"] in roles]
    return [{**one, "Resource": arn(KEY, "OrderKey-id")} for one in own]


@pytest.mark.parametrize("stack", STACKS, ids=name)
@pytest.mark.parametrize("key", ["false", "true"])
@pytest.mark.parametrize("fifo", ["false", "true"])
def test_the_boundary_allows_all_that_the_program_allows_its_functions(stack: Resources, key: str, fifo: str) -> None:
    program = recorded(name(stack), {"customerManagedKey": key, "orderEventsFifo": fifo, "activeTracing": "true"})
    boundary = recorded_access().one(POLICY, boundary_name(name(stack)))
    assert boundary.inputs["name"] == boundary_name(name(stack))
    # A managed policy has at most 6,144 characters without white space (IAM User Guide, quotas).
    assert len(boundary.inputs["policy"]) < 6_144
    allowed = boundary.document("policy")["Statement"]
    needed = program.statements(ROLE_POLICY) + of_the_key(program)
    assert len(needed) == (14 if key == "true" else 10)
    for statement in needed:
        for resource in named(statement, stack):
            assert [
                one
                for one in allowed
                if set(statement["Action"]) <= set(one["Action"])
                and any(fnmatchcase(resource, pattern) for pattern in listed(one["Resource"]))
                and statement.get("Condition") == one.get("Condition")
            ], (statement["Sid"], resource)


@pytest.mark.parametrize("stack", STACKS, ids=name)
def test_a_role_is_changed_only_with_the_boundary_of_its_stack(stack: Resources) -> None:
    assert boundary_arn(stack) == f"arn:aws:iam::{ACCOUNT}:policy/orders-boundary-{name(stack)}"
    [change] = [s for s in may_change(stack) if "iam:CreateRole" in s["Action"]]
    assert set(change["Action"]) == CHANGES_A_ROLE
    assert change["Condition"] == {"StringEquals": {"iam:PermissionsBoundary": boundary_arn(stack)}}
    assert change["Resource"] == stack.roles


@pytest.mark.parametrize("stack", STACKS, ids=name)
def test_a_deployment_changes_and_removes_no_boundary_and_attaches_no_other_policy(stack: Resources) -> None:
    actions = {action for s in may_change(stack) for action in s["Action"] if action.startswith("iam:")}
    assert actions - CHANGES_A_ROLE == {
        "iam:ListInstanceProfilesForRole",
        "iam:PassRole",
        "iam:TagRole",
        "iam:UntagRole",
    }
    assert not [s for s in may_change(stack) for resource in s["Resource"] if ":policy/" in resource]


def test_a_stack_without_the_setting_has_no_boundary() -> None:
    assert [role.name for role in recorded("dev").all(ROLE) if "permissionsBoundary" in role.inputs] == []


def test_whoever_deploys_the_roles_learns_which_stacks_still_lack_the_boundary(
    caplog: pytest.LogCaptureFixture,
) -> None:
    recorded_access()
    for stack in STACKS:
        assert f"pulumi config --stack {name(stack)} set permissionsBoundary {boundary_arn(stack)}" in caplog.text
