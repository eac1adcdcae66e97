"""The role of the processor. It exists before the resources that it may use."""

import pulumi
import pulumi_aws as aws

from infra import policies
from infra.settings import ProcessorSettings


class ProcessorRole(pulumi.ComponentResource):
    """The execution role of the function, without permissions: the processor and the key add them."""

    def __init__(self, name: str, settings: ProcessorSettings, *, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("orders:index:ProcessorRole", name, {}, opts)
        function = name.removesuffix("Role")
        system = opts.parent if opts else None
        # Earlier versions created the role as a child of the processor.
        before = pulumi.Alias(parent=pulumi.create_urn(function, "orders:index:OrderProcessor", parent=system))
        self.role = aws.iam.Role(
            function,
            assume_role_policy=pulumi.Output.json_dumps(policies.policy(policies.lambda_may_assume())),
            permissions_boundary=settings.permissions_boundary or None,
            opts=pulumi.ResourceOptions(parent=self, aliases=[before]),
        )
        self.register_outputs({"arn": self.role.arn})
