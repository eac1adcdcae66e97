"""The roles of GitHub's workflows in AWS: their trust and their permissions."""

import re
from typing import Any

import pytest

from github.permissions import may_change, may_count, may_describe
from github.resources import Resources
from github.stacks import Stack, deployed_stacks
from github.trust import RepositoryError, github_may_assume
from infra.names import system_names
from infra.project import ROOT
from infra.resource_types import ROLE_POLICY, ROLE_POLICY_ATTACHMENT
from tests.support.arns import ACCOUNT, BUCKET, IDENTITY_PROVIDER, arn
from tests.support.github_access import recorded_access
from tests.support.recorder import Program, Registration, recorded
from tests.support.resource_types import POLICY
from tests.support.security_rules.rule import listed

ORDERS = system_names("Order")
DEV = Resources(stack=Stack(name="dev", region="eu-west-1", system=ORDERS, names="${name}"), account=ACCOUNT)
PROD = Resources(
    stack=Stack(name="prod", region="eu-west-1", system=ORDERS, names="${name}-prod-???????"), account=ACCOUNT
)


@pytest.fixture(scope="module")
def access() -> Program:
    return recorded_access()


def trusted(access: Program, role: str) -> list[str]:
    """Return the subjects that a role trusts, and assert the rest of its trust policy."""
    [statement] = access.one("aws:iam/role:Role", role).document("assumeRolePolicy")["Statement"]
    subjects: list[str] = statement["Condition"]["StringEquals"].pop("token.actions.githubusercontent.com:sub")
    assert statement == {
        "Sid": "GitHubMayAssume",
        "Effect": "Allow",
        "Principal": {"Federated": arn(IDENTITY_PROVIDER, "token.actions.githubusercontent.com")},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {"StringEquals": {"token.actions.githubusercontent.com:aud": "sts.amazonaws.com"}},
    }
    return subjects


def granted(access: Program, role: str) -> list[dict[str, Any]]:
    """Return what the inline policy and the attached policies of a role allow."""
    arns = {one.inputs["policyArn"] for one in access.all(ROLE_POLICY_ATTACHMENT) if one.inputs["role"] == role}
    attached = [policy for policy in access.all(POLICY) if arn(POLICY, policy.name) in arns]
    assert len(attached) == len(arns)
    return [s for one in (access.one(ROLE_POLICY, role), *attached) for s in one.document("policy")["Statement"]]


def policies(access: Program) -> list[Registration]:
    return [*access.all(ROLE_POLICY), *access.all(POLICY)]


# Who


def test_pull_requests_and_the_main_branch_get_the_previews_role(access: Program) -> None:
    assert trusted(access, "orders-preview") == [
        "repo:acme@12/orders@345:pull_request",
        "repo:acme@12/orders@345:ref:refs/heads/main",
    ]


@pytest.mark.parametrize("stack", ["dev", "prod"])
def test_only_jobs_in_a_stacks_environment_get_the_role_that_deploys_it(access: Program, stack: str) -> None:
    assert trusted(access, f"orders-deploy-{stack}") == [f"repo:acme@12/orders@345:environment:{stack}"]


def test_no_pull_request_gets_the_role_that_stores_plans(access: Program) -> None:
    assert trusted(access, "orders-plan") == ["repo:acme@12/orders@345:ref:refs/heads/main"]


def test_there_is_a_role_for_previews_and_one_for_each_stack(access: Program) -> None:
    stacks = {file.name.split(".")[1] for file in ROOT.glob("Pulumi.*.yaml")} - {"local"}
    roles = {role.inputs["name"] for role in access.all("aws:iam/role:Role")}
    assert roles == {"orders-preview", "orders-plan"} | {f"orders-deploy-{stack}" for stack in stacks}


def test_an_account_that_has_github_as_a_provider_gets_no_second_one() -> None:
    access = recorded_access(identityProvider="arn:aws:iam::111122223333:oidc-provider/github")
    assert access.all("aws:iam/openIdConnectProvider:OpenIdConnectProvider") == []
    [statement] = access.one("aws:iam/role:Role", "orders-preview").document("assumeRolePolicy")["Statement"]
    assert statement["Principal"] == {"Federated": "arn:aws:iam::111122223333:oidc-provider/github"}


def test_a_repository_created_before_july_2026_has_no_numbers() -> None:
    statement = github_may_assume("provider", "acme/orders.py", ["pull_request"])
    assert statement["Condition"]["StringEquals"]["token.actions.githubusercontent.com:sub"] == [
        "repo:acme/orders.py:pull_request"
    ]


@pytest.mark.parametrize(
    "repository", ["acme/*", "*", "acme", "acme/", "acme/orders:ref", "acme/or?ers", "a/b/c", "acme/orders\n"]
)
def test_a_repository_that_could_be_several_or_none_is_refused(repository: str) -> None:
    with pytest.raises(RepositoryError) as refused:
        github_may_assume("provider", repository, ["pull_request"])
    assert "must be OWNER@ID/NAME@ID" in str(refused.value)


# What


def test_no_role_may_do_everything_or_everything_of_a_kind(access: Program) -> None:
    allowed = [s for policy in policies(access) for s in policy.document("policy")["Statement"]]
    assert {statement["Effect"] for statement in allowed} == {"Allow"}
    assert [action for statement in allowed for action in statement["Action"] if "*" in action] == []


def test_every_resource_is_a_certain_one_where_aws_lets_it(access: Program) -> None:
    everywhere = {
        action
        for policy in policies(access)
        for statement in policy.document("policy")["Statement"]
        for action in statement["Action"]
        if "*" in listed(statement["Resource"])
    }
    assert everywhere == {
        "cloudwatch:GetMetricStatistics",
        "lambda:CreateEventSourceMapping",  # with a condition
        "logs:DescribeLogGroups",
        "sns:GetSubscriptionAttributes",
        "sns:SetSubscriptionAttributes",
        "sns:Unsubscribe",
        "xray:ListResourcePolicies",
        *("xray:PutTelemetryRecords", "xray:PutTraceSegments"),  # of the boundaries
    }


def test_event_source_mappings_are_held_to_the_stacks_function() -> None:
    [made] = [s for s in may_change(DEV) if "lambda:CreateEventSourceMapping" in s["Action"]]
    assert made["Condition"] == {"ArnLike": {"lambda:FunctionArn": DEV.functions}}


@pytest.mark.parametrize("stack", [DEV, PROD], ids=["dev", "prod"])
def test_what_has_no_arn_is_held_to_the_region_or_to_the_function(stack: Resources) -> None:
    everywhere = [s for s in (*may_describe(stack), *may_count(stack), *may_change(stack)) if "*" in s["Resource"]]
    assert [statement["Condition"] for statement in everywhere] == [
        {"StringEquals": {"aws:RequestedRegion": "eu-west-1"}},
        {"StringEquals": {"aws:RequestedRegion": "eu-west-1"}},
        {"StringEquals": {"aws:RequestedRegion": "eu-west-1"}},
        {"ArnLike": {"lambda:FunctionArn": stack.functions}},
    ]


def test_the_roles_of_the_functions_go_to_lambda_alone() -> None:
    [passed] = [s for s in may_change(PROD) if "iam:PassRole" in s["Action"]]
    assert passed["Resource"] == [
        f"arn:aws:iam::{ACCOUNT}:role/Order{function}-prod-???????" for function in ("Processor", "Notifier")
    ]
    assert passed["Condition"] == {"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}}


@pytest.mark.parametrize(("role", "more"), [("orders-preview", set()), ("orders-plan", {"s3:PutObject"})])
def test_a_preview_can_change_nothing_and_read_neither_orders_nor_messages(
    access: Program, role: str, more: set[str]
) -> None:
    actions = {action for statement in granted(access, role) for action in statement["Action"]}
    assert {action for action in actions if not re.search(r":(Describe|Get|List)", action)} == {"kms:Decrypt", *more}
    assert actions.isdisjoint({"dynamodb:GetItem", "logs:GetLogEvents", "sqs:ReceiveMessage"})


def test_a_preview_looks_at_every_stack(access: Program) -> None:
    looked_at = {resource for statement in granted(access, "orders-preview") for resource in statement["Resource"]}
    assert {DEV.table, PROD.table} < looked_at


def test_the_role_of_one_stack_reaches_no_resource_of_another(access: Program) -> None:
    for own, other in (("dev", PROD), ("prod", DEV)):
        reached = {
            resource for statement in granted(access, f"orders-deploy-{own}") for resource in statement["Resource"]
        }
        assert reached.isdisjoint(
            {
                *other.topics,
                *other.queues,
                other.table,
                *other.functions,
                *other.log_groups,
                *other.roles,
                *other.alarms,
            }
        )


def test_the_role_of_one_stack_writes_no_state_but_its_own(access: Program) -> None:
    [writes] = [s for s in granted(access, "orders-deploy-dev") if "s3:PutObject" in s["Action"]]
    bucket = arn(BUCKET, "orders-state")
    assert writes["Resource"] == [
        f"{bucket}/.pulumi/stacks/orders/dev.*",
        f"{bucket}/.pulumi/locks/organization/orders/dev/*",
        f"{bucket}/.pulumi/backups/orders/dev/*",
        f"{bucket}/.pulumi/history/orders/dev/*",
    ]


def test_a_plan_is_written_by_main_and_read_by_the_role_that_deploys_the_stack(access: Program) -> None:
    plans = f"{arn(BUCKET, 'orders-state')}/plans"
    [writes] = [s for s in granted(access, "orders-plan") if "s3:PutObject" in s["Action"]]
    assert writes["Resource"] == [f"{plans}/*"]
    reading = {
        role: [r for s in granted(access, role) if "s3:GetObject" in s["Action"] for r in s["Resource"] if plans in r]
        for role in ("orders-preview", "orders-plan", "orders-deploy-dev", "orders-deploy-prod")
    }
    assert reading == {
        "orders-preview": [],
        "orders-plan": [],
        "orders-deploy-dev": [f"{plans}/dev/*"],
        "orders-deploy-prod": [f"{plans}/prod/*"],
    }
    [rule] = access.one("aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration").inputs["rules"]
    assert (rule["filter"], rule["expiration"]) == ({"prefix": "plans/"}, {"days": 30})


def test_every_resource_that_the_program_makes_is_one_that_its_role_knows() -> None:
    logical = {
        resource.inputs.get("name", resource.name)
        for fifo in ("false", "true")
        for resource in recorded("dev", {"orderEventsFifo": fifo}).resources
        # IAM has no ARN for subscriptions, and policies have no ARN.
        if resource.custom and not resource.type.endswith(("Subscription", "Policy"))
    }
    known = {
        *DEV.topics,
        *DEV.queues,
        DEV.table,
        *DEV.functions,
        *DEV.log_groups,
        *DEV.roles,
        DEV.dashboard,
        *DEV.alarms,
    }
    assert {re.split(r":log-group:|role/|table/|dashboard/|:(?=Order)", resource)[-1] for resource in known} == logical


def test_a_role_has_room_for_its_policy(access: Program) -> None:
    # Without white space, 10,240 characters in all inline policies of a role, and 6,144 in a managed policy, of which a
    # role can have ten (IAM User Guide, quotas). The roles that look at all stacks have one for each.
    def longest(type_token: str) -> int:
        return max(len(re.sub(r"\s", "", policy.inputs["policy"])) for policy in access.all(type_token))

    assert longest(ROLE_POLICY) < 10_240
    assert longest(POLICY) < 6_144


def test_a_role_keeps_its_descriptions_while_its_own_policy_changes(access: Program) -> None:
    for policy in access.all(ROLE_POLICY):
        attached = {one.urn for one in access.all(ROLE_POLICY_ATTACHMENT) if one.inputs["role"] == policy.name}
        assert attached
        assert attached <= policy.dependencies


def test_statements_have_names_that_iam_takes(access: Program) -> None:
    for policy in policies(access):
        names = [statement["Sid"] for statement in policy.document("policy")["Statement"]]
        assert len(names) == len(set(names))
        assert all(name.isalnum() for name in names)


# Where


def test_the_stacks_are_read_from_their_files() -> None:
    assert deployed_stacks() == [DEV.stack, PROD.stack]


def test_names_are_exact_or_unique_as_the_stack_says() -> None:
    assert DEV.queues[0] == f"arn:aws:sqs:eu-west-1:{ACCOUNT}:OrderQueue"
    assert PROD.queues[0] == f"arn:aws:sqs:eu-west-1:{ACCOUNT}:OrderQueue-prod-???????"


def test_the_state_lasts_and_nobody_outside_gets_at_it(access: Program) -> None:
    assert access.one("aws:s3/bucketVersioning:BucketVersioning").inputs["versioningConfiguration"] == {
        "status": "Enabled"
    }
    closed = access.one("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock").inputs
    assert {key for key, value in closed.items() if value is True} == {
        "blockPublicAcls",
        "blockPublicPolicy",
        "ignorePublicAcls",
        "restrictPublicBuckets",
    }
    [denied] = access.one("aws:s3/bucketPolicy:BucketPolicy").document("policy")["Statement"]
    assert (denied["Effect"], denied["Condition"]) == ("Deny", {"Bool": {"aws:SecureTransport": "false"}})
    assert {resource.type for resource in access.resources if resource.protect} == {
        "aws:iam/openIdConnectProvider:OpenIdConnectProvider",
        "aws:kms/key:Key",
        "aws:s3/bucket:Bucket",
    }


def test_the_outputs_are_the_variables_of_the_workflows(access: Program) -> None:
    assert access.outputs["AWS_ACCOUNT_ID"] == ACCOUNT
    assert access.outputs["AWS_REGION"] == "eu-west-1"
    assert re.fullmatch(r"s3://[\w-]+\?region=eu-west-1", access.outputs["PULUMI_BACKEND_URL"])
