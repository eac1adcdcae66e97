"""Settings for tests: the defaults with changes, and values that break a limit."""

from collections.abc import Mapping
from typing import Any

from infra.config import check
from infra.rules import Violation
from tests.support.defaults import DEFAULTS

Values = Mapping[str, object]


def checked(values: Values) -> tuple[dict[str, Any], list[Violation]]:
    """Check the default settings with some changed values."""
    return check({**DEFAULTS, **{key: str(value) for key, value in values.items()}})


def said(values: Values) -> str:
    return "\n\n".join(violation.describe("dev") for violation in checked(values)[1])


_POLLERS = {"maximumConcurrency": "0", "minimumPollers": "2", "maximumPollers": "4"}
ALONGSIDE: Mapping[str, Mapping[str, str]] = {
    "orderEvents": {"customerManagedKey": "true", "activeTracing": "true"},
    "orderEventsFifo": {"activeTracing": "true"},
    "notifyStatuses": {"notifyAddresses": "sales@example.com"},
    "minimumPollers": _POLLERS,
    "maximumPollers": _POLLERS,
}
"""Settings with which another one is valid, and shows an effect that it has only with them."""

# Limits of AWS: the smallest legal value, and the largest one or None.
LIMITS: list[tuple[str, int, int | None]] = [
    ("visibilityTimeoutSeconds", 0, 43_200),
    ("maxReceiveCount", 1, 1_000),
    ("messageRetentionSeconds", 60, 1_209_600),
    ("deadLetterRetentionSeconds", 60, 1_209_600),
    ("pointInTimeRecoveryDays", 1, 35),
    ("maximumTableWrites", 0, 1_000_000),
    ("processorMemoryMegabytes", 128, 10_240),
    ("processorTimeoutSeconds", 1, 900),
    ("maximumConcurrency", 0, 1_000),
    ("minimumPollers", 0, 200),
    ("maximumPollers", 0, 10_000),
    ("reservedConcurrency", -1, None),
    ("batchSize", 1, 10_000),
    ("batchingWindowSeconds", 0, 300),
    ("plannedOrdersPerSecond", 0, 100_000),
    ("eventRetrySeconds", 60, 43_200),
    ("oldestOrderAlarmSeconds", 1, None),
    ("oldestEventAlarmSeconds", 1, None),
    ("durationAlarmPercent", 1, 100),
]

NO_CHOICES = [
    ("processorRuntime", "python3.10", "must be one of 'python3.11', 'python3.12', 'python3.13', 'python3.14'"),
    ("processorArchitecture", "arm", "must be one of 'arm64', 'x86_64'"),
    ("logRetentionDays", "31", "must be one of 1, 3, 5, 7, 14, 30,"),
    ("logRetentionDays", "a month", "must be a whole number"),
    ("batchSize", "ten", "must be a whole number"),
    ("batchSize", "1.5", "must be a whole number"),
    ("protectOrders", "perhaps", "must be true or false"),
    ("alertAddresses", "ops", "must be an email address, or several separated by commas"),
    ("notifyAddresses", "sales", "must be an email address, or several separated by commas"),
    ("notifyStatuses", "s" * 257, "must have at most 256 characters"),
    ("notifyStatuses", ",".join(f"s{number}" for number in range(76)), "must be at most 75 values"),
    ("permissionsBoundary", "orders-boundary-prod", "must be the ARN of an IAM policy, or empty"),
    ("permissionsBoundary", "arn:aws:iam::123456789012:role/it", "must be the ARN of an IAM policy, or empty"),
    ("alertAddresses", "ops@localhost", "must be an email address,"),
    ("alertAddresses", "ops@example.com; on@call@example.com", "must be an email address,"),
]
