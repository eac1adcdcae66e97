"""What changes of the topic OrderEvents and of what publishes to it do to events.

Orders are stored whatever happens to their events. An event that is not told is no lost order: the table has the newest
version, which a replay tells. So the verdict is `interrupts`. Only events that were given up are the last copy of the
versions that they tell: to delete them is `loses`.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from infra import resource_types as types
from ops.review.finding import Finding, Verdict
from ops.review.preview import UNKNOWN, Change, Operation
from ops.review.rules.context import Context, finding
from ops.review.rules.removal import Stake

COMPONENTS = {"orders:index:OrderNotifier", "orders:index:OrderEvents", "orders:index:NotifierRole"}
WAIT = "Events wait meanwhile. Those of changes older than eventRetrySeconds are given up. Orders are stored as before."
REPLAY = "Afterwards, tell the stored versions with `orders events replay`. Versions that were replaced are not told."
KEEP = "Keep it in the program."
RETRY = "Tell the events in it first: `orders events failed` says how."


def concerns(change: Change, context: Context) -> bool:
    """Whether a resource belongs to the part of the system that tells events, or reads a stream or the topic."""
    if COMPONENTS & set(change.parents.split("$")):
        return True
    inputs = {**change.after, **change.before}
    if change.type == types.MAPPING:
        return "startingPosition" in inputs
    topics = (one for one in context.preview.changes if one.type == types.TOPIC)
    return change.type == types.SUBSCRIPTION and any(
        one.outputs.get("arn") == inputs.get("topic") and COMPONENTS & set(one.parents.split("$")) for one in topics
    )


def stake(change: Change, context: Context) -> Stake | None:
    """What is at stake if a resource is removed. None if that is the same as for orders."""
    if change.type == types.QUEUE:
        return _of_queue(change, context)
    new = change if change.operation is Operation.REPLACE else context.twin(change)
    if change.type == types.MAPPING and new:
        return _of_mapping(change, new)
    if _goes_with_another(change, context):
        return Stake(Verdict.SAFE, "It goes with the resource that needs it: see the finding about that.")
    if change.type in _WITH_NEW_ROLE and change.operation is Operation.REPLACE and not change.deletes_first:
        return _WITH_NEW_ROLE[change.type]
    return _STAKES.get(change.type)


def _of_queue(change: Change, context: Context) -> Stake:
    facts = context.queue(change)
    if facts and not facts.visible and not facts.in_flight:
        why = "Without the queue, the notifier cannot give up an event: the later ones wait for it."
        return Stake(Verdict.INTERRUPTS, why, KEEP)
    why = "SQS deletes the events that were given up. The table has the newest version of each order, but no other one."
    return Stake(Verdict.LOSES, why, RETRY)


def _goes_with_another(change: Change, context: Context) -> bool:
    match change.type:
        case types.QUEUE_POLICY:
            return context.removes_queue(change.before.get("queueUrl"))
        case types.TOPIC_POLICY:
            topics = (one for one in context.preview.changes if one.type == types.TOPIC and one.is_removed)
            return change.before.get("arn") in {one.outputs.get("arn") for one in topics}
        case types.FUNCTION | types.ROLE:
            mappings = (one for one in context.preview.changes if one.type == types.MAPPING and concerns(one, context))
            return any(one.operation is Operation.DELETE and not context.twin(one) for one in mappings)
        case _:
            return False


def _of_mapping(old: Change, new: Change) -> Stake:
    if old.before.get("eventSourceArn") != new.after.get("eventSourceArn"):
        why = "It reads another stream from its beginning. What it had not read in the stream before is not told."
        return Stake(Verdict.LOOK, why, "This follows from the change of the table or of its stream.")
    if new.after.get("startingPosition") == "TRIM_HORIZON":
        why = "The new mapping begins with the oldest change in the stream: those of the last 24 hours are told again."
        return Stake(Verdict.INTERRUPTS, f"{why} {WAIT}")
    why = "The new mapping begins at the end of the stream: changes that were not read until then are not told."
    return Stake(Verdict.INTERRUPTS, why, "Keep TRIM_HORIZON.")


_WITH_NEW_ROLE: Mapping[str, Stake] = {
    types.ROLE: Stake(Verdict.LOOK, f"The notifier gets the other role first. IAM can take some seconds. {WAIT}", KEEP),
    types.ROLE_POLICY: Stake(Verdict.LOOK, f"The other role needs the same permissions. {WAIT}", KEEP),
}
_STAKES: Mapping[str, Stake] = {
    types.TOPIC: Stake(
        Verdict.INTERRUPTS,
        "All subscriptions are deleted with the topic, those of other programs too: they get no event any more.",
        f"Each subscriber has to subscribe again, with `pulumi up --refresh`. {REPLAY}",
    ),
    types.MAPPING: Stake(
        Verdict.INTERRUPTS, "Nobody is told about changes of orders. Orders are stored as before.", REPLAY
    ),
    types.FUNCTION: Stake(Verdict.INTERRUPTS, f"Without the function, no event is told. {WAIT}", KEEP),
    types.ROLE: Stake(Verdict.INTERRUPTS, f"Without its role, the notifier fails. {WAIT}", KEEP),
    types.ROLE_POLICY: Stake(Verdict.INTERRUPTS, f"Without its permissions, the notifier fails. {WAIT}", KEEP),
    types.QUEUE_POLICY: Stake(Verdict.WEAKENS, "Without its policy, the queue accepts requests without TLS.", KEEP),
    types.TOPIC_POLICY: Stake(Verdict.WEAKENS, "Without its policy, the topic accepts requests without TLS.", KEEP),
    types.LOG_GROUP: Stake(Verdict.WEAKENS, "The log explains why events were not told.", KEEP),
    types.SUBSCRIPTION: Stake(Verdict.WEAKENS, "This subscriber is not told about changes any more.", KEEP),
}


def of_role(change: Change, context: Context, findings: Iterable[Finding]) -> Iterator[Finding]:
    """The findings about the permissions of the notifier. Those that come or go with its role need none."""
    if not is_in_new_part(change, context) and not _goes_with_its_role(change, context):
        yield from about_events(findings)


def about_events(findings: Iterable[Finding]) -> Iterator[Finding]:
    """The findings about a policy. What it takes from the notifier makes events wait."""
    for one in findings:
        is_worse = one.verdict in {Verdict.INTERRUPTS, Verdict.LOSES}
        why = f"Whoever needs it fails from then on. {WAIT}"
        yield replace(one, verdict=Verdict.INTERRUPTS, why=why) if is_worse else one


def is_in_new_part(change: Change, context: Context) -> bool:
    """Whether the component of a resource is new: its policies grant nothing on what exists."""
    return any(one.urn == change.parent and one.before is None for one in context.preview.components)


def _goes_with_its_role(change: Change, context: Context) -> bool:
    """Whether a permission leaves the stack together with the role."""
    roles = (one for one in context.preview.changes if one.type == types.ROLE and one.is_removed)
    return change.operation is Operation.DELETE and change.before.get("role") in {one.physical_name for one in roles}


def readers(change: Change, context: Context) -> Iterator[Finding]:
    """A new event source mapping of a stream, beside one that exists. Each of them reads every change."""
    source = change.after.get("eventSourceArn")
    if source == UNKNOWN or change.operation is not Operation.CREATE:
        return
    if any(other.after.get("eventSourceArn") == source for other in context.others(change)):
        why = "Each of them reads every change. DynamoDB throttles more than two readers of a stream."
        yield finding(Verdict.LOOK, change, f"adds {change.name}, another reader of the stream", why)
