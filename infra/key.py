"""The optional key of the stack. It serves accounts that must control their encryption keys."""

from typing import Any

import pulumi
import pulumi_aws as aws

from infra import policies

DELETION_WINDOW_DAYS = 30
"""Time in which the deletion of the key can be canceled; 30 is the maximum (KMS API Reference, ScheduleKeyDeletion).
After that, everything that the key encrypted is lost."""


class OrderKey(pulumi.ComponentResource):
    """A customer managed key with yearly rotation, which SNS, CloudWatch alarms, CloudWatch Logs and `used_by` may use.

    The key encrypts the log groups whose names start with `log_group_prefix`. All permissions are in the key's own
    policy: what the key encrypts depends on the key, and so on the permissions. A key that leaves the stack stays in
    AWS with them, because messages, backups and log records that it encrypted still need it.
    """

    def __init__(
        self,
        name: str,
        *,
        used_by: aws.iam.Role,
        log_group_prefix: str,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("orders:index:OrderKey", name, {}, opts)
        policy = _key_policy(log_group_prefix, used_by.arn, pulumi.InvokeOptions(parent=self))
        self.key = aws.kms.Key(
            name,
            description="Encrypts the topics, queues, table and logs of the order pipeline.",
            enable_key_rotation=True,
            deletion_window_in_days=DELETION_WINDOW_DAYS,
            policy=pulumi.Output.json_dumps(policy),
            opts=pulumi.ResourceOptions(parent=self, retain_on_delete=True),
        )
        self.register_outputs({"arn": self.key.arn})


def _key_policy(log_group_prefix: str, role: policies.Arn, opts: pulumi.InvokeOptions) -> dict[str, Any]:
    # Without the options, the default provider would answer, and it can be one for another account or Region.
    identity, region = aws.get_caller_identity_output(opts=opts), aws.get_region_output(opts=opts).region
    account, partition = identity.account_id, identity.arn.apply(lambda arn: arn.split(":")[1])
    log_groups = pulumi.Output.format("arn:{}:logs:{}:{}:log-group:{}*", partition, region, account, log_group_prefix)
    sqs, dynamodb = (pulumi.Output.format("{}.{}.amazonaws.com", name, region) for name in ("sqs", "dynamodb"))
    return policies.policy(
        policies.account_administers_key(pulumi.Output.format("arn:{}:iam::{}:root", partition, account)),
        policies.service_may_use_key("sns.amazonaws.com", account),
        policies.service_may_use_key("cloudwatch.amazonaws.com", account),
        policies.logs_may_use_key(pulumi.Output.format("logs.{}.amazonaws.com", region), log_groups),
        policies.in_key_policy(policies.processor_may_read_encrypted("*", sqs), role),
        policies.in_key_policy(policies.processor_may_write_encrypted("*", dynamodb), role),
    )
