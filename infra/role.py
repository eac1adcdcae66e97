"""The roles of the functions. They exist before the resources that they may use."""

import pulumi
import pulumi_aws as aws

from infra import policies
from infra.settings import ProcessorSettings


class ProcessorRole(pulumi.ComponentResource):
    """The execution role of the processor, without permissions: the processor and the key add them."""

    def __init__(self, name: str, settings: ProcessorSettings, *, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("orders:index:ProcessorRole", name, {}, opts)
        function = name.removesuffix("Role")
        system = opts.parent if opts else None
        # Earlier versions created the role as a child of the processor.
        before = pulumi.Alias(parent=pulumi.create_urn(function, "orders:index:OrderProcessor", parent=system))
        self.role = _execution_role(function, settings, pulumi.ResourceOptions(parent=self, aliases=[before]))
        self.register_outputs({"arn": self.role.arn})


class NotifierRole(pulumi.ComponentResource):
    """The execution role of the notifier, without permissions: the notifier and the key add them."""

    def __init__(self, name: str, settings: ProcessorSettings, *, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("orders:index:NotifierRole", name, {}, opts)
        self.role = _execution_role(name.removesuffix("Role"), settings, pulumi.ResourceOptions(parent=self))
        self.register_outputs({"arn": self.role.arn})


def _execution_role(name: str, settings: ProcessorSettings, opts: pulumi.ResourceOptions) -> aws.iam.Role:
    return aws.iam.Role(
        name,
        assume_role_policy=pulumi.Output.json_dumps(policies.policy(policies.lambda_may_assume())),
        permissions_boundary=settings.permissions_boundary or None,
        opts=opts,
    )
