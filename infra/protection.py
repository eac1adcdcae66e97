"""The protection of the resources that hold orders, or that explain what happened to them."""

import pulumi

from infra.resource_types import KEY, LOG_GROUP, QUEUE, TABLE

HOLDERS = frozenset({KEY, LOG_GROUP, QUEUE, TABLE})
"""The types whose resources hold orders, failed orders and events, the logs, or the key that reads them."""


def protect_holder(args: pulumi.ResourceTransformationArgs) -> pulumi.ResourceTransformationResult | None:
    """Let Pulumi neither delete nor replace a holder. Children inherit this from their parent."""
    if args.type_ not in HOLDERS:
        return None
    opts = pulumi.ResourceOptions.merge(args.opts, pulumi.ResourceOptions(protect=True))
    return pulumi.ResourceTransformationResult(props=args.props, opts=opts)
