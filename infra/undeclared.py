"""Inputs that the program does not declare, because AWS or another resource of the program sets them.

A resource that was made by hand and then imported has these inputs in its state. `pulumi up` would remove them: a queue
would lose its policy for a moment, and a log group would be replaced. So the program keeps them as they are. The engine
does not give them to a resource that replaces it.
"""

from collections.abc import Mapping, Sequence

import pulumi

from infra.resource_types import LOG_GROUP, QUEUE, ROLE, TOPIC

KEPT: Mapping[str, Sequence[str]] = {
    LOG_GROUP: ("log_group_class",),
    ROLE: ("inline_policies", "managed_policy_arns"),
    TOPIC: ("policy",),
    QUEUE: ("policy", "redrive_policy", "redrive_allow_policy"),
}


def keep_undeclared(args: pulumi.ResourceTransformationArgs) -> pulumi.ResourceTransformationResult | None:
    """Keep these inputs of a resource unless the program declares them. Children inherit this from their parent."""
    names = [name for name in KEPT.get(args.type_, ()) if args.props.get(name) is None]
    if not names:
        return None
    kept = pulumi.ResourceOptions(ignore_changes=names)
    return pulumi.ResourceTransformationResult(args.props, pulumi.ResourceOptions.merge(args.opts, kept))
