"""The optional key of the stack. It serves accounts that must control their encryption keys."""

from collections.abc import Sequence
from typing import Any

import pulumi
import pulumi_aws as aws

from infra import policies

DELETION_WINDOW_DAYS = 30
"""Time in which the deletion of the key can be canceled; 30 is the maximum (KMS API Reference, ScheduleKeyDeletion).
After that, everything that the key encrypted is lost."""


class OrderKey(pulumi.ComponentResource):
    """A customer managed key with yearly rotation, for SNS, CloudWatch alarms, CloudWatch Logs and the functions.

    The key encrypts the log groups whose names start with one of the `log_groups`. All permissions are in the key's own
    policy: what the key encrypts depends on the key, and so on the permissions. A key that leaves the stack stays in
    AWS with them, because messages, backups and log records that it encrypted still need it.
    """

    def __init__(
        self,
        name: str,
        *,
        processor: aws.iam.Role,
        notifier: aws.iam.Role | None,
        log_groups: Sequence[str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("orders:index:OrderKey", name, {}, opts)
        opts_of_calls = pulumi.InvokeOptions(parent=self)
        policy = _key_policy(log_groups, processor.arn, notifier.arn if notifier else None, opts_of_calls)
        self.key = aws.kms.Key(
            name,
            description="Encrypts the topics, queues, table and logs of the order pipeline.",
            enable_key_rotation=True,
            deletion_window_in_days=DELETION_WINDOW_DAYS,
            policy=pulumi.Output.json_dumps(policy),
            opts=pulumi.ResourceOptions(parent=self, retain_on_delete=True),
        )
        self.register_outputs({"arn": self.key.arn})


def _key_policy(
    log_groups: Sequence[str], processor: policies.Arn, notifier: policies.Arn | None, opts: pulumi.InvokeOptions
) -> dict[str, Any]:
    # Without the options, the default provider would answer, and it can be one for another account or Region.
    identity, region = aws.get_caller_identity_output(opts=opts), aws.get_region_output(opts=opts).region
    account, partition = identity.account_id, identity.arn.apply(lambda arn: arn.split(":")[1])
    logs = [pulumi.Output.format("arn:{}:logs:{}:{}:log-group:{}*", partition, region, account, n) for n in log_groups]
    sns, sqs, dynamodb = (
        pulumi.Output.format("{}.{}.amazonaws.com", name, region) for name in ("sns", "sqs", "dynamodb")
    )
    of_notifier = [
        policies.notifier_may_read_encrypted("*", dynamodb),
        policies.notifier_may_send_encrypted("*", [sns, sqs]),
    ]
    return policies.policy(
        policies.account_administers_key(pulumi.Output.format("arn:{}:iam::{}:root", partition, account)),
        policies.service_may_use_key("sns.amazonaws.com", account),
        policies.service_may_use_key("cloudwatch.amazonaws.com", account),
        policies.logs_may_use_key(pulumi.Output.format("logs.{}.amazonaws.com", region), logs),
        policies.in_key_policy(policies.processor_may_read_encrypted("*", sqs), processor),
        policies.in_key_policy(policies.processor_may_write_encrypted("*", dynamodb), processor),
        *(policies.in_key_policy(statement, notifier) for statement in of_notifier if notifier),
    )
