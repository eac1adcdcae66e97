"""What changes of a queue do to the messages in it."""

from collections.abc import Iterator

from ops.review.finding import Finding, Verdict
from ops.review.preview import Change, document, number
from ops.review.rules.context import Context, finding

INPUT = "messageRetentionSeconds"
DEFAULT_RETENTION_SECONDS = 345_600
"""The retention of a queue without this input, 4 days (SQS API Reference, SetQueueAttributes)."""


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
    elif facts and facts.oldest_seconds is not None and facts.oldest_seconds < after:
        left = after - facts.oldest_seconds
        yield finding(
            Verdict.WEAKENS,
            change,
            f"{what}; {facts}",
            f"The oldest is {facts.oldest_seconds:,.0f} s old, and expires in {left:,.0f} s.",
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


def redrive(change: Change, _context: Context) -> Iterator[Finding]:
    """The redrive policy decides after how many receives, and to which queue, SQS moves an order."""
    before, after = document(change.before.get("redrivePolicy")), document(change.after.get("redrivePolicy"))
    if "redrivePolicy" not in change.after:
        yield finding(
            Verdict.LOSES,
            change,
            f"removes the redrive policy of {change.name}",
            "An order that fails again and again is deleted at the end of its retention, and is in no other queue.",
            "Keep the dead-letter queue.",
        )
        return
    if not (isinstance(before, dict) and isinstance(after, dict)):
        yield finding(
            Verdict.LOOK,
            change,
            f"changes the redrive policy of {change.name}",
            "The preview does not know the new policy.",
        )
        return
    if before.get("deadLetterTargetArn") != after.get("deadLetterTargetArn"):
        yield finding(
            Verdict.INTERRUPTS,
            change,
            f"sends failing orders of {change.name} to another queue",
            "The dead letters in the old queue stay there, and the alarms and the tool do not see them.",
            "Redrive or archive the dead letters first.",
        )
    yield from _receives(change, before.get("maxReceiveCount"), after.get("maxReceiveCount"))


def _receives(change: Change, before: object, after: object) -> Iterator[Finding]:
    if before == after:
        return
    what = f"changes maxReceiveCount of {change.name} from {before} to {after}"
    if isinstance(before, int) and isinstance(after, int) and after > before:
        yield finding(
            Verdict.SAFE, change, what, "A failing order is tried more often, and later becomes a dead letter."
        )
    else:
        yield finding(
            Verdict.WEAKENS,
            change,
            what,
            "Orders that were received more often become dead letters at their next receive, without another try.",
        )


def encryption(change: Change, _context: Context) -> Iterator[Finding]:
    """A queue has one of two encryptions: with a key of KMS, or with one that SQS manages."""
    if change.after.get("kmsMasterKeyId"):
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
