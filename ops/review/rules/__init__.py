"""The rules of a review: which change of which resource has which effect on orders."""

from collections.abc import Iterator, Mapping

from ops.review import resource_types as types
from ops.review.finding import Finding, Verdict
from ops.review.preview import Change, Operation
from ops.review.rules import flow, function, monitoring, queue, table
from ops.review.rules.context import Context, Rule, finding
from ops.review.rules.policies import policy
from ops.review.rules.removal import removed
from ops.review.rules.values import always, lowered, raised, switched_off

Inputs = tuple[str, ...]
RULES: Mapping[str, Mapping[Inputs, Rule]] = {
    types.QUEUE: {
        ("messageRetentionSeconds",): queue.retention,
        ("redrivePolicy",): queue.redrive,
        ("kmsMasterKeyId", "sqsManagedSseEnabled", "kmsDataKeyReusePeriodSeconds"): queue.encryption,
        ("visibilityTimeoutSeconds",): lowered(
            "visibilityTimeoutSeconds",
            Verdict.WEAKENS,
            "A batch that takes longer is delivered twice, and its receive count grows faster.",
        ),
        ("maxMessageSize",): lowered(
            "maxMessageSize", Verdict.WEAKENS, "The queue rejects larger orders: SNS sends them to OrderUndelivered."
        ),
        ("delaySeconds",): raised(
            "delaySeconds", Verdict.INTERRUPTS, "Each order waits for this time before it is processed."
        ),
    },
    types.TABLE: {
        ("pointInTimeRecovery",): table.recovery,
        ("serverSideEncryption",): table.encryption,
        ("ttl",): table.expiry,
        ("deletionProtectionEnabled",): switched_off(
            "deletionProtectionEnabled", Verdict.WEAKENS, "DynamoDB does not refuse to delete the table any more."
        ),
    },
    types.TOPIC: {
        ("kmsMasterKeyId",): flow.topic_key,
    },
    types.SUBSCRIPTION: {
        ("filterPolicy", "filterPolicyScope"): flow.subscription_filter,
        ("redrivePolicy",): flow.undelivered,
        ("rawMessageDelivery",): flow.raw_delivery,
    },
    types.MAPPING: {
        ("enabled",): flow.enabled,
        ("filterCriteria",): flow.filtered,
        ("functionResponseTypes",): flow.response_types,
        ("batchSize", "maximumBatchingWindowInSeconds"): always(
            "the batches", Verdict.SAFE, "Batches are larger or smaller, or wait longer. No order is lost."
        ),
        ("scalingConfig",): always(
            "the maximum concurrency", Verdict.LOOK, "The queue is drained faster or slower, with more or less load."
        ),
    },
    types.FUNCTION: {
        ("reservedConcurrentExecutions",): flow.reserved,
        ("code",): function.code,
        ("environment",): always("the environment", Verdict.SAFE, "Lambda changes to it between two invocations."),
        ("memorySize",): lowered("memorySize", Verdict.LOOK, "The function is slower, and may run out of memory."),
        ("runtime", "architectures"): always(
            "the runtime or the architecture", Verdict.LOOK, "Run `make test` with the same version of Python first."
        ),
        ("timeout",): lowered(
            "timeout", Verdict.LOOK, "A batch has less time: the processor reports the rest of a slow batch as failed."
        ),
    },
    types.LOG_GROUP: {
        ("retentionInDays",): lowered(
            "retentionInDays",
            Verdict.LOSES,
            "CloudWatch deletes the older records: the reasons of dead letters, and their history.",
            "Redrive or archive the dead letters first, or keep the retention.",
        ),
        ("kmsKeyId",): always(
            "the key", Verdict.LOOK, "Records that exist stay encrypted as they are: keep their key."
        ),
    },
    types.KEY: {
        ("policy",): policy("policy"),
        ("isEnabled",): switched_off("isEnabled", Verdict.INTERRUPTS, "Nothing that it encrypts can be read."),
        ("enableKeyRotation",): switched_off("enableKeyRotation", Verdict.WEAKENS, "The key stays the same for ever."),
        ("deletionWindowInDays",): lowered(
            "deletionWindowInDays", Verdict.WEAKENS, "There is less time to cancel a deletion of the key."
        ),
    },
    types.QUEUE_POLICY: {("policy",): policy("policy")},
    types.TOPIC_POLICY: {("policy",): policy("policy")},
    types.ROLE_POLICY: {("policy",): policy("policy")},
    types.ROLE: {("assumeRolePolicy",): policy("assumeRolePolicy")},
    types.ALLOW_POLICY: {
        ("redriveAllowPolicy",): always(
            "the allowed source queues", Verdict.LOOK, "Check that OrderQueue is among them."
        )
    },
    types.ALARM: {
        ("threshold",): monitoring.threshold,
        ("alarmActions",): monitoring.actions,
        ("actionsEnabled",): monitoring.enabled,
        ("evaluationPeriods",): raised("evaluationPeriods", Verdict.WEAKENS, "The alarm is raised later."),
        ("datapointsToAlarm",): raised("datapointsToAlarm", Verdict.WEAKENS, "The alarm is raised later."),
        ("period",): raised("period", Verdict.WEAKENS, "The alarm is raised later."),
        ("dimensions", "alarmDescription", "okActions"): always(
            "the labels", Verdict.SAFE, "The alarm observes the same numbers, of the resources as they are then."
        ),
    },
    types.DASHBOARD: {("dashboardBody",): always("the widgets", Verdict.SAFE, "A dashboard only shows numbers.")},
}
POLICY_INPUTS = {types.QUEUE_POLICY: "policy", types.TOPIC_POLICY: "policy", types.ROLE_POLICY: "policy"}
HARMLESS = {"tags", "tagsAll", "description"}


def findings_of(change: Change, context: Context) -> Iterator[Finding]:
    """Every effect of one change."""
    yield from removed(change, context)
    yield from _created(change, context)
    yield from _unprotected(change)
    unexplained = set(change.changed) - HARMLESS
    for inputs, rule in RULES.get(change.type, {}).items():
        if unexplained & set(inputs):
            unexplained -= set(inputs)
            yield from rule(change, context)
    if unexplained:
        names = ", ".join(sorted(unexplained))
        yield finding(
            Verdict.LOOK, change, f"changes {names} of {change.name}", "The review knows no rule for this input."
        )


def _created(change: Change, context: Context) -> Iterator[Finding]:
    """What a new resource does to those that exist."""
    if change.operation is not Operation.CREATE or context.is_first_deployment:
        return
    if change.type == types.MAPPING:
        yield from flow.second_reader(change, context)
    elif name := POLICY_INPUTS.get(change.type):
        yield from policy(name)(change, context)
    elif change.type not in RULES:
        yield finding(
            Verdict.LOOK, change, f"creates {change.name}", "The review knows no rule for this type of resource."
        )


def _unprotected(change: Change) -> Iterator[Finding]:
    if change.was_protected and not change.is_protected and change.operation is not Operation.DELETE:
        yield finding(
            Verdict.WEAKENS, change, f"does not protect {change.name} any more", "A later `pulumi up` may delete it."
        )
