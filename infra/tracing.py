"""Active tracing with X-Ray."""

from collections.abc import Sequence

import pulumi
import pulumi_aws as aws

from infra import policies


class OrderTracing(pulumi.ComponentResource):
    """The permission of SNS to record in X-Ray what it delivers of these topics.

    X-Ray keeps it apart from the topics, as a policy with a name: one of at most five in an account and Region (X-Ray
    API Reference, PutResourcePolicy). So there is one for all topics of a system, with the name of the first.
    """

    def __init__(
        self, name: str, *, topics: Sequence[aws.sns.Topic], opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("orders:index:OrderTracing", name, {}, opts)
        account = topics[0].arn.apply(lambda arn: arn.split(":")[4])
        document = policies.policy(policies.topics_may_trace([topic.arn for topic in topics], account))
        self.policy = aws.xray.ResourcePolicy(
            name,
            policy_name=topics[0].name,
            policy_document=pulumi.Output.json_dumps(document),
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.register_outputs({"policyName": self.policy.policy_name})
