"""The words for the inputs of resources, as the settings call them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from ops.review import resource_types as types


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """What an input is called."""

    words: str
    unit: str = ""
    by: str = "the program says"
    """Who declares the value."""
    default: object = None
    """The value in AWS if the program declares none."""
    shows_text: bool = False
    """Whether a text may be printed. Other texts can contain addresses or secrets."""


def _setting(words: str, unit: str = "", *, shows_text: bool = False) -> Term:
    return Term(words=words, unit=unit, by="the settings say", shows_text=shows_text)


TERMS: Mapping[tuple[str, str], Term] = {
    (types.QUEUE, "visibilityTimeoutSeconds"): _setting("visibility timeout", "s"),
    (types.QUEUE, "messageRetentionSeconds"): _setting("retention", "s"),
    (types.QUEUE, "redrivePolicy.maxReceiveCount"): _setting("maximum receive count"),
    (types.QUEUE, "redrivePolicy.deadLetterTargetArn"): Term(words="dead-letter queue"),
    (types.REDRIVE_POLICY, "redrivePolicy.maxReceiveCount"): _setting("maximum receive count"),
    (types.REDRIVE_POLICY, "redrivePolicy.deadLetterTargetArn"): Term(words="dead-letter queue"),
    (types.TABLE, "pointInTimeRecovery.recoveryPeriodInDays"): _setting("recovery period", "days"),
    (types.TABLE, "pointInTimeRecovery.enabled"): Term(words="point-in-time recovery"),
    (types.TABLE, "deletionProtectionEnabled"): _setting("deletion protection"),
    (types.FUNCTION, "timeout"): _setting("timeout", "s"),
    (types.FUNCTION, "memorySize"): _setting("memory", "MB"),
    (types.FUNCTION, "runtime"): _setting("runtime", shows_text=True),
    (types.FUNCTION, "architectures"): _setting("architecture", shows_text=True),
    (types.FUNCTION, "reservedConcurrentExecutions"): _setting("reserved concurrency"),
    (types.MAPPING, "batchSize"): _setting("batch size"),
    (types.MAPPING, "maximumBatchingWindowInSeconds"): _setting("batching window", "s"),
    (types.MAPPING, "scalingConfig.maximumConcurrency"): _setting("maximum concurrency"),
    (types.MAPPING, "enabled"): Term(words="event source mapping", default=True),
    (types.LOG_GROUP, "retentionInDays"): _setting("retention", "days"),
    (types.ROLE, "permissionsBoundary"): _setting("permissions boundary"),
    (types.ALARM, "actionsEnabled"): Term(words="notification", default=True),
    (types.ALARM, "okActions"): Term(words="notification of its end"),
    (types.QUEUE_POLICY, "policy"): Term(words="queue policy"),
    (types.TOPIC_POLICY, "policy"): Term(words="topic policy"),
    (types.ROLE_POLICY, "policy"): Term(words="role policy"),
    (types.ALLOW_POLICY, "redriveAllowPolicy"): Term(words="redrive allow policy"),
}


def term(kind: str, path: str) -> Term:
    """Return the term for an input. Its path is `scalingConfig.maximumConcurrency`, for example."""
    return TERMS.get((kind, path)) or Term(words=_spaced(path.removesuffix("All").replace(".", " ")))


def noun(kind: str) -> str:
    """Return the word for a type of resource: `event source mapping` for `aws:lambda/eventSourceMapping:…`."""
    return _spaced(kind.rpartition(":")[2])


def _spaced(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).lower()
