"""The words for the inputs of resources, as the settings call them."""

from collections.abc import Mapping
from dataclasses import dataclass

from infra import resource_types as types


@dataclass(frozen=True, slots=True)
class Term:
    """What an input is called."""

    words: str
    unit: str = ""
    default: object = None
    """The value in AWS if the program declares none."""
    shows_text: bool = False
    """Whether a text may be printed. Other texts can contain addresses or secrets."""


TERMS: Mapping[tuple[str, str], Term] = {
    (types.QUEUE, "visibilityTimeoutSeconds"): Term("visibility timeout", "s"),
    (types.QUEUE, "messageRetentionSeconds"): Term("retention", "s"),
    (types.QUEUE, "redrivePolicy.maxReceiveCount"): Term("maximum receive count"),
    (types.QUEUE, "redrivePolicy.deadLetterTargetArn"): Term("dead-letter queue"),
    (types.REDRIVE_POLICY, "redrivePolicy.maxReceiveCount"): Term("maximum receive count"),
    (types.REDRIVE_POLICY, "redrivePolicy.deadLetterTargetArn"): Term("dead-letter queue"),
    (types.TABLE, "pointInTimeRecovery.recoveryPeriodInDays"): Term("recovery period", "days"),
    (types.TABLE, "pointInTimeRecovery.enabled"): Term("point-in-time recovery"),
    (types.TABLE, "onDemandThroughput.maxWriteRequestUnits"): Term("maximum of write units a second"),
    (types.TABLE, "deletionProtectionEnabled"): Term("deletion protection"),
    (types.TABLE, "streamEnabled"): Term("stream"),
    (types.TABLE, "streamViewType"): Term("content of the stream", shows_text=True),
    (types.FUNCTION, "timeout"): Term("timeout", "s"),
    (types.FUNCTION, "memorySize"): Term("memory", "MB"),
    (types.FUNCTION, "runtime"): Term("runtime", shows_text=True),
    (types.FUNCTION, "architectures"): Term("architecture", shows_text=True),
    (types.FUNCTION, "reservedConcurrentExecutions"): Term("reserved concurrency"),
    (types.FUNCTION, "loggingConfig.systemLogLevel"): Term("level of Lambda's own lines", shows_text=True),
    (types.FUNCTION, "tracingConfig.mode"): Term("tracing mode", shows_text=True),
    (types.TOPIC, "tracingConfig"): Term("tracing mode", shows_text=True),
    (types.MAPPING, "maximumBatchingWindowInSeconds"): Term("batching window", "s"),
    (types.MAPPING, "scalingConfig.maximumConcurrency"): Term("maximum concurrency"),
    (types.MAPPING, "provisionedPollerConfig.minimumPollers"): Term("minimum number of pollers"),
    (types.MAPPING, "provisionedPollerConfig.maximumPollers"): Term("maximum number of pollers"),
    (types.MAPPING, "enabled"): Term("event source mapping", default=True),
    (types.MAPPING, "maximumRecordAgeInSeconds"): Term("maximum age of a change", "s"),
    (types.LOG_GROUP, "retentionInDays"): Term("retention", "days"),
    (types.ALARM, "actionsEnabled"): Term("notification", default=True),
    (types.ALARM, "okActions"): Term("notification of its end"),
    (types.QUEUE_POLICY, "policy"): Term("queue policy"),
    (types.TOPIC_POLICY, "policy"): Term("topic policy"),
    (types.ROLE_POLICY, "policy"): Term("role policy"),
}
"""The terms by type and path of the input. Any other input is called by its name in words."""
_NAMED = {"environment.variables.": "environment variable", "dimensions.": "dimension"}
"""The beginnings of paths that end with a name of the user or of AWS, and what it is the name of."""


def term(kind: str, path: str) -> Term:
    """Return the term for an input. Its path is `scalingConfig.maximumConcurrency`, for example."""
    for beginning, what in _NAMED.items():
        if path.startswith(beginning):
            return Term(f"{what} {path.removeprefix(beginning)}")
    return TERMS.get((kind, path)) or Term(types.spaced(path.removesuffix("All").replace(".", " ")))
