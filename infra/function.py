"""What the functions have in common."""

from collections.abc import Iterable

import pulumi
import pulumi_aws as aws

from infra import policies
from infra.names import LOG_GROUP_PREFIX

WAITS_PER_REQUEST = 4
"""A request of a function has two tries (handler/runtime.py). Each try waits for a connection and for a response."""


def log_group(
    function: str, retention_days: int, key: aws.kms.Key | None, opts: pulumi.ResourceOptions
) -> aws.cloudwatch.LogGroup:
    return aws.cloudwatch.LogGroup(
        f"{LOG_GROUP_PREFIX}{function}",
        kms_key_id=key.arn if key else None,
        retention_in_days=retention_days,
        opts=opts,
    )


def logs_into(group: aws.cloudwatch.LogGroup) -> aws.lambda_.FunctionLoggingConfigArgsDict:
    """Let a function log into a group as JSON.

    Of its own lines, Lambda writes only those about failures: a time-out, an error, a start that failed. Those about
    successes cost as much as the function's records, and the metrics of the function have their durations
    (docs/decisions/0021-lambdas-own-log-lines.md).
    """
    return {"log_format": "JSON", "log_group": group.name, "system_log_level": "WARN"}


def attach_permissions(
    function: str, role: aws.iam.Role, statements: Iterable[policies.Statement], opts: pulumi.ResourceOptions
) -> list[aws.iam.RolePolicy]:
    """Create a policy of the role for each statement, named after what it allows.

    A new permission is a new resource, which exists before the function that needs it. A resource that the program no
    longer declares is deleted at the end of the deployment: the function loses the permission after it has stopped to
    need it. In one policy for all statements, it would lose the permission first.
    """
    return [
        aws.iam.RolePolicy(
            f"{function}{statement['Sid']}",
            role=role.name,
            policy=pulumi.Output.json_dumps(policies.policy(statement)),
            opts=opts,
        )
        for statement in statements
    ]


def request_timeout_seconds(function_timeout_seconds: int) -> float:
    """Return the timeout of each wait of a request, in seconds.

    All waits of a request fit in the function's timeout, and one more of equal length remains for the response. So a
    slow service fails the records of a batch one by one, and not the invocation.
    """
    return function_timeout_seconds / (WAITS_PER_REQUEST + 1)
