"""The topic to which publishers send orders."""

import pulumi
import pulumi_aws as aws

from infra import policies
from infra.settings import TracingSettings


class OrderTopic(pulumi.ComponentResource):
    """The topic of orders. Its policy denies publishing without TLS. If there is a key, the key encrypts the topic."""

    def __init__(
        self,
        name: str,
        *,
        tracing: TracingSettings,
        key: aws.kms.Key | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("orders:index:OrderTopic", name, {}, opts)
        child = pulumi.ResourceOptions(parent=self)
        self.topic = aws.sns.Topic(
            name, kms_master_key_id=key.id if key else None, tracing_config=tracing.mode, opts=child
        )
        document = policies.policy(policies.topic_only_over_tls(self.topic.arn))
        aws.sns.TopicPolicy(name, arn=self.topic.arn, policy=pulumi.Output.json_dumps(document), opts=child)
        self.register_outputs({"arn": self.topic.arn})
