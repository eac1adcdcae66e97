"""What changes of the topic, the subscription, the event source mapping and the function do to orders on their way."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

from infra import resource_types as types
from ops.pause.outlook import Outlook
from ops.review.finding import Finding, Verdict
from ops.review.preview import UNKNOWN, Change, Operation, document
from ops.review.rules.context import SHOW_SAMES, Context, finding, function_name
from ops.review.rules.function import environment
from ops.review.rules.keys import ALARMS, SNS, gets_key, lets
from ops.text import counted

_REPORTS_ITEMS = "ReportBatchItemFailures"


def enabled(change: Change, context: Context) -> Iterator[Finding]:
    """A disabled mapping processes nothing."""
    if change.after.get("enabled") is not False:
        yield from second_reader(change, context)
        yield finding(Verdict.SAFE, change, f"enables the event source mapping {change.name}", "Orders are processed.")
        return
    yield finding(
        Verdict.INTERRUPTS,
        change,
        f"disables the event source mapping {change.name}",
        "Orders wait until it is enabled, and expire at the end of the queue's retention.",
    )


def paused(change: Change, context: Context) -> Iterator[Finding]:
    """An event source mapping that somebody stopped. The program does not say whether it is enabled."""
    stopped = context.live.stopped[change.urn]
    pause = stopped.pause
    since = (
        f"since {pause.since:%Y-%m-%d %H:%M}Z by {pause.who}, because {pause.why}" if pause else "by an unknown person"
    )
    if _is_enabled_by(change, context):
        yield finding(
            Verdict.LOOK,
            change,
            f"ends the pause of {change.name}, which is paused {since}",
            "Orders are processed from then on, although the reason for the pause may still hold.",
            "Deploy after the pause. Until then, give `pulumi up` no option --refresh.",
        )
    elif not change.is_removed:
        yield finding(
            Verdict.LOOK,
            change,
            f"leaves {change.name} paused {since}",
            f"{_waiting(stopped.outlook)} With --refresh, `pulumi up` would end the pause.",
            "`orders resume` starts the processing.",
        )


def _is_enabled_by(mapping: Change, context: Context) -> bool:
    """Whether a deployment enables a stopped mapping: it knows from a refresh that it is off, or creates a new one."""
    if mapping.operation is Operation.UPDATE:
        return mapping.outputs.get("enabled") is False and mapping.after.get("enabled") is not False
    return mapping.operation is Operation.REPLACE or (mapping.is_removed and context.twin(mapping) is not None)


def _waiting(outlook: Outlook | None) -> str:
    """How long the orders that wait are safe, and how long the queue takes to empty."""
    if outlook is None:
        return "Orders wait, and SQS deletes those that wait for too long."
    expires = _in(outlook.first_expiry_seconds) or "at a time that CloudWatch does not know yet"
    emptied = _in(outlook.drain_seconds) or "after more than a day"
    dead = f" But {counted(outlook.dead, 'order')} would come to OrderDLQ." if outlook.dead else ""
    return (
        f"The queue holds {counted(outlook.waiting, 'order')}, and the first one expires {expires}. After a resume, it "
        f"is empty {emptied}, with {outlook.arriving:,.1f} new orders a second.{dead}"
    )


def _in(seconds: float | None) -> str:
    return "" if seconds is None else f"in {timedelta(seconds=round(seconds))}"


def filtered(change: Change, _context: Context) -> Iterator[Finding]:
    """Lambda deletes what a filter does not match."""
    criteria = change.after.get("filterCriteria")
    if not criteria or criteria == {"filters": []}:
        yield finding(Verdict.SAFE, change, f"removes the filter of {change.name}", "Every order is processed.")
        return
    yield finding(
        Verdict.LOSES,
        change,
        f"filters the orders of {change.name}",
        "Lambda deletes each message that does not match, and no dead letter remains.",
        "Let the processor decide: it logs what it does not store.",
    )


def reports_items(change: Change) -> bool:
    """Whether the function of a mapping reports failures of single items."""
    response_types = change.after.get("functionResponseTypes")
    return isinstance(response_types, list) and _REPORTS_ITEMS in response_types


def response_types(change: Change, context: Context) -> Iterator[Finding]:
    """Without partial responses, Lambda deletes a whole batch although some of its orders failed."""
    if reports_items(change):
        function = _with_new_code(change, context)
        if function and change.before.get("enabled") is not False:
            yield _reports_too_late(change, function)
            return
        yield finding(
            Verdict.SAFE,
            change,
            f"{change.name} reports failures of single orders",
            "Only these orders are delivered again.",
        )
        return
    yield finding(
        Verdict.LOSES,
        change,
        f"{change.name} does not report failures of single orders any more",
        "The processor reports failed orders in its response. Lambda would ignore it, and delete them.",
        f"Keep {_REPORTS_ITEMS} in function_response_types.",
    )


def _with_new_code(mapping: Change, context: Context) -> Change | None:
    """The function of a mapping if its code changes: the engine changes it before the mapping."""
    invoked = mapping.references.get("functionName") or ()
    functions = (one for one in context.preview.changes if one.urn in invoked and "code" in one.changed)
    return next(functions, None)


def _reports_too_late(mapping: Change, function: Change) -> Finding:
    uuid = mapping.outputs.get("uuid") or mapping.outputs.get("id")
    return finding(
        Verdict.LOSES,
        mapping,
        f"replaces the code of {function.name} while its event source mapping is enabled",
        "The new code reports failed orders in its response. Until the mapping is updated too, Lambda ignores the "
        "response and deletes these orders.",
        "Disable the mapping. Before an import, run `orders adopt` again; after it, run `pulumi refresh`. Orders wait "
        f"until `pulumi up` enables it: `aws lambda update-event-source-mapping --no-enabled --uuid {uuid}`",
    )


def subscription_filter(change: Change, _context: Context) -> Iterator[Finding]:
    """SNS does not deliver what a filter policy does not match."""
    if change.after.get("filterPolicy") in (None, "", "{}"):
        yield finding(Verdict.SAFE, change, f"removes the filter policy of {change.name}", "Every order is delivered.")
        return
    yield finding(
        Verdict.LOSES,
        change,
        f"filters what {change.name} delivers",
        "SNS drops each order that does not match. Nobody keeps a copy.",
    )


def undelivered(change: Change, _context: Context) -> Iterator[Finding]:
    """The redrive policy of a subscription keeps what SNS could not deliver."""
    if not _has_target(change.after.get("redrivePolicy")):
        yield finding(
            Verdict.LOSES,
            change,
            f"removes the redrive policy of {change.name}",
            "SNS drops the orders that the queue rejects, instead of keeping them in the queue of undelivered orders.",
        )
    else:
        yield finding(
            Verdict.LOOK,
            change,
            f"changes the redrive policy of {change.name}",
            "Undelivered orders go to another queue: check its policy and its alarm.",
        )


def _has_target(policy: object) -> bool:
    """Whether a redrive policy names a queue. If it is not known yet, the program sets it."""
    found = document(policy)
    return policy == UNKNOWN or (isinstance(found, dict) and bool(found.get("deadLetterTargetArn")))


def topic_key(change: Change, context: Context) -> Iterator[Finding]:
    """The key of a topic. Alarms publish to one of the topics, and publishers of orders to the other."""
    key = change.after.get("kmsMasterKeyId")
    if not key:
        yield finding(
            Verdict.WEAKENS,
            change,
            f"encrypts {change.name} no longer with your key",
            "SNS stores messages without your key. Those that are not delivered yet need it: keep the key for 23 days.",
        )
        return
    if context.delivers_orders(change) and lets(key, context, SNS):
        yield finding(
            Verdict.INTERRUPTS,
            change,
            f"encrypts {change.name} with a key of this stack",
            "From then on, it rejects publishers without kms:GenerateDataKey and kms:Decrypt on the key.",
            "Give them the permissions first, for keys that are used through SNS: docs/aws.md shows the statement.",
        )
        return
    if lets(key, context, ALARMS):
        yield finding(
            # The value of a new key is not known: it can also be another one.
            Verdict.LOOK if key == UNKNOWN else Verdict.SAFE,
            change,
            f"encrypts {change.name} with a key of this stack",
            "SNS and the alarms may use the key before that. Other publishers need a permission for the key.",
        )
        return
    verdict = Verdict.INTERRUPTS if context.delivers_orders(change) else Verdict.WEAKENS
    yield finding(
        verdict,
        change,
        gets_key(change, change.before.get("kmsMasterKeyId")),
        "Until the policies of the key take effect, the topic rejects messages, or cannot deliver them. "
        "Publishers need a permission for the key.",
        "Let the publishers use the key before, and deploy when few orders come.",
    )


def new_mapping(change: Change, context: Context) -> Iterator[Finding]:
    """A new event source mapping of a queue, beside or instead of the one that reads it now."""
    yield from second_reader(change, context)
    for old in context.preview.changes:
        if old.type == change.type and old.is_removed and old.before.get("eventSourceArn") == _source(change):
            yield from _in_place_of(old, change, context)


def _in_place_of(old: Change, new: Change, context: Context) -> Iterator[Finding]:
    """The inputs that decide about orders, as if the engine updated the mapping that it deletes."""
    rules = {"filterCriteria": filtered, "functionResponseTypes": response_types, "functionName": processing}
    for name, rule in rules.items():
        if old.before.get(name) != new.after.get(name):
            yield from rule(replace(new, before=old.before), context)


def _source(mapping: Change) -> object:
    """The queue that a mapping reads. None if it is not known yet, or if the mapping reads nothing."""
    source = mapping.after.get("eventSourceArn")
    return None if source == UNKNOWN or mapping.after.get("enabled") is False else source


def second_reader(change: Change, context: Context) -> Iterator[Finding]:
    """Two event source mappings of one queue each receive a part of its messages."""
    source = _source(change)
    if source is None:
        return
    others = [other for other in context.others(change) if other.after.get("enabled") is not False]
    if str(source) in context.queues_of_failed_orders():
        yield finding(
            Verdict.LOSES,
            change,
            f"{change.name} reads a queue of failed orders or events",
            "Lambda deletes each message for which the function does not fail: no dead letter and no event remains.",
            "Redrive dead letters with `orders dead-letters redrive`. Tell events with `orders events failed`.",
        )
    elif any(other.after.get("eventSourceArn") == source for other in others):
        yield finding(
            Verdict.LOSES,
            change,
            f"adds {change.name}, a second reader of the same queue",
            "Each function receives a part of the orders, and deletes it from the queue.",
            "Subscribe a queue of its own to the topic.",
        )
    elif not context.preview.shows_sames and change.operation is not Operation.REPLACE:
        why = "The preview does not show whether the queue has another reader. Two readers share its orders."
        yield finding(Verdict.LOOK, change, f"reads a queue with {change.name}", why, SHOW_SAMES)


def processing(change: Change, context: Context) -> Iterator[Finding]:
    """The function of a mapping. A version or an alias is a part of the same function."""
    before, after = (str(inputs.get("functionName")) for inputs in (change.before, change.after))
    old, new = context.function(before), _next_function(change, context)
    is_hidden = before == UNKNOWN or (after == UNKNOWN and new is None)
    if is_hidden or function_name(before) == function_name(after):
        what, why = f"{change.name} invokes another function", "Check that its code was tried with orders."
        yield finding(Verdict.LOOK, change, what, why)
    elif old and new and _takes_its_place(old, new, context):
        what = f"{change.name} invokes the function {new.name} in the place of {function_name(before)}"
        why = "It is the same function, under another name or created again: check that its code was tried."
        yield finding(Verdict.LOOK, change, what, why)
        if new is not old:
            yield from environment(replace(new, before=old.before), context)
    else:
        yield finding(
            Verdict.LOSES,
            change,
            f"{change.name} invokes {new.name if new else 'another function'} instead of {function_name(before)}",
            "Orders that the other function does not store are deleted from the queue.",
            "Let the other function read a queue of its own.",
        )


def _next_function(mapping: Change, context: Context) -> Change | None:
    """The function after the change. A new one has no name yet, but the mapping refers to it."""
    named = mapping.after.get("functionName")
    if named != UNKNOWN:
        return context.function(str(named))
    urns = mapping.references.get("functionName") or ()
    return next((one for one in context.preview.changes if one.type == types.FUNCTION and one.urn in urns), None)


def _takes_its_place(old: Change, new: Change, context: Context) -> bool:
    """Whether a function is the same, has the same code, or has the same entry point in the place of a deleted one."""
    if new is old:
        return True
    has_same_code = "code" in old.before and old.before["code"] == new.after.get("code")
    is_moved = old.operation is Operation.DELETE and context.twin(old) is new
    return (has_same_code or is_moved) and old.before.get("handler") == new.after.get("handler")
