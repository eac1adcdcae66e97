"""What changes of a queue do to the messages in it."""

from collections.abc import Iterator, Mapping
from math import inf
from typing import Any

from infra import resource_types as types
from ops.review.finding import Finding, Verdict
from ops.review.preview import UNKNOWN, Change, Operation, document, number
from ops.review.rules.context import Context, finding
from ops.review.rules.keys import READ, ROLE, SNS, lets

INPUT = "messageRetentionSeconds"
DEFAULT_RETENTION_SECONDS = 345_600
"""The retention of a queue without this input, 4 days (SQS API Reference, SetQueueAttributes)."""
LONGEST_RETENTION_SECONDS = 1_209_600
"""The longest retention of a queue, 14 days (the same page)."""
DEFAULT_VISIBILITY_SECONDS = 30
"""The same for its visibility timeout."""
DEFAULT_MESSAGE_BYTES = 262_144
"""The largest message of a queue without that input, in the AWS provider."""
_FEEDING = {types.QUEUE, types.REDRIVE_POLICY}
"""Types whose redrive policy moves messages with their age to another queue."""
KEYS = {"kmsMasterKeyId", "sqsManagedSseEnabled", "kmsDataKeyReusePeriodSeconds"}


def retention(change: Change, context: Context) -> Iterator[Finding]:
    """SQS deletes the messages that are older than a lowered retention at once."""
    before, after = (number(inputs.get(INPUT, DEFAULT_RETENTION_SECONDS)) for inputs in (change.before, change.after))
    if before is None or after is None:
        yield finding(
            Verdict.LOSES, change, f"changes the retention of {change.name}", "The preview does not know the new value."
        )
        return
    if after >= before:
        yield finding(
            Verdict.SAFE,
            change,
            f"raises the retention of {change.name}",
            "Messages that exist keep the longer time too.",
        )
        return
    what = f"lowers the retention of {change.name} from {before:,} s to {after:,} s"
    facts = context.queue(change)
    if facts and not facts.visible and not facts.in_flight:
        yield finding(Verdict.WEAKENS, change, f"{what}; it is empty", "Later messages are deleted earlier.")
    elif (
        facts
        and facts.oldest_seconds is not None
        and (age := facts.oldest_seconds + _seconds_before(change, context)) < after
    ):
        yield finding(
            Verdict.WEAKENS,
            change,
            f"{what}; {facts}",
            f"The oldest is at most {age:,.0f} s old, and expires in {after - age:,.0f} s or later.",
        )
    else:
        yield finding(
            Verdict.LOSES,
            change,
            what + (f"; {facts}" if facts else ""),
            f"SQS deletes the messages that are older than {after:,} s."
            + ("" if facts else " Their ages are not known here."),
            "Empty the queue first: wait until the orders are processed, redrive or archive the dead letters.",
        )


def _seconds_before(change: Change, context: Context) -> float:
    """How long a message can have been in another queue before it came to this one.

    Its retention counts from its first queue, but CloudWatch counts the age of a dead letter from its arrival.
    """
    if not context.preview.shows_sames:
        return inf
    target = change.outputs.get("arn")
    feeding = [other for other in context.preview.changes if _target(other) == target and other.type in _FEEDING]
    urls = {other.before.get("queueUrl") or other.outputs.get("url") for other in feeding}
    retentions = (
        number(other.before.get(INPUT, DEFAULT_RETENTION_SECONDS))
        for other in context.preview.changes
        if other.type == types.QUEUE and other.outputs.get("url") in urls
    )
    return max((inf if one is None else one for one in retentions), default=0)


def _target(source: Change) -> object:
    found = document(source.before.get("redrivePolicy"))
    return found.get("deadLetterTargetArn") if isinstance(found, dict) else None


def sources(change: Change, _context: Context) -> Iterator[Finding]:
    """Which queues may use a dead-letter queue. Without a policy, any queue of the account may."""
    what = f"changes which queues may use {change.name}"
    if change.after.get("redriveAllowPolicy") == UNKNOWN:
        why = "The preview does not know the allowed queues, because one of them is new."
        yield finding(Verdict.LOOK, change, what, why, "Check that the order queue is among them.")
        return
    before, after = (_allowed(inputs) for inputs in (change.before, change.after))
    if after is not None and (before is None or before - after):
        why = "SQS cannot move the failing orders of a queue that is not allowed: they expire in it."
        is_lost = before or not after
        yield finding(Verdict.LOSES if is_lost else Verdict.LOOK, change, what, why, "Keep the order queue among them.")
    elif before == after:
        yield finding(Verdict.SAFE, change, what, "The same queues may use it as before.")
    else:
        yield finding(Verdict.WEAKENS, change, what, "More queues may move messages into it.")


def _allowed(inputs: Mapping[str, Any]) -> frozenset[str] | None:
    """The queues that may use a dead-letter queue. None means any queue."""
    found = document(inputs.get("redriveAllowPolicy"))
    if not isinstance(found, dict) or found.get("redrivePermission", "allowAll") == "allowAll":
        return None
    listed = found.get("sourceQueueArns")
    return frozenset(map(str, listed)) if isinstance(listed, list) else frozenset()


def redrive(change: Change, context: Context) -> Iterator[Finding]:
    """The redrive policy decides after how many receives, and to which queue, SQS moves an order.

    It is an input of the queue, or a resource of its own.
    """
    before, own = document(change.before.get("redrivePolicy")), _own_policy(change, context)
    after = document((own or change).after.get("redrivePolicy"))
    if not (own or change).after.get("redrivePolicy"):
        yield finding(
            Verdict.LOSES,
            change,
            f"removes the redrive policy of {change.name}",
            "An order that fails again and again is deleted at the end of its retention, and is in no other queue.",
            "Keep the dead-letter queue.",
        )
        return
    if not isinstance(after, dict):
        why = "The preview does not know the new policy."
        yield finding(Verdict.LOOK, change, f"changes the redrive policy of {change.name}", why)
        return
    if not isinstance(before, dict):
        what = f"moves failing orders of {change.name} after {after.get('maxReceiveCount')} receives"
        why = "Orders that were received more often become dead letters at their next receive. "
        why += "The preview contains no redrive policy before."
        yield finding(Verdict.LOOK, change, what, why)
        return
    if before.get("deadLetterTargetArn") != after.get("deadLetterTargetArn"):
        yield finding(
            Verdict.INTERRUPTS,
            change,
            f"sends failing orders of {change.name} to another queue",
            "The dead letters in the old queue stay there, and the alarms and the tool do not see them.",
            "Redrive or archive the dead letters first.",
        )
    yield from _receives(change, context, before.get("maxReceiveCount"), after.get("maxReceiveCount"))


def _own_policy(queue: Change, context: Context) -> Change | None:
    """The resource that sets the redrive policy of a queue. An input that the queue has besides is of the past."""
    url = queue.outputs.get("url", UNKNOWN)
    of_queue = [
        other
        for other in context.preview.changes
        if queue.type == types.QUEUE and other.type == types.REDRIVE_POLICY and other.after.get("queueUrl") == url
    ]
    # Of two, the one that the engine changes is the later one.
    return min(of_queue, key=lambda other: other.operation is Operation.SAME, default=None)


def _policy_before(queue: Change, context: Context) -> Mapping[str, Any]:
    """The inputs with the redrive policy that a queue has before the change."""
    url = queue.outputs.get("url")
    policies = (other.before for other in context.preview.changes if other.type == types.REDRIVE_POLICY)
    return next((one for one in policies if one.get("queueUrl") == url), queue.before)


def _receives(change: Change, context: Context, before: object, after: object) -> Iterator[Finding]:
    if before == after:
        return
    what = f"changes maxReceiveCount of {change.name} from {before} to {after}"
    if isinstance(before, int) and isinstance(after, int) and after > before:
        why = "A failing order is tried more often, and later becomes a dead letter."
        if change.type == types.QUEUE or context.queue_at(change.after.get("queueUrl")):
            yield finding(Verdict.SAFE, change, what, why)
        else:
            why += " The preview does not show whether its queue keeps it for so long."
            yield finding(Verdict.LOOK, change, what, why, "Preview with `pulumi preview --show-sames`.")
    else:
        yield finding(
            Verdict.WEAKENS,
            change,
            what,
            "Orders that were received more often become dead letters at their next receive, without another try.",
        )


def expiry(change: Change, context: Context) -> Iterator[Finding]:
    """A failing order must be received often enough before SQS deletes it at the end of its retention."""
    own = _own_policy(change, context)
    seconds, left = _seconds_to_dead_letter(change.after, own.after if own else change.after)
    before, left_before = _seconds_to_dead_letter(change.before, _policy_before(change, context))
    if seconds is None or left is None or seconds < left:
        return
    if before is not None and left_before is not None and before < left_before:
        yield finding(
            Verdict.LOSES,
            change,
            f"an order that fails expires in {change.name} after {left:,} s",
            f"It would become a dead letter after {seconds:,} s at the earliest. SQS deletes it before.",
            "Lower maxReceiveCount or visibilityTimeoutSeconds, or raise the retention.",
        )


def _seconds_to_dead_letter(inputs: Mapping[str, Any], policy: Mapping[str, Any]) -> tuple[float | None, float | None]:
    """The earliest time until an order is a dead letter, and the retention; None if one is not known."""
    found = document(policy.get("redrivePolicy"))
    receives = number(found.get("maxReceiveCount")) if isinstance(found, dict) else None
    visibility = number(inputs.get("visibilityTimeoutSeconds", DEFAULT_VISIBILITY_SECONDS))
    retained = number(inputs.get(INPUT, DEFAULT_RETENTION_SECONDS))
    return (receives * visibility if receives is not None and visibility is not None else None), retained


def encryption(change: Change, context: Context) -> Iterator[Finding]:
    """A queue has one of two encryptions: with a key of KMS, or with one that SQS manages."""
    key = change.after.get("kmsMasterKeyId")
    if change.changed & KEYS == {"kmsDataKeyReusePeriodSeconds"}:
        why = "SQS asks KMS for a data key more or less often."
        yield finding(Verdict.SAFE, change, f"changes the reuse period of data keys of {change.name}", why)
    elif lets(key, context, SNS) and lets(key, context, ROLE, READ):
        yield finding(
            Verdict.LOOK,
            change,
            f"encrypts {change.name} with a key of this stack",
            "SNS and the function may use the key before that. People who read the queue need kms:Decrypt on it, too.",
        )
    elif key:
        yield finding(
            Verdict.INTERRUPTS,
            change,
            f"encrypts {change.name} with another key",
            "Until the policies of the key take effect, SNS cannot deliver and the function cannot receive.",
            "Deploy when few orders come, and compare the queues with `orders status` afterwards.",
        )
    elif change.before.get("kmsMasterKeyId"):
        yield finding(
            Verdict.WEAKENS,
            change,
            f"encrypts {change.name} no longer with your key",
            "Messages that exist stay encrypted with it: keep the key until none of them is left.",
        )
    elif change.after.get("sqsManagedSseEnabled") is True:
        yield finding(Verdict.SAFE, change, f"encrypts {change.name}", "SQS manages the key.")
    else:
        yield finding(
            Verdict.WEAKENS, change, f"does not encrypt {change.name} any more", "Messages are stored as text."
        )
