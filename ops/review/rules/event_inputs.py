"""The inputs of the topic OrderEvents and of what publishes to it: what another value does to events."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from handler.contract import Variable
from infra import resource_types as types
from ops.review.finding import Finding, Verdict
from ops.review.preview import UNKNOWN, Change, number
from ops.review.rules import flow, function, monitoring, queue, role
from ops.review.rules.context import Context, Rule, finding
from ops.review.rules.events import REPLAY, RETRY, WAIT, about_events
from ops.review.rules.keys import ROLE, lets
from ops.review.rules.policies import policy
from ops.review.rules.values import always, lowered, raised, switched_off


def encryption(change: Change, context: Context) -> Iterator[Finding]:
    """Another key of the topic or of the queue. The notifier and SNS use it."""
    key = change.after.get("kmsMasterKeyId")
    if not key or "kmsMasterKeyId" not in change.changed:
        yield from (flow.topic_key if change.type == types.TOPIC else queue.encryption)(change, context)
    elif lets(key, context, ROLE):
        what = f"encrypts {change.name} with a key of this stack"
        why = "The notifier may use the key before that. " + (
            "People who replay events need kms:GenerateDataKey and kms:Decrypt on it, too. Subscribers need nothing."
            if change.type == types.TOPIC
            else "People who read the queue need kms:Decrypt on it, too."
        )
        yield finding(Verdict.LOOK, change, what, why)
    else:
        why = f"Until the policies of the key take effect, the notifier cannot send. {WAIT}"
        yield finding(Verdict.INTERRUPTS, change, f"encrypts {change.name} with another key", why)


def retention(change: Change, context: Context) -> Iterator[Finding]:
    """The retention of the queue. Its messages move to no dead-letter queue, where they could be too old."""
    for one in queue.retention(change, context):
        if one.what.startswith("raises"):
            yield finding(Verdict.SAFE, change, one.what, "Messages that exist keep the longer time too.")
        else:
            yield replace(one, instead=RETRY) if one.instead else one


def log_retention(change: Change, context: Context) -> Iterator[Finding]:
    for one in monitoring.retention(change, context):
        why = "CloudWatch deletes the older records of why events were not told."
        yield replace(one, verdict=Verdict.WEAKENS, why=why, instead="") if one.verdict is Verdict.LOSES else one


def log(change: Change, context: Context) -> Iterator[Finding]:
    for one in function.log(change, context):
        why = "`orders logs` reads the notifier's records from one log group, as JSON."
        yield one if one.verdict is Verdict.SAFE else replace(one, verdict=Verdict.WEAKENS, why=why)


def enabled(change: Change, _context: Context) -> Iterator[Finding]:
    if change.after.get("enabled") is not False:
        yield finding(Verdict.SAFE, change, f"enables the event source mapping {change.name}", "Events are told.")
        return
    why = "Events wait until it is enabled. After 24 hours, DynamoDB deletes their changes from the stream."
    yield finding(Verdict.INTERRUPTS, change, f"disables the event source mapping {change.name}", why, REPLAY)


def filtered(change: Change, _context: Context) -> Iterator[Finding]:
    criteria = change.after.get("filterCriteria")
    if not criteria or criteria == {"filters": []}:
        yield finding(Verdict.SAFE, change, f"removes the filter of {change.name}", "Every change is told.")
        return
    why = "Lambda skips each change that does not match: nobody is told."
    instead = "Let each subscriber choose with a filter policy of its own."
    yield finding(Verdict.INTERRUPTS, change, f"filters the changes of {change.name}", why, instead)


def response_types(change: Change, _context: Context) -> Iterator[Finding]:
    if flow.reports_items(change):
        yield finding(Verdict.SAFE, change, f"{change.name} reports delayed events", "Only these come again.")
        return
    what = f"{change.name} does not report delayed events any more"
    why = "The notifier reports them in its response. Lambda would ignore it, and continue after them: nobody is told."
    yield finding(Verdict.INTERRUPTS, change, what, why, "Keep ReportBatchItemFailures.")


def record_age(change: Change, context: Context) -> Iterator[Finding]:
    """The age at which Lambda discards a change. -1 is never."""
    name = "maximumRecordAgeInSeconds"
    change = replace(
        change,
        before={name: _or_day(change.before.get(name))},
        after={name: _or_day(change.after.get(name))},
    )
    why = "Lambda discards changes earlier: they are given up without the versions that they tell."
    yield from lowered(name, Verdict.WEAKENS, why)(change, context)


def _or_day(age: object) -> object:
    """A stream keeps changes for 24 hours."""
    found = number(age) if age is not None else -1
    return age if found is None or found >= 0 else 86_400


def environment(change: Change, _context: Context) -> Iterator[Finding]:
    """The variables decide where events go, and when they are given up."""
    before, after = function.variables(change.before), function.variables(change.after)
    if before is None or after is None:
        why = "The preview does not show the variables."
        yield finding(Verdict.LOOK, change, f"changes the environment of {change.name}", why)
        return
    for name in sorted(before.keys() | after.keys()):
        old, new = before.get(name), after.get(name)
        if old != new:
            is_metrics = name == Variable.CUSTOM_METRICS
            yield function.metrics(change, new) if is_metrics else _variable(change, name, old, new)


def _variable(change: Change, name: str, old: object, new: object) -> Finding:
    what = f"changes the variable {name} of {change.name}"
    if new is None and name in {Variable.EVENT_TOPIC_ARN, Variable.GIVEN_UP_QUEUE_URL, Variable.EVENT_RETRY_SECONDS}:
        return finding(Verdict.INTERRUPTS, change, what, f"The notifier fails without it. {WAIT}")
    if old is None or UNKNOWN in (old, new):
        return finding(Verdict.LOOK, change, what, "The preview does not show both values.")
    if name == Variable.EVENT_TOPIC_ARN:
        why = "Events go to another topic, which has other subscribers."
        return finding(Verdict.INTERRUPTS, change, what, why, "Keep the topic.")
    if name == Variable.EVENT_RETRY_SECONDS:
        is_raised = str(old).isdigit() and str(new).isdigit() and int(str(new)) > int(str(old))
        verdict = Verdict.SAFE if is_raised else Verdict.WEAKENS
        return finding(verdict, change, f"{what} from {old} to {new}", "Events are given up at this age, in seconds.")
    return finding(Verdict.LOOK, change, what, "The notifier or Lambda reads it.")


def reserved(change: Change, context: Context) -> Iterator[Finding]:
    for one in function.reserved(change, context):
        yield replace(one, why=f"Lambda runs it less often, or not at all. {WAIT}")


def boundary(change: Change, context: Context) -> Iterator[Finding]:
    for one in role.boundary(change, context):
        why = "If the boundary excludes a permission that the notifier needs, events wait."
        yield replace(one, why=why) if one.verdict is Verdict.LOOK else one


def _policy(name: str) -> Rule:
    def rule(change: Change, context: Context) -> Iterator[Finding]:
        yield from about_events(policy(name)(change, context))

    return rule


RULES: Mapping[str, Mapping[tuple[str, ...], Rule]] = {
    types.QUEUE: {
        (queue.INPUT,): retention,
        tuple(sorted(queue.KEYS)): encryption,
        ("policy",): _policy("policy"),
        ("maxMessageSize",): lowered(
            "maxMessageSize",
            Verdict.WEAKENS,
            "A larger event is given up without the versions that it tells.",
            default=queue.DEFAULT_MESSAGE_BYTES,
        ),
        ("visibilityTimeoutSeconds", "delaySeconds"): always(
            "the visibility", Verdict.SAFE, "Only `orders events failed` reads the queue."
        ),
    },
    types.TOPIC: {
        ("kmsMasterKeyId",): encryption,
        ("policy",): _policy("policy"),
        ("displayName", "deliveryPolicy", "signatureVersion"): always(
            "what queues do not get", Verdict.SAFE, "A queue with raw delivery gets the event as it was published."
        ),
    },
    types.SUBSCRIPTION: {
        ("filterPolicy", "filterPolicyScope"): always(
            "the filter policy", Verdict.LOOK, "This subscriber is told about other changes from then on."
        ),
        ("redrivePolicy",): always(
            "the redrive policy", Verdict.LOOK, "It decides where events go that SNS cannot deliver."
        ),
        ("rawMessageDelivery",): always(
            "the raw delivery", Verdict.LOOK, "The subscriber gets events with or without the envelope of SNS."
        ),
    },
    types.MAPPING: {
        ("enabled",): enabled,
        ("filterCriteria",): filtered,
        ("functionResponseTypes",): response_types,
        ("functionName",): always(
            "the function", Verdict.LOOK, "Another function has to tell the events: check that its code was tried."
        ),
        ("batchSize", "parallelizationFactor"): always("the batches", Verdict.SAFE, "Every change is told."),
        ("maximumBatchingWindowInSeconds",): raised(
            "maximumBatchingWindowInSeconds",
            Verdict.LOOK,
            "Lambda waits for this time to fill a batch, and each event with it.",
            default=0,
        ),
        ("maximumRecordAgeInSeconds",): record_age,
        ("maximumRetryAttempts",): always(
            "the retries", Verdict.WEAKENS, "Lambda discards a batch after them, however young its changes are."
        ),
        ("bisectBatchOnFunctionError",): switched_off(
            "bisectBatchOnFunctionError",
            Verdict.WEAKENS,
            "A change on which the function crashes delays all others of its batch.",
        ),
        ("destinationConfig",): always(
            "the destination", Verdict.WEAKENS, "What Lambda discards is in another queue from then on, or in none."
        ),
    },
    types.FUNCTION: {
        ("environment",): environment,
        ("reservedConcurrentExecutions",): reserved,
        ("timeout",): lowered(
            "timeout", Verdict.LOOK, "A batch has less time: the notifier reports the rest as delayed.", default=3
        ),
        ("handler",): always("the entry point", Verdict.LOOK, f"If it does not exist, the notifier fails. {WAIT}"),
        ("role",): always("the role", Verdict.LOOK, f"If the role lacks a permission, the notifier fails. {WAIT}"),
        ("vpcConfig",): always("the network", Verdict.LOOK, "The function must still reach SNS and SQS."),
        ("loggingConfig",): log,
    },
    types.LOG_GROUP: {("retentionInDays",): log_retention},
    types.ROLE: {("permissionsBoundary",): boundary, ("assumeRolePolicy",): _policy("assumeRolePolicy")},
    types.QUEUE_POLICY: {("policy",): _policy("policy")},
    types.TOPIC_POLICY: {("policy",): _policy("policy")},
    types.ROLE_POLICY: {("policy",): _policy("policy")},
}
"""The rules for inputs whose effect on events is another one than that on orders."""
