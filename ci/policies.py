"""What GitHub's workflows may do: each statement is a function named by what it allows.

Everything here is plain data once the ARNs are. The actions are those that the AWS provider calls for the pipeline's
types of resources; none has a `*`. A resource has one where AWS leaves no choice, and the function says why.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ci.stacks import Stack
from infra.policies import Statement

ISSUER = "token.actions.githubusercontent.com"
AUDIENCE = "sts.amazonaws.com"

# OWNER/NAME, each with its number behind an @: what nobody can take over by taking a name that was given up.
REPOSITORY = re.compile(r"[\w-]+(@\d+)?/[\w.-]+(@\d+)?")


ALARMS = (
    *("OrderTopicFailures", "OrderTopicLosses", "OrderUndeliveredNotEmpty"),
    *("OrderQueueTooOld", "OrderDLQNotEmpty", "OrderDLQGrowing"),
    *("OrderProcessorErrors", "OrderProcessorThrottles", "OrderProcessorSlow"),
    *("OrderTableThrottled", "OrderTableInsertErrors", "OrderTablePutErrors"),
)


class RepositoryError(ValueError):
    """The repository is none: a wildcard in it, for one, would let others in."""


def github_may_assume(provider: str, repository: str, contexts: Sequence[str]) -> Statement:
    """Jobs of the repository in one of the contexts, such as `pull_request` or `environment:prod`, and nobody else.

    Raises RepositoryError for what is not a single repository.
    """
    if not REPOSITORY.fullmatch(repository):
        raise RepositoryError(f"repository is {repository}, but must be OWNER@ID/NAME@ID or OWNER/NAME")
    return {
        "Sid": "GitHubMayAssume",
        "Effect": "Allow",
        "Principal": {"Federated": provider},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {
            "StringEquals": {
                f"{ISSUER}:aud": AUDIENCE,
                f"{ISSUER}:sub": [f"repo:{repository}:{context}" for context in contexts],
            }
        },
    }


@dataclass(frozen=True, kw_only=True)
class Resources:
    """The ARNs of a stack's resources in an account, before there are any: unique names end in a `*`."""

    stack: Stack
    account: str

    @property
    def topics(self) -> list[str]:
        return [self._arn("sns", self._named(name)) for name in ("OrderTopic", "OrderAlerts")]

    @property
    def queues(self) -> list[str]:
        return [self._arn("sqs", self._named(name)) for name in ("OrderQueue", "OrderDLQ", "OrderUndelivered")]

    @property
    def table(self) -> str:
        return self._arn("dynamodb", f"table/{self._named('Orders')}")

    @property
    def function(self) -> str:
        return self._arn("lambda", f"function:{self._named('OrderProcessor')}")

    @property
    def mappings(self) -> str:
        """Lambda names event source mappings; which function one is of, only a condition can say."""
        return self._arn("lambda", "event-source-mapping:*")

    @property
    def log_group(self) -> list[str]:
        """Some actions are checked against the group, others against what is in it."""
        group = self._arn("logs", f"log-group:{self._named('/aws/lambda/OrderProcessor')}")
        return [group, f"{group}:*"]

    @property
    def alarms(self) -> list[str]:
        return [self._arn("cloudwatch", f"alarm:{self._named(name)}") for name in ALARMS]

    @property
    def dashboard(self) -> str:
        """Dashboards are in no Region."""
        return f"arn:aws:cloudwatch::{self.account}:dashboard/{self._named('OrderFlow')}"

    @property
    def role(self) -> str:
        return f"arn:aws:iam::{self.account}:role/{self._named('OrderProcessor')}"

    def _named(self, name: str) -> str:
        return name if self.stack.exact_names else f"{name}-*"

    def _arn(self, service: str, resource: str) -> str:
        return f"arn:aws:{service}:{self.stack.region}:{self.account}:{resource}"


def may_look_at(of: Resources) -> list[Statement]:
    """The description of every resource of the stack; neither orders nor messages."""
    return [
        _allow(of, "LookAtTopic", ["sns:GetTopicAttributes", "sns:ListTagsForResource"], of.topics),
        _allow(of, "LookAtQueues", ["sqs:GetQueueAttributes", "sqs:GetQueueUrl", "sqs:ListQueueTags"], of.queues),
        _allow(
            of,
            "LookAtTable",
            [
                "dynamodb:DescribeContinuousBackups",
                "dynamodb:DescribeTable",
                "dynamodb:DescribeTimeToLive",
                "dynamodb:ListTagsOfResource",
            ],
            [of.table],
        ),
        _allow(
            of,
            "LookAtFunction",
            [
                "lambda:GetFunction",
                "lambda:GetFunctionCodeSigningConfig",
                "lambda:GetFunctionConfiguration",
                "lambda:ListTags",
                "lambda:ListVersionsByFunction",
            ],
            [of.function],
        ),
        _for_its_function(of, "LookAtMapping", ["lambda:GetEventSourceMapping"], of.mappings),
        # Lambda knows no condition for this one.
        _allow(of, "LookAtMappingTags", ["lambda:ListTags"], [of.mappings]),
        _allow(of, "LookAtAlarms", ["cloudwatch:DescribeAlarms", "cloudwatch:ListTagsForResource"], of.alarms),
        _allow(of, "LookAtDashboard", ["cloudwatch:GetDashboard"], [of.dashboard]),
        _allow(of, "LookAtLogGroup", ["logs:ListTagsForResource"], of.log_group),
        _allow(
            of,
            "LookAtRole",
            ["iam:GetRole", "iam:GetRolePolicy", "iam:ListAttachedRolePolicies", "iam:ListRolePolicies"],
            [of.role],
        ),
        # Subscriptions are no resources to IAM, and log groups none where they are listed.
        _allow(of, "LookAtWhatHasNoArn", ["logs:DescribeLogGroups", "sns:GetSubscriptionAttributes"], ["*"]),
    ]


def may_change(of: Resources) -> list[Statement]:
    """Make, change and delete every resource of the stack."""
    return [
        _allow(
            of,
            "ChangeTopic",
            [
                "sns:CreateTopic",
                "sns:DeleteTopic",
                "sns:SetTopicAttributes",
                "sns:Subscribe",
                "sns:TagResource",
                "sns:UntagResource",
            ],
            of.topics,
        ),
        # Subscriptions are no resources to IAM.
        _allow(of, "ChangeSubscription", ["sns:SetSubscriptionAttributes", "sns:Unsubscribe"], ["*"]),
        _allow(
            of,
            "ChangeQueues",
            ["sqs:CreateQueue", "sqs:DeleteQueue", "sqs:SetQueueAttributes", "sqs:TagQueue", "sqs:UntagQueue"],
            of.queues,
        ),
        _allow(
            of,
            "ChangeTable",
            [
                "dynamodb:CreateTable",
                "dynamodb:DeleteTable",
                "dynamodb:TagResource",
                "dynamodb:UntagResource",
                "dynamodb:UpdateContinuousBackups",
                "dynamodb:UpdateTable",
            ],
            [of.table],
        ),
        _allow(
            of,
            "ChangeFunction",
            [
                "lambda:CreateFunction",
                "lambda:DeleteFunction",
                "lambda:DeleteFunctionConcurrency",
                "lambda:PutFunctionConcurrency",
                "lambda:TagResource",
                "lambda:UntagResource",
                "lambda:UpdateFunctionCode",
                "lambda:UpdateFunctionConfiguration",
            ],
            [of.function],
        ),
        # A mapping has no ARN before it is made; the condition holds it to the function.
        _for_its_function(of, "MakeMapping", ["lambda:CreateEventSourceMapping"], "*"),
        _for_its_function(
            of,
            "ChangeMapping",
            ["lambda:DeleteEventSourceMapping", "lambda:UpdateEventSourceMapping"],
            of.mappings,
        ),
        # Lambda knows no condition for these.
        _allow(of, "ChangeMappingTags", ["lambda:TagResource", "lambda:UntagResource"], [of.mappings]),
        _allow(
            of,
            "ChangeAlarms",
            [
                "cloudwatch:DeleteAlarms",
                "cloudwatch:PutMetricAlarm",
                "cloudwatch:TagResource",
                "cloudwatch:UntagResource",
            ],
            of.alarms,
        ),
        _allow(of, "ChangeDashboard", ["cloudwatch:DeleteDashboards", "cloudwatch:PutDashboard"], [of.dashboard]),
        _allow(
            of,
            "ChangeLogGroup",
            [
                "logs:CreateLogGroup",
                "logs:DeleteLogGroup",
                "logs:DeleteRetentionPolicy",
                "logs:PutRetentionPolicy",
                "logs:TagResource",
                "logs:UntagResource",
            ],
            of.log_group,
        ),
        _allow(
            of,
            "ChangeRole",
            [
                "iam:CreateRole",
                "iam:DeleteRole",
                "iam:DeleteRolePolicy",
                "iam:ListInstanceProfilesForRole",
                "iam:PutRolePolicy",
                "iam:TagRole",
                "iam:UntagRole",
                "iam:UpdateAssumeRolePolicy",
                "iam:UpdateRole",
            ],
            [of.role],
        ),
        {
            **_allow(of, "PassRoleToLambda", ["iam:PassRole"], [of.role]),
            "Condition": {"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}},
        },
    ]


def may_read_state(bucket: str) -> list[Statement]:
    """What a preview needs of the state: it takes no lock, and keeps nothing."""
    return [
        {"Sid": "ListState", "Effect": "Allow", "Action": ["s3:ListBucket"], "Resource": [bucket]},
        {"Sid": "ReadState", "Effect": "Allow", "Action": ["s3:GetObject"], "Resource": [f"{bucket}/.pulumi/*"]},
    ]


def may_write_state(bucket: str, project: str, stack: str) -> Statement:
    """The state of one stack of the project, with its lock, its backups and its history."""
    return {
        "Sid": "WriteState",
        "Effect": "Allow",
        "Action": ["s3:DeleteObject", "s3:PutObject"],
        "Resource": [
            f"{bucket}/.pulumi/stacks/{project}/{stack}.*",
            f"{bucket}/.pulumi/locks/organization/{project}/{stack}/*",
            f"{bucket}/.pulumi/backups/{project}/{stack}/*",
            f"{bucket}/.pulumi/history/{project}/{stack}/*",
        ],
    }


def may_decrypt(key: str) -> Statement:
    """The key that the secrets of the stacks are encrypted with lies encrypted in their files; this opens it."""
    return {"Sid": "OpenSecrets", "Effect": "Allow", "Action": ["kms:Decrypt"], "Resource": [key]}


def state_only_over_tls(bucket: str) -> Statement:
    # A denial has to name everyone and everything, so the `*` here takes rights away and gives none.
    return {
        "Sid": "OnlyOverTls",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [bucket, f"{bucket}/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }


def _allow(of: Resources, what: str, actions: list[str], resources: list[str]) -> Statement:
    sid = "".join(filter(str.isalnum, of.stack.name.title())) + what
    return {"Sid": sid, "Effect": "Allow", "Action": actions, "Resource": resources}


def _for_its_function(of: Resources, what: str, actions: list[str], resource: str) -> Statement:
    return {
        **_allow(of, what, actions, [resource]),
        "Condition": {"ArnLike": {"lambda:FunctionArn": of.function}},
    }
