"""What a preview and a deployment may do with the resources of a stack, as two tables.

The actions are those that the AWS provider calls for the program's resource types. No action contains a `*`. A resource
is `*` only if AWS does not support a narrower one; a comment gives the reason.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from github.boundary import boundary_arn
from github.resources import Resources
from infra.policies import Statement


@dataclass(frozen=True, kw_only=True)
class Permission:
    """Actions that a role may perform on some resources of a stack."""

    sid: str
    """The statement ID, without the stack's name. A statement has both, because a role can reach several stacks."""
    on: Callable[[Resources], list[str]]
    """Returns the ARNs of the resources."""
    actions: list[str]
    condition: Callable[[Resources], dict[str, Any]] | None = None

    def statement(self, stack: Resources) -> Statement:
        """Return the permission as a statement about one stack."""
        allowed: Statement = {
            "Sid": "".join(filter(str.isalnum, stack.stack.name.title())) + self.sid,
            "Effect": "Allow",
            "Action": self.actions,
            "Resource": self.on(stack),
        }
        return allowed | {"Condition": self.condition(stack)} if self.condition else allowed


def may_describe(stack: Resources) -> list[Statement]:
    """Allow reading the description of every resource of the stack, but no orders and no messages."""
    return _statements(DESCRIBE, stack)


def may_count(stack: Resources) -> list[Statement]:
    """Allow reading the age of the oldest message, which a review compares with the retention."""
    return _statements(COUNT, stack)


def may_change(stack: Resources) -> list[Statement]:
    """Allow creating, changing and deleting every resource of the stack."""
    return _statements(CHANGE, stack)


def _statements(permissions: Iterable[Permission], stack: Resources) -> list[Statement]:
    return [permission.statement(stack) for permission in permissions]


def _anything(_: Resources) -> list[str]:
    return ["*"]


def _for_the_function(stack: Resources) -> dict[str, Any]:
    """Only event source mappings that invoke a function of the stack."""
    return {"ArnLike": {"lambda:FunctionArn": stack.functions}}


def _with_the_boundary(stack: Resources) -> dict[str, Any]:
    """Only a role that has the stack's boundary, or gets it by this request."""
    return {"StringEquals": {"iam:PermissionsBoundary": boundary_arn(stack)}}


def _in_the_region(stack: Resources) -> dict[str, Any]:
    return {"StringEquals": {"aws:RequestedRegion": stack.stack.region}}


def _to_lambda(_: Resources) -> dict[str, Any]:
    return {"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}}


DESCRIBE = (
    Permission(
        sid="LookAtTopic", on=lambda stack: stack.topics, actions=["sns:GetTopicAttributes", "sns:ListTagsForResource"]
    ),
    Permission(
        sid="LookAtQueues",
        on=lambda stack: stack.queues,
        actions=["sqs:GetQueueAttributes", "sqs:GetQueueUrl", "sqs:ListQueueTags"],
    ),
    Permission(
        sid="LookAtTable",
        on=lambda stack: [stack.table],
        actions=[
            "dynamodb:DescribeContinuousBackups",
            "dynamodb:DescribeTable",
            "dynamodb:DescribeTimeToLive",
            "dynamodb:ListTagsOfResource",
        ],
    ),
    Permission(
        sid="LookAtFunction",
        on=lambda stack: stack.functions,
        actions=[
            "lambda:GetFunction",
            "lambda:GetFunctionCodeSigningConfig",
            "lambda:GetFunctionConfiguration",
            "lambda:ListTags",
            "lambda:ListVersionsByFunction",
        ],
    ),
    Permission(
        sid="LookAtMapping",
        on=lambda stack: [stack.mappings],
        actions=["lambda:GetEventSourceMapping"],
        condition=_for_the_function,
    ),
    # Lambda supports no condition for this action.
    Permission(sid="LookAtMappingTags", on=lambda stack: [stack.mappings], actions=["lambda:ListTags"]),
    Permission(
        sid="LookAtAlarms",
        on=lambda stack: stack.alarms,
        actions=["cloudwatch:DescribeAlarms", "cloudwatch:ListTagsForResource"],
    ),
    Permission(sid="LookAtDashboard", on=lambda stack: [stack.dashboard], actions=["cloudwatch:GetDashboard"]),
    Permission(sid="LookAtLogGroup", on=lambda stack: stack.logs, actions=["logs:ListTagsForResource"]),
    Permission(
        sid="LookAtRole",
        on=lambda stack: stack.roles,
        actions=["iam:GetRole", "iam:GetRolePolicy", "iam:ListAttachedRolePolicies", "iam:ListRolePolicies"],
    ),
    # IAM has no resource type for subscriptions, and a list of log groups or of X-Ray's policies has no resource.
    Permission(
        sid="LookAtWhatHasNoArn",
        on=_anything,
        actions=["logs:DescribeLogGroups", "sns:GetSubscriptionAttributes", "xray:ListResourcePolicies"],
        condition=_in_the_region,
    ),
)

# Metrics have no ARN.
COUNT = (
    Permission(sid="ReadAges", on=_anything, actions=["cloudwatch:GetMetricStatistics"], condition=_in_the_region),
)

CHANGE = (
    Permission(
        sid="ChangeTopic",
        on=lambda stack: stack.topics,
        actions=[
            "sns:CreateTopic",
            "sns:DeleteTopic",
            "sns:SetTopicAttributes",
            "sns:Subscribe",
            "sns:TagResource",
            "sns:UntagResource",
        ],
    ),
    # IAM has no resource type and no condition key for subscriptions.
    Permission(
        sid="ChangeSubscription",
        on=_anything,
        actions=["sns:SetSubscriptionAttributes", "sns:Unsubscribe"],
        condition=_in_the_region,
    ),
    Permission(
        sid="ChangeQueues",
        on=lambda stack: stack.queues,
        actions=["sqs:CreateQueue", "sqs:DeleteQueue", "sqs:SetQueueAttributes", "sqs:TagQueue", "sqs:UntagQueue"],
    ),
    Permission(
        sid="ChangeTable",
        on=lambda stack: [stack.table],
        actions=[
            "dynamodb:CreateTable",
            "dynamodb:DeleteTable",
            "dynamodb:TagResource",
            "dynamodb:UntagResource",
            "dynamodb:UpdateContinuousBackups",
            "dynamodb:UpdateTable",
        ],
    ),
    Permission(
        sid="ChangeFunction",
        on=lambda stack: stack.functions,
        actions=[
            "lambda:CreateFunction",
            "lambda:DeleteFunction",
            "lambda:DeleteFunctionConcurrency",
            "lambda:PutFunctionConcurrency",
            "lambda:TagResource",
            "lambda:UntagResource",
            "lambda:UpdateFunctionCode",
            "lambda:UpdateFunctionConfiguration",
        ],
    ),
    # An event source mapping has no ARN before it exists, so the condition restricts the action.
    Permission(
        sid="MakeMapping", on=_anything, actions=["lambda:CreateEventSourceMapping"], condition=_for_the_function
    ),
    Permission(
        sid="ChangeMapping",
        on=lambda stack: [stack.mappings],
        actions=["lambda:DeleteEventSourceMapping", "lambda:UpdateEventSourceMapping"],
        condition=_for_the_function,
    ),
    # Lambda supports no condition for these actions.
    Permission(
        sid="ChangeMappingTags",
        on=lambda stack: [stack.mappings],
        actions=["lambda:TagResource", "lambda:UntagResource"],
    ),
    Permission(
        sid="ChangeAlarms",
        on=lambda stack: stack.alarms,
        actions=[
            "cloudwatch:DeleteAlarms",
            "cloudwatch:PutMetricAlarm",
            "cloudwatch:TagResource",
            "cloudwatch:UntagResource",
        ],
    ),
    Permission(
        sid="ChangeDashboard",
        on=lambda stack: [stack.dashboard],
        actions=["cloudwatch:DeleteDashboards", "cloudwatch:PutDashboard"],
    ),
    Permission(
        sid="ChangeLogGroup",
        on=lambda stack: stack.logs,
        actions=[
            "logs:CreateLogGroup",
            "logs:DeleteLogGroup",
            "logs:DeleteRetentionPolicy",
            "logs:PutRetentionPolicy",
            "logs:TagResource",
            "logs:UntagResource",
        ],
    ),
    # Without DeleteRolePermissionsBoundary, a deployment cannot remove the boundary. With
    # PutRolePermissionsBoundary, it can give a role this boundary, and no other.
    Permission(
        sid="ChangeRole",
        on=lambda stack: stack.roles,
        actions=[
            "iam:CreateRole",
            "iam:DeleteRole",
            "iam:DeleteRolePolicy",
            "iam:PutRolePermissionsBoundary",
            "iam:PutRolePolicy",
            "iam:UpdateAssumeRolePolicy",
            "iam:UpdateRole",
        ],
        condition=_with_the_boundary,
    ),
    Permission(
        sid="ChangeRoleTags",
        on=lambda stack: stack.roles,
        actions=["iam:ListInstanceProfilesForRole", "iam:TagRole", "iam:UntagRole"],
    ),
    Permission(sid="PassRoleToLambda", on=lambda stack: stack.roles, actions=["iam:PassRole"], condition=_to_lambda),
)
