"""The stack's own key, for those who have to hold it themselves."""

import pulumi
import pulumi_aws as aws

from infra import policies

DELETION_WINDOW_DAYS = 30
"""How long a key that was scheduled for deletion can be called back: the most that KMS allows. With the key goes all
that it encrypted (KMS API Reference, ScheduleKeyDeletion)."""


class OrderKey(pulumi.ComponentResource):
    """A customer-managed key, rotated every year, under which SNS, CloudWatch alarms and logs still deliver.

    `log_group_prefix` is how the names of the log groups begin that it encrypts.
    """

    def __init__(self, name: str, *, log_group_prefix: str, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("orders:index:OrderKey", name, {}, opts)
        identity, region = aws.get_caller_identity_output(), aws.get_region_output().region
        account, partition = identity.account_id, identity.arn.apply(lambda arn: arn.split(":")[1])
        log_groups = pulumi.Output.format(
            "arn:{}:logs:{}:{}:log-group:{}*", partition, region, account, log_group_prefix
        )
        document = policies.policy(
            policies.account_administers_key(pulumi.Output.format("arn:{}:iam::{}:root", partition, account)),
            policies.service_may_use_key("sns.amazonaws.com", account),
            policies.service_may_use_key("cloudwatch.amazonaws.com", account),
            policies.logs_may_use_key(pulumi.Output.format("logs.{}.amazonaws.com", region), log_groups),
        )
        self.key = aws.kms.Key(
            name,
            description="Encrypts the topics, queues, table and logs of the order pipeline.",
            enable_key_rotation=True,
            deletion_window_in_days=DELETION_WINDOW_DAYS,
            policy=pulumi.Output.json_dumps(document),
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.register_outputs({"arn": self.key.arn})
