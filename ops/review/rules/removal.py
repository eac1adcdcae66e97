"""Resources that leave the stack: deleted, replaced, or created again under another URN."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from infra import resource_types as types
from ops.review.finding import Finding, Verdict
from ops.review.preview import UNKNOWN, Change, Operation
from ops.review.rules.context import Context, finding
from ops.review.rules.retained_key import leaves


@dataclass(frozen=True, slots=True)
class Stake:
    """What is at stake if a resource of a type is removed."""

    verdict: Verdict
    why: str
    instead: str = ""
    """The remedy, if it is another one than to keep the resource."""


WITHOUT_PERMISSIONS = Stake(
    Verdict.INTERRUPTS, "Without its permissions, the function fails: orders wait, and can become dead letters."
)
STAKES: Mapping[str, Stake] = {
    types.QUEUE: Stake(Verdict.LOSES, "SQS deletes every message in a queue together with the queue."),
    types.TABLE: Stake(Verdict.LOSES, "DynamoDB deletes every order in a table together with the table."),
    types.KEY: Stake(
        Verdict.LOSES, "Nobody can read what is encrypted with a deleted key: messages, orders and log records."
    ),
    types.LOG_GROUP: Stake(Verdict.LOSES, "The log explains why orders are dead letters, and contains their history."),
    types.MAPPING: Stake(
        Verdict.INTERRUPTS,
        "Without the event source mapping, nothing is processed: orders wait, and expire after their retention.",
    ),
    types.FUNCTION: Stake(Verdict.INTERRUPTS, "Without the function, nothing is processed: orders wait."),
    types.ROLE: Stake(
        Verdict.INTERRUPTS, "Without its role, the function fails: orders wait, and can become dead letters."
    ),
    types.ROLE_POLICY: WITHOUT_PERMISSIONS,
    types.ROLE_POLICY_ATTACHMENT: WITHOUT_PERMISSIONS,
    types.QUEUE_POLICY: Stake(
        Verdict.INTERRUPTS, "Without its policy, a queue rejects what SNS delivers, and accepts requests without TLS."
    ),
    types.TOPIC_POLICY: Stake(Verdict.WEAKENS, "Without its policy, a topic accepts requests without TLS."),
    types.REDRIVE_POLICY: Stake(
        Verdict.LOSES,
        "An order that fails again and again is deleted at the end of its retention, and is in no other queue.",
    ),
    types.ALLOW_POLICY: Stake(
        Verdict.WEAKENS, "Without this policy, any queue of the account can use the dead-letter queue."
    ),
    types.ALARM: Stake(Verdict.WEAKENS, "Nobody is notified of what this alarm observes."),
    types.TRACE_POLICY: Stake(Verdict.SAFE, "SNS records no deliveries in X-Ray any more. No order depends on that."),
    types.DASHBOARD: Stake(Verdict.SAFE, "A dashboard holds no data."),
}
UNKNOWN_STAKE = Stake(Verdict.LOOK, "The review knows no rule for this type of resource.")
LOST_WHILE_UNSUBSCRIBED = Stake(
    Verdict.LOSES, "SNS drops the orders that are published while no queue is subscribed. Nobody keeps a copy."
)
TOPIC_OF_ORDERS = Stake(
    Verdict.LOSES, "Publishers know the topic by its ARN. Orders that they publish to a deleted topic are rejected."
)
SAME_SUBSCRIPTION = Stake(
    Verdict.LOSES,
    "A topic has one subscription for each endpoint. SNS returns the one that exists, and it is then deleted.",
)
OTHER_TOPIC = Stake(
    Verdict.LOSES, "The queue no longer gets the orders that are published to the topic before. Nobody keeps a copy."
)
OTHER_QUEUE = Stake(
    Verdict.INTERRUPTS, "Orders go to another queue from then on. They wait there unless the function reads it."
)
QUEUE_OF_OTHERS = Stake(
    Verdict.LOSES, "Orders go to a queue that is not in this stack from then on. Nothing of this stack processes them."
)
UNDELIVERED_ARE_LOST = Stake(
    Verdict.LOSES, "Without its policy, this queue rejects the orders that SNS could not deliver: they are lost."
)
TOPIC_OF_OTHERS = Stake(Verdict.WEAKENS, "The subscribers of a topic are deleted with it: nobody is notified.")
OTHER_ROLE = Stake(
    Verdict.LOOK,
    "The function gets the other role first. IAM can take some seconds: orders that fail until then are tried again.",
)
WITH_ITS_ROLE = Stake(Verdict.SAFE, "The other role gets the same permissions.")
WITH_ITS_QUEUE = Stake(Verdict.SAFE, "It goes with its queue: see the finding about that.")
NOT_NOTIFIED = Stake(Verdict.WEAKENS, "This subscriber is not notified any more.")


def removed(change: Change, context: Context, known: Stake | None = None) -> Iterator[Finding]:
    """A resource that exists now and leaves the stack. `known` is what is at stake, if the type does not decide it."""
    if not change.is_removed:
        return
    twin = context.twin(change) if change.operation is Operation.DELETE else None
    stake = known or _stake(change, context, twin)
    if change.is_retained and change.type == types.KEY:
        yield from leaves(change, context)
        return
    if change.is_retained and not change.deletes_first:
        why = "It stays in AWS with its content, but nothing of this stack uses it any more."
        yield finding(Verdict.INTERRUPTS, change, f"{change.noun} {change.name} leaves the stack", why, _move(change))
        return
    yield finding(stake.verdict, change, _what(change, context, twin), stake.why, _instead(change, stake, twin))


def _stake(change: Change, context: Context, twin: Change | None) -> Stake:
    special = _SPECIAL.get(change.type)
    return (special and special(change, context, twin)) or STAKES.get(change.type, UNKNOWN_STAKE)


def _of_topic(change: Change, context: Context, _twin: Change | None) -> Stake:
    return TOPIC_OF_ORDERS if context.delivers_orders(change) else TOPIC_OF_OTHERS


def _of_subscription(change: Change, context: Context, _twin: Change | None) -> Stake:
    if change.before.get("protocol") != "sqs":
        return NOT_NOTIFIED
    is_replaced_in_time = change.operation is Operation.REPLACE and not change.deletes_first
    return _resubscribed(change, context) if is_replaced_in_time else LOST_WHILE_UNSUBSCRIBED


def _of_queue_policy(change: Change, context: Context, _twin: Change | None) -> Stake | None:
    return UNDELIVERED_ARE_LOST if context.keeps_undelivered(change) else None


def _of_redrive_policy(change: Change, context: Context, _twin: Change | None) -> Stake | None:
    return WITH_ITS_QUEUE if context.removes_queue(change.before.get("queueUrl")) else None


def _of_role(change: Change, _context: Context, twin: Change | None) -> Stake | None:
    """Another role in its place is safe for orders, if it exists before the old one is deleted."""
    if change.operation is Operation.REPLACE:
        return None if change.deletes_first else OTHER_ROLE
    return OTHER_ROLE if twin and twin.physical_name != change.physical_name else None


def _of_role_policy(change: Change, _context: Context, _twin: Change | None) -> Stake | None:
    is_moved = change.forced_by == ["role"] and not change.deletes_first
    is_same = all(change.before.get(name) == change.after.get(name) for name in ("policy", "policyArn"))
    return WITH_ITS_ROLE if is_moved and is_same else None


_SPECIAL: Mapping[str, Callable[[Change, Context, Change | None], Stake | None]] = {
    types.TOPIC: _of_topic,
    types.SUBSCRIPTION: _of_subscription,
    types.QUEUE_POLICY: _of_queue_policy,
    types.REDRIVE_POLICY: _of_redrive_policy,
    types.ROLE: _of_role,
    types.ROLE_POLICY: _of_role_policy,
    types.ROLE_POLICY_ATTACHMENT: _of_role_policy,
}
"""The types whose stake depends on more than the type. None is the stake in STAKES."""


def _resubscribed(change: Change, context: Context) -> Stake:
    """The new subscription is created before the old one is deleted."""
    moved = {name for name in ("topic", "protocol", "endpoint") if change.before.get(name) != change.after.get(name)}
    if not moved:
        return SAME_SUBSCRIPTION
    if moved != {"endpoint"}:
        return OTHER_TOPIC
    return OTHER_QUEUE if context.keeps_queue(change.after.get("endpoint")) else QUEUE_OF_OTHERS


def _what(change: Change, context: Context, twin: Change | None) -> str:
    verb = "replaces" if change.operation is Operation.REPLACE else "deletes"
    what = f"{verb} the {change.noun} {change.name}"
    if change.operation is Operation.REPLACE:
        reason = f"the change of {', '.join(change.forced_by)}" if change.forced_by else "another provider or Region"
        what += f": {reason} forces it"
    elif twin and twin.name != change.name:
        what += f", and creates {twin.name} instead"
    elif twin:
        what += ", and creates it under another URN"
        if change.physical_name and twin.physical_name == change.physical_name:
            what += " with the same name in AWS. Both are one resource, which is deleted"
    return what + _content(change, context)


def _content(change: Change, context: Context) -> str:
    if facts := context.queue(change):
        return f"; {facts}"
    if (items := context.live.items.get(change.urn)) is not None:
        return f"; it contains about {items:,} orders"
    return ""


def _instead(change: Change, stake: Stake, twin: Change | None) -> str:
    if stake.verdict is Verdict.SAFE:
        return ""
    if twin:
        return _alias(change, twin)
    if stake.instead:
        return stake.instead
    if change.forced_by and all(change.after.get(name) == UNKNOWN for name in change.forced_by):
        return "This follows from the change of the resource to which it refers: see that finding."
    if change.operation is Operation.REPLACE and change.forced_by:
        return f"Keep {', '.join(change.forced_by)} as it is."
    return _move(change)


def _alias(change: Change, twin: Change) -> str:
    """The line that tells the engine that both are one resource."""
    before, after = change.parents.split("$"), twin.parents.split("$")
    others = [pair for pair in zip(before, after, strict=False) if pair[0] != pair[1]]
    if twin.name == change.name and len(before) == len(after) and len(others) == 1:
        old, new = others[0]
        return f'Add to the resource options of the component {new}: aliases=[pulumi.Alias(type_="{old}")]'
    place = f" ({twin.position})" if twin.position else ""
    return f'Add to the resource options of {twin.name}{place}: aliases=["{change.urn}"]'


def _move(change: Change) -> str:
    if change.type == types.QUEUE:
        return "Keep it in the program until it is empty: redrive or archive its messages first."
    if change.type == types.KEY:
        return "Keep it in the program, and deploy it with retain_on_delete=True. Then it can leave the stack."
    return "Keep it in the program. To move it, deploy a second system beside it and let publishers change over."
