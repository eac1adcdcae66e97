"""What changes of the way to a dead-letter queue do to the orders that fail."""

from collections.abc import Iterator, Mapping
from typing import Any

from infra import resource_types as types
from ops.review.finding import Finding, Verdict
from ops.review.preview import UNKNOWN, Change, Operation, document
from ops.review.rules.context import SHOW_SAMES, Context, finding


def redrive(change: Change, context: Context) -> Iterator[Finding]:
    """The redrive policy decides after how many receives, and to which queue, SQS moves an order.

    It is an input of the queue, or a resource of its own.
    """
    before, own = document(change.before.get("redrivePolicy")), redrive_policy(change, context)
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
            yield finding(Verdict.LOOK, change, what, why, SHOW_SAMES)
    else:
        yield finding(
            Verdict.WEAKENS,
            change,
            what,
            "Orders that were received more often become dead letters at their next receive, without another try.",
        )


def redrive_policy(queue: Change, context: Context) -> Change | None:
    """The resource that sets the redrive policy of a queue. An input that the queue has besides is of the past."""
    url = queue.outputs.get("url", UNKNOWN)
    of_queue = [
        other
        for other in context.preview.changes
        if queue.type == types.QUEUE and other.type == types.REDRIVE_POLICY and other.after.get("queueUrl") == url
    ]
    # Of two, the one that the engine changes is the later one.
    return min(of_queue, key=lambda other: other.operation is Operation.SAME, default=None)


def inputs_before(queue: Change, context: Context) -> Mapping[str, Any]:
    """The inputs with the redrive policy that a queue has before the change."""
    url = queue.outputs.get("url")
    policies = (other.before for other in context.preview.changes if other.type == types.REDRIVE_POLICY)
    return next((one for one in policies if one.get("queueUrl") == url), queue.before)


def may_have_dead_letters(queue: Change, context: Context) -> bool:
    """Whether the queue has a redrive policy, or the preview may hide it."""
    return bool((redrive_policy(queue, context) or queue).after.get("redrivePolicy")) or not context.preview.shows_sames


def dead_letter_queue(queue: Change, context: Context) -> Change | None:
    """The queue of the dead letters. None if there is none, or if the preview does not show it."""
    target = target_of((redrive_policy(queue, context) or queue).after)
    queues = (other for other in context.preview.changes if other.type == types.QUEUE)
    return next((other for other in queues if target and other.outputs.get("arn") == target), None)


def target_of(inputs: Mapping[str, Any]) -> object:
    """The ARN to which a redrive policy moves messages. None if there is none, or if it is not known."""
    found = document(inputs.get("redrivePolicy"))
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
