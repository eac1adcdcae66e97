"""The rules of a review: which change of which resource has which effect on orders."""

from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet

from infra import resource_types as types
from ops.review.finding import Finding, Verdict
from ops.review.preview import Change, Operation, is_hidden, is_unknown
from ops.review.rules import (
    dead_letters,
    event_inputs,
    events,
    flow,
    function,
    monitoring,
    permissions,
    place,
    queue,
    role,
    table,
)
from ops.review.rules.context import SHOW_SAMES, Context, Rule, finding
from ops.review.rules.in_force import PLACES, as_update, is_of_new_owner
from ops.review.rules.policies import policy
from ops.review.rules.removal import removed
from ops.review.rules.values import always, lowered, raised, switched_off

TRACES = "X-Ray records more or fewer traces, which cost extra. No order depends on its trace."
Inputs = tuple[str, ...]
RULES: Mapping[str, Mapping[Inputs, Rule]] = {
    types.QUEUE: {
        ("messageRetentionSeconds",): queue.retention,
        ("redrivePolicy",): dead_letters.redrive,
        tuple(sorted(queue.KEYS)): queue.encryption,
        ("redriveAllowPolicy",): dead_letters.sources,
        ("policy",): policy("policy"),
        ("visibilityTimeoutSeconds",): queue.visibility,
        ("maxMessageSize",): lowered(
            "maxMessageSize",
            Verdict.WEAKENS,
            "The queue rejects larger orders: SNS sends them to the queue of undelivered orders.",
            default=queue.DEFAULT_MESSAGE_BYTES,
        ),
        ("delaySeconds",): raised(
            "delaySeconds", Verdict.INTERRUPTS, "Each order waits for this time before it is processed.", default=0
        ),
        ("receiveWaitTimeSeconds",): always("the wait for messages", Verdict.SAFE, "Lambda chooses its own wait."),
    },
    types.REDRIVE_POLICY: {("redrivePolicy",): dead_letters.redrive},
    types.TABLE: {
        ("pointInTimeRecovery",): table.recovery,
        ("serverSideEncryption",): table.encryption,
        ("ttl",): table.expiry,
        ("billingMode", "readCapacity", "writeCapacity"): table.billing,
        ("onDemandThroughput",): table.maximum_writes,
        ("streamEnabled", "streamViewType"): table.stream,
        ("tableClass",): always("the class", Verdict.SAFE, "Storage and requests have another price."),
        ("deletionProtectionEnabled",): switched_off(
            "deletionProtectionEnabled", Verdict.WEAKENS, "DynamoDB does not refuse to delete the table any more."
        ),
    },
    types.TOPIC: {
        ("kmsMasterKeyId",): flow.topic_key,
        ("policy",): policy("policy"),
        ("displayName", "deliveryPolicy", "signatureVersion"): always(
            "what queues do not get", Verdict.SAFE, "A queue with raw delivery gets the order as it was published."
        ),
        ("tracingConfig",): always("the tracing mode", Verdict.SAFE, TRACES),
    },
    types.SUBSCRIPTION: {
        ("filterPolicy", "filterPolicyScope"): flow.subscription_filter,
        ("redrivePolicy",): flow.undelivered,
        ("rawMessageDelivery",): always(
            "the raw delivery", Verdict.SAFE, "The processor reads an order with or without the envelope of SNS."
        ),
        ("deliveryPolicy",): always("the delivery policy", Verdict.SAFE, "SNS uses it for HTTP endpoints only."),
    },
    types.MAPPING: {
        ("enabled",): flow.enabled,
        ("filterCriteria",): flow.filtered,
        ("functionResponseTypes",): flow.response_types,
        ("functionName",): flow.processing,
        ("batchSize",): always("the batches", Verdict.SAFE, "Batches are larger or smaller. No order is lost."),
        ("maximumBatchingWindowInSeconds",): raised(
            "maximumBatchingWindowInSeconds",
            Verdict.LOOK,
            "Lambda waits for this time to fill a batch, and each order with it.",
            default=0,
        ),
        ("scalingConfig",): always(
            "the maximum concurrency", Verdict.LOOK, "The queue is drained faster or slower, with more or less load."
        ),
        ("provisionedPollerConfig",): always(
            "the pollers",
            Verdict.LOOK,
            "The queue is drained faster or slower, and each poller costs extra by the hour.",
        ),
        ("metricsConfig",): always("the metrics", Verdict.SAFE, "Lambda reports more or fewer numbers."),
    },
    types.FUNCTION: {
        ("reservedConcurrentExecutions",): function.reserved,
        ("code", "sourceCodeHash"): function.code,
        ("s3Bucket", "s3Key", "s3ObjectVersion", "imageUri", "layers"): always(
            "the code", Verdict.LOOK, function.UNTRIED
        ),
        ("environment",): function.environment,
        ("memorySize",): lowered(
            "memorySize", Verdict.LOOK, "The function is slower, and may run out of memory.", default=128
        ),
        ("runtime", "architectures"): always(
            "the runtime or the architecture", Verdict.LOOK, "Run `make test` with the same version of Python first."
        ),
        ("timeout",): function.timeout,
        ("handler",): always("the entry point", Verdict.LOOK, "If it does not exist, every order fails."),
        ("role",): function.role,
        ("vpcConfig",): always("the network", Verdict.LOOK, "The function must still reach DynamoDB and SQS."),
        ("kmsKeyArn",): always("the key of the variables", Verdict.LOOK, "The function must be allowed to use it."),
        ("loggingConfig",): function.log,
        ("deadLetterConfig",): always(
            "what event source mappings do not use", Verdict.SAFE, "Only other invocations use it."
        ),
        ("tracingConfig",): always("the tracing mode", Verdict.SAFE, TRACES),
    },
    types.LOG_GROUP: {
        ("retentionInDays",): monitoring.retention,
        ("kmsKeyId",): monitoring.log_key,
        ("deletionProtectionEnabled",): switched_off(
            "deletionProtectionEnabled", Verdict.WEAKENS, "CloudWatch does not refuse to delete the log any more."
        ),
    },
    types.KEY: {
        ("policy",): policy("policy"),
        ("isEnabled",): switched_off(
            "isEnabled", Verdict.INTERRUPTS, "Nothing that it encrypts can be read.", default=True
        ),
        ("enableKeyRotation",): switched_off("enableKeyRotation", Verdict.WEAKENS, "The key stays the same for ever."),
        ("deletionWindowInDays",): lowered(
            "deletionWindowInDays", Verdict.WEAKENS, "There is less time to cancel a deletion of the key.", default=30
        ),
    },
    types.QUEUE_POLICY: {("policy",): policy("policy")},
    types.TOPIC_POLICY: {("policy",): policy("policy")},
    types.ROLE_POLICY: {("policy",): policy("policy")},
    types.TRACE_POLICY: {("policyDocument",): policy("policyDocument")},
    types.ROLE_POLICY_ATTACHMENT: {},
    types.ROLE: {
        ("assumeRolePolicy",): policy("assumeRolePolicy"),
        ("permissionsBoundary",): role.boundary,
        ("maxSessionDuration", "forceDetachPolicies"): always(
            "how long sessions last", Verdict.SAFE, "Lambda renews its session."
        ),
    },
    types.ALLOW_POLICY: {("redriveAllowPolicy",): dead_letters.sources},
    types.ALARM: {
        ("threshold",): monitoring.threshold,
        ("alarmActions",): monitoring.actions,
        ("actionsEnabled",): monitoring.enabled,
        ("evaluationPeriods",): raised("evaluationPeriods", Verdict.WEAKENS, "The alarm is raised later."),
        ("datapointsToAlarm",): raised("datapointsToAlarm", Verdict.WEAKENS, "The alarm is raised later."),
        ("period",): raised("period", Verdict.WEAKENS, "The alarm is raised later."),
        ("treatMissingData",): always("the meaning of missing data", Verdict.LOOK, "The alarm can miss an incident."),
        ("namespace", "metricName", "metricQueries", "dimensions", "statistic", "extendedStatistic", "unit"): always(
            "the metric", Verdict.LOOK, "The alarm observes other numbers, or those of another resource."
        ),
        ("alarmDescription", "okActions", "insufficientDataActions"): always(
            "the labels", Verdict.SAFE, "The alarm observes the same numbers."
        ),
    },
    types.DASHBOARD: {("dashboardBody",): always("the widgets", Verdict.SAFE, "A dashboard only shows numbers.")},
    types.PROVIDER: {
        ("version", "defaultTags", "pluginDownloadURL"): always(
            "the version or the tags", Verdict.SAFE, "What it changes in the resources is in this preview, too."
        )
    },
}
GRANTS = {types.QUEUE_POLICY, types.TOPIC_POLICY}
"""The documents that grant permissions on a queue or a topic."""
HARMLESS = {"tags", "tagsAll", "description"}
WITH_ANY_VALUE = {"alarmDescription", "dashboardBody", "okActions", "insufficientDataActions"}
"""Inputs that are harmless even if the preview does not know their value."""


def findings_of(change: Change, context: Context) -> Iterator[Finding]:
    """Every effect of one change."""
    of_events = events.concerns(change, context)
    if permissions.is_compared(change):
        found = permissions.of_role(change, context)
        yield from events.of_role(change, context, found) if of_events else found
        return
    removal = list(removed(change, context, events.stake(change, context) if of_events else None))
    yield from removal
    if change.urn in context.live.stopped:
        yield from flow.paused(change, context)
    if of_events and change.type == types.MAPPING:
        yield from events.readers(change, context)
    elif not (of_events and events.is_in_new_part(change, context)):
        yield from _created(change, context)
    yield from _unprotected(change)
    yield from _unretained(change)
    if not any(one.verdict is Verdict.LOSES for one in removal):
        yield from _changed(change, context)


def _changed(change: Change, context: Context) -> Iterator[Finding]:
    """The effects of changed inputs."""
    unexplained = set(change.changed) - HARMLESS
    for inputs, rule in _rules_of(change, context):
        if concerned := unexplained & set(inputs):
            unexplained -= concerned
            yield from _cautious(change, concerned, rule(change, context))
    if change.type == types.QUEUE:
        yield from queue.expiry(change, context)
        yield from place.moved(change, context)
    if unexplained:
        names = ", ".join(sorted(unexplained))
        yield finding(
            Verdict.LOOK, change, f"changes {names} of {change.name}", "The review knows no rule for this input."
        )


def _rules_of(change: Change, context: Context) -> Iterator[tuple[Inputs, Rule]]:
    """The rules for a change. The first one for an input explains it, so those about events come first."""
    if events.concerns(change, context):
        yield from event_inputs.RULES.get(change.type, {}).items()
    yield from RULES.get(change.type, {}).items()


def _cautious(change: Change, inputs: AbstractSet[str], findings: Iterable[Finding]) -> Iterator[Finding]:
    """The findings about some inputs. Nothing is safe whose new value is not known or is a secret."""
    values = [change.after.get(name) for name in inputs - WITH_ANY_VALUE]
    unknown = any(is_unknown(value) or is_hidden(value) for value in values)
    for one in findings:
        if unknown and one.verdict is Verdict.SAFE:
            names = ", ".join(sorted(inputs))
            why = "The preview does not know the new value."
            yield finding(Verdict.LOOK, change, f"changes {names} of {change.name}", why)
        else:
            yield one


def hidden(change: Change) -> Iterator[Finding]:
    """An update of which the preview does not show both values, such as that of a secret."""
    if names := change.hidden - HARMLESS:
        what = f"changes {', '.join(sorted(names))} of {change.name}"
        yield finding(Verdict.LOOK, change, what, "The preview hides the values.")
    elif change.operation is Operation.UPDATE and not change.changed and not change.differing:
        yield finding(Verdict.LOOK, change, f"updates {change.name}", "The preview does not show what changes.")


def _created(change: Change, context: Context) -> Iterator[Finding]:
    """What a new resource does to those that exist."""
    if change.type == types.MAPPING and change.operation is Operation.REPLACE:
        yield from flow.second_reader(change, context)
    if change.operation is not Operation.CREATE or context.is_first_deployment:
        return
    if change.type == types.MAPPING:
        yield from flow.new_mapping(change, context)
    elif change.type in PLACES:
        if not context.is_in_new_system(change):
            yield from _new_document(change, context)
    elif change.type == types.ROLE_POLICY and not context.is_in_new_system(change):
        yield from policy("policy")(change, context)
    elif change.type == types.ROLE_POLICY_ATTACHMENT:
        what = f"attaches a policy to a role: {change.name}"
        yield finding(Verdict.WEAKENS, change, what, "A wider permission, which the preview does not show.")
    elif change.type not in RULES:
        yield finding(
            Verdict.LOOK, change, f"creates {change.name}", "The review knows no rule for this type of resource."
        )


def _new_document(change: Change, context: Context) -> Iterator[Finding]:
    """A new document of a queue or a topic, compared with the one in force."""
    if is_of_new_owner(change):
        if change.type in GRANTS:
            yield from policy("policy")(change, context)
        return
    update = as_update(change, context)
    yield from _changed(update, context)
    document = PLACES[change.type].document
    if document not in update.before and not context.preview.shows_sames:
        why = "The preview does not show whether it replaces another one."
        yield finding(Verdict.LOOK, change, f"creates the {change.noun} {change.name}", why, SHOW_SAMES)
    owner = PLACES[change.type].input
    if change.type in GRANTS and any(other.after.get(owner) == change.after[owner] for other in context.others(change)):
        yield finding(
            Verdict.LOSES if context.keeps_undelivered(change) else Verdict.INTERRUPTS,
            change,
            f"replaces the policy that exists by {change.name}",
            "A queue or a topic has one policy. Without what the first one allows, deliveries can be rejected.",
            "Put all statements into one policy.",
        )


def _unprotected(change: Change) -> Iterator[Finding]:
    if change.was_protected and not change.is_protected and change.operation is not Operation.DELETE:
        yield finding(
            Verdict.WEAKENS, change, f"does not protect {change.name} any more", "A later `pulumi up` may delete it."
        )


def _unretained(change: Change) -> Iterator[Finding]:
    if change.is_retained and not change.stays_retained and change.operation is not Operation.DELETE:
        yield finding(
            Verdict.WEAKENS,
            change,
            f"does not keep {change.name} in AWS any more when it leaves the stack",
            "A later `pulumi up` or `pulumi destroy` may delete it with its content.",
        )
