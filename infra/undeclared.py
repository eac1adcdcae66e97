"""Inputs that the program does not declare, because AWS or another resource of the program sets them.

A resource that was made by hand and then imported has these inputs in its state. `pulumi up` would remove them: a queue
would lose its policy for a moment, and a log group would be replaced. So the program keeps them as they are.
"""

from collections.abc import Mapping, Sequence

import pulumi

KEPT: Mapping[str, Sequence[str]] = {
    "aws:cloudwatch/logGroup:LogGroup": ("log_group_class",),
    "aws:iam/role:Role": ("inline_policies", "managed_policy_arns"),
    "aws:sns/topic:Topic": ("policy",),
    "aws:sqs/queue:Queue": ("policy", "redrive_policy", "redrive_allow_policy"),
}


def keep_undeclared(args: pulumi.ResourceTransformationArgs) -> pulumi.ResourceTransformationResult | None:
    """Keep these inputs of a resource unless the program declares them. Children inherit this from their parent."""
    names = [name for name in KEPT.get(args.type_, ()) if args.props.get(name) is None]
    if not names:
        return None
    kept = pulumi.ResourceOptions(ignore_changes=names)
    return pulumi.ResourceTransformationResult(args.props, pulumi.ResourceOptions.merge(args.opts, kept))
