"""What changes of a queue do to the messages in it."""

from collections.abc import Iterator, Mapping
from math import inf
from typing import Any

from infra import resource_types as types
from ops.review.finding import Finding, Verdict
from ops.review.preview import Change, document, number
from ops.review.rules.context import SHOW_SAMES, Context, finding
from ops.review.rules.dead_letters import (
    dead_letter_queue,
    inputs_before,
    may_have_dead_letters,
    redrive_policy,
    target_of,
)
from ops.review.rules.keys import READ, ROLE, SNS, gets_key, lets

INPUT = "messageRetentionSeconds"
DEFAULT_RETENTION_SECONDS = 345_600
"""The retention of a queue without this input, 4 days (SQS API Reference, SetQueueAttributes)."""
LONGEST_RETENTION_SECONDS = 1_209_600
"""The longest retention of a queue, 14 days (the same page)."""
DEFAULT_VISIBILITY_SECONDS = 30
"""The visibility timeout of a queue without this input (the same page)."""
DEFAULT_MESSAGE_BYTES = 262_144
"""The largest message of a queue without that input, in the AWS provider."""
_FEEDING = {types.QUEUE, types.REDRIVE_POLICY}
"""Types whose redrive policy moves messages with their age to another queue."""
KEYS = {"kmsMasterKeyId", "sqsManagedSseEnabled", "kmsDataKeyReusePeriodSeconds"}


def retention(change: Change, context: Context) -> Iterator[Finding]:
    """SQS deletes the messages that are older than a lowered retention at once."""
    before, after = _retention(change.before), _retention(change.after)
    if before is None or after is None:
        yield finding(
            Verdict.LOSES, change, f"changes the retention of {change.name}", "The preview does not know the new value."
        )
        return
    if after >= before:
        yield from _longer_retention(change, context, before, after)
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


def _longer_retention(change: Change, context: Context, before: float, after: float) -> Iterator[Finding]:
    """A message takes its age with it to the dead-letter queue, which deletes it if it is too old there."""
    what = f"raises the retention of {change.name}"
    why = "Messages that exist keep the longer time too."
    target = dead_letter_queue(change, context)
    kept_before, kept = (_retention(target.before), _retention(target.after)) if target else (None, None)
    if not may_have_dead_letters(change, context) or (kept is not None and kept >= after):
        yield finding(Verdict.SAFE, change, what, why)
    elif kept is None:
        why += " The preview does not show whether its dead-letter queue keeps them for as long."
        yield finding(Verdict.LOOK, change, what, why, SHOW_SAMES)
    elif kept_before is None or kept_before >= before:
        yield finding(
            Verdict.LOSES,
            change,
            f"{what} beyond that of its dead-letter queue",
            f"Age counts from an order's first queue: SQS deletes dead letters that are older than {kept:,} s.",
            f"Raise the retention of {target.name if target else 'its dead-letter queue'} first.",
        )
    else:
        yield finding(Verdict.SAFE, change, what, why)


def _retention(inputs: Mapping[str, Any]) -> float | None:
    return number(inputs.get(INPUT, DEFAULT_RETENTION_SECONDS))


def visibility(change: Change, context: Context) -> Iterator[Finding]:
    """A batch that takes longer than the visibility timeout is delivered twice. A failing order waits for so long."""
    before, after = (visibility_of(inputs) for inputs in (change.before, change.after))
    if before is None or after is None or after < before:
        values = f" from {before:,} s to {after:,} s" if before is not None and after is not None else ""
        what = f"changes the visibility timeout of {change.name}{values}"
        why = "A batch that takes longer is delivered twice, and its receive count grows faster."
        yield finding(Verdict.WEAKENS, change, what, why)
        return
    what = f"raises the visibility timeout of {change.name} from {before:,} s to {after:,} s"
    why = "A failing order waits longer for its next try."
    if (redrive_policy(change, context) or change).after.get("redrivePolicy") or context.preview.shows_sames:
        yield finding(Verdict.SAFE, change, what, why)
    else:
        why += " The preview does not show whether it becomes a dead letter before its retention ends."
        yield finding(Verdict.LOOK, change, what, why, SHOW_SAMES)


def visibility_of(inputs: Mapping[str, Any]) -> float | None:
    return number(inputs.get("visibilityTimeoutSeconds", DEFAULT_VISIBILITY_SECONDS))


def _seconds_before(change: Change, context: Context) -> float:
    """How long a message can have been in another queue before it came to this one.

    Its retention counts from its first queue, but CloudWatch counts the age of a dead letter from its arrival.
    """
    if not context.preview.shows_sames:
        return inf
    target = change.outputs.get("arn")
    feeding = [
        other for other in context.preview.changes if target_of(other.before) == target and other.type in _FEEDING
    ]
    urls = {other.before.get("queueUrl") or other.outputs.get("url") for other in feeding}
    retentions = (
        number(other.before.get(INPUT, DEFAULT_RETENTION_SECONDS))
        for other in context.preview.changes
        if other.type == types.QUEUE and other.outputs.get("url") in urls
    )
    return max((inf if one is None else one for one in retentions), default=0)


def expiry(change: Change, context: Context) -> Iterator[Finding]:
    """A failing order must be received often enough before SQS deletes it at the end of its retention."""
    own = redrive_policy(change, context)
    seconds, left = _seconds_to_dead_letter(change.after, own.after if own else change.after)
    before, left_before = _seconds_to_dead_letter(change.before, inputs_before(change, context))
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
    hidden = visibility_of(inputs)
    return (receives * hidden if receives is not None and hidden is not None else None), _retention(inputs)


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
            gets_key(change, change.before.get("kmsMasterKeyId")),
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
