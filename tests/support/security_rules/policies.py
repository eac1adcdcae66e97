"""Rules for roles and policies."""

import re

from infra.resource_types import (
    KEY,
    QUEUE_POLICY,
    ROLE,
    ROLE_POLICY,
    ROLE_POLICY_ATTACHMENT,
    TOPIC_POLICY,
    TRACE_POLICY,
)
from tests.support.recorder import Program, Registration
from tests.support.resource_types import KEY_POLICY, POLICY
from tests.support.security_rules.rule import (
    ACCOUNT,
    POLICY_INPUTS,
    SNS,
    WITHOUT_TLS,
    Rule,
    allowed,
    document,
    listed,
    made,
    principals,
    statements,
)


def names_nobody_at_large(resource: Registration, _: Program) -> bool:
    return not [s for s in statements(resource) if "*" in principals(s, "AWS")]


def names_no_other_account(resource: Registration, _: Program) -> bool:
    return not [s for s in statements(resource) if principals(s, "AWS") and not s.get("Condition")]


def is_trusted_to_services_alone(role: Registration, _: Program) -> bool:
    return all(principals(s, "Service") and not principals(s, "AWS") for s in statements(role))


def has_no_policy_of_awss_own(resource: Registration, _: Program) -> bool:
    attached = [*resource.inputs.get("managedPolicyArns", []), resource.inputs.get("policyArn", "")]
    return not [policy for policy in attached if ":aws:policy/" in policy]


# Actions that change permissions, or that return credentials with other permissions.
RIGHTS = re.compile(r"^(\*|iam:|sts:|sso|organizations:)|:(Add|Remove)Permission|:(Put|Set|Create)\w*(Policy|Grant)")


def grants_no_rights(policy: Registration, _: Program) -> bool:
    return not [action for action in allowed(policy, "Action") if RIGHTS.search(action)]


# Service Authorization Reference, AWS X-Ray. checkov knows that, too.
WITHOUT_RESOURCE = frozenset({"xray:PutTelemetryRecords", "xray:PutTraceSegments"})


def is_as_narrow_as_aws_allows(policy: Registration, _: Program) -> bool:
    everywhere = [statement for statement in statements(policy) if "*" in listed(statement.get("Resource", []))]
    return all(WITHOUT_RESOURCE.issuperset(listed(statement["Action"])) for statement in everywhere)


def is_of_the_language_with_variables(resource: Registration, _: Program) -> bool:
    documents = [resource.document(key) for key in POLICY_INPUTS if key in resource.inputs]
    return all(document.get("Version") == "2012-10-17" for document in documents)


POLICIES = (
    Rule(
        ids=("CKV_AWS_168", "CKV_AWS_169", "CKV_AWS_283", "CKV_AWS_387", "CKV_AWS_33", "CKV_AWS_60"),
        demand="No policy allows an action to everyone, even with a condition.",
        types=(QUEUE_POLICY, TOPIC_POLICY, TRACE_POLICY, KEY_POLICY, KEY, ROLE),
        holds=names_nobody_at_large,
        kept_by=(made(QUEUE_POLICY, policy=document(**SNS)), made(TOPIC_POLICY, policy=document(**WITHOUT_TLS))),
        broken_by=(made(QUEUE_POLICY, policy=document(Principal={"AWS": ["*"]}, Action="sqs:SendMessage")),),
    ),
    Rule(
        ids=("CKV_AWS_385",),
        demand="A topic's or queue's policy allows access by AWS accounts or users only with a condition.",
        types=(TOPIC_POLICY, QUEUE_POLICY),
        holds=names_no_other_account,
        kept_by=(made(QUEUE_POLICY, policy=document(**SNS)),),
        broken_by=(made(TOPIC_POLICY, policy=document(Principal=ACCOUNT, Action="sns:Publish", Condition={})),),
    ),
    Rule(
        ids=(
            "CKV_AWS_63",
            "CKV_AWS_62",
            "CKV_AWS_72",
            "NIST.800.53.R5-IAMPolicyNoStatementsWithAdminAccess",
            "NIST.800.53.R5-IAMPolicyNoStatementsWithFullAccess",
            "Serverless-LambdaStarPermissions",
            "WS1003",
        ),
        demand="No policy allows actions with a wildcard.",
        types=(ROLE_POLICY, POLICY, QUEUE_POLICY, TOPIC_POLICY, TRACE_POLICY, ROLE),
        holds=lambda policy, _: not any("*" in action for action in allowed(policy, "Action")),
        kept_by=(
            made(QUEUE_POLICY, policy=document(**SNS)),
            made(QUEUE_POLICY, policy=document(Action="sqs:*", **WITHOUT_TLS)),
        ),
        broken_by=(made(ROLE_POLICY, policy=document(Action=["sqs:Receive*"], Resource="queue")),),
    ),
    Rule(
        ids=("CKV_AWS_356", "CKV_AWS_108", "CKV_AWS_111"),
        demand="No role has a permission on every resource if AWS allows a narrower one.",
        types=(ROLE_POLICY, POLICY),
        holds=is_as_narrow_as_aws_allows,
        kept_by=(
            made(ROLE_POLICY, policy=document(Action="sqs:ReceiveMessage", Resource="queue")),
            made(ROLE_POLICY, policy=document(Action=sorted(WITHOUT_RESOURCE), Resource="*")),
        ),
        broken_by=(made(ROLE_POLICY, policy=document(Action="sqs:ReceiveMessage", Resource=["queue", "*"])),),
    ),
    Rule(
        ids=("AwsSolutions-IAM5",),
        demand="No role has a permission on resources with a wildcard in their names.",
        types=(ROLE_POLICY, POLICY),
        holds=lambda policy, _: not any("*" in resource for resource in allowed(policy, "Resource")),
        kept_by=(made(ROLE_POLICY, policy=document(Action="sqs:ReceiveMessage", Resource="queue")),),
        broken_by=(made(ROLE_POLICY, policy=document(Action="sqs:ReceiveMessage", Resource="queues-*")),),
    ),
    Rule(
        ids=("CKV_AWS_110", "CKV_AWS_107", "CKV_AWS_109", "CKV2_AWS_40"),
        demand="No role may change permissions or get credentials.",
        types=(ROLE_POLICY, POLICY),
        holds=grants_no_rights,
        kept_by=(made(ROLE_POLICY, policy=document(Action="dynamodb:PutItem", Resource="table")),),
        broken_by=(made(ROLE_POLICY, policy=document(Action="iam:PassRole", Resource="role")),),
    ),
    Rule(
        ids=("CKV_AWS_61",),
        demand="Only AWS services may assume a role.",
        types=(ROLE,),
        holds=is_trusted_to_services_alone,
        kept_by=(made(ROLE, assumeRolePolicy=document(Principal={"Service": "lambda.amazonaws.com"})),),
        broken_by=(made(ROLE, assumeRolePolicy=document(Principal=ACCOUNT)),),
    ),
    Rule(
        ids=("AwsSolutions-IAM4", "CKV_AWS_274", "CKV2_AWS_56"),
        demand="No role has an AWS managed policy.",
        types=(ROLE, ROLE_POLICY_ATTACHMENT),
        holds=has_no_policy_of_awss_own,
        kept_by=(made(ROLE), made(ROLE_POLICY_ATTACHMENT, policyArn="arn:aws:iam::111122223333:policy/ours")),
        broken_by=(made(ROLE_POLICY_ATTACHMENT, policyArn="arn:aws:iam::aws:policy/AdministratorAccess"),),
    ),
    Rule(
        ids=("NIST.800.53.R5-IAMNoInlinePolicy",),
        demand="A role has no inline policies.",
        types=(ROLE, ROLE_POLICY),
        holds=lambda resource, _: resource.type == ROLE and not resource.inputs.get("inlinePolicies"),
        kept_by=(made(ROLE),),
        broken_by=(made(ROLE_POLICY),),
    ),
    Rule(
        ids=("W2511",),
        demand="A policy uses the current version of the policy language.",
        types=(ROLE, ROLE_POLICY, POLICY, QUEUE_POLICY, TOPIC_POLICY, TRACE_POLICY, KEY, KEY_POLICY),
        holds=is_of_the_language_with_variables,
        kept_by=(made(ROLE_POLICY, policy=document()),),
        broken_by=(made(ROLE_POLICY, policy={"Version": "2008-10-17", "Statement": []}),),
    ),
)
