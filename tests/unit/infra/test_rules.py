"""The rules between settings: the boundary of each, its message and its remedy."""

import shlex

import pytest

from infra import rules
from infra.config import violations_of
from infra.rules import ADVICE, RULES, Rule, Violation
from tests.support.settings import LIMITS, NO_CHOICES, Values, checked


def corrected(values: Values, violation: Violation) -> Values:
    """Return the values after the commands of the violation."""
    after = dict(values)
    for command in violation.remedy:
        match shlex.split(command):
            case ["set", key, value]:
                after[key] = value
            case ["rm", key]:
                after.pop(key, None)
            case other:
                raise AssertionError(other)
    return after


# Values that just keep each rule, values that just break it, and the message.
BOUNDARIES: dict[Rule, tuple[Values, Values, str]] = {
    rules.visibility_covers_the_function: (
        {"visibilityTimeoutSeconds": 5, "processorTimeoutSeconds": 5},
        {"visibilityTimeoutSeconds": 4, "processorTimeoutSeconds": 5},
        (
            "visibilityTimeoutSeconds is 4, but must be at least 5:\n"
            "  processorTimeoutSeconds is 5, and an order must stay hidden while its batch can still run.\n"
            "  pulumi config --stack dev set visibilityTimeoutSeconds 5"
        ),
    ),
    rules.large_batches_need_a_window: (
        {"batchSize": 10, "batchingWindowSeconds": 0},
        {"batchSize": 11, "batchingWindowSeconds": 0},
        (
            "batchingWindowSeconds is 0, but must be at least 1:\n"
            "  batchSize is 11, and Lambda requires a batching window for batches of more than 10.\n"
            "  pulumi config --stack dev set batchingWindowSeconds 1"
        ),
    ),
    rules.one_batch_is_no_maximum: (
        {"maximumConcurrency": 0},
        {"maximumConcurrency": 1},
        (
            "maximumConcurrency is 1, but must be at least 2, or 0 for no maximum:\n"
            "  Lambda accepts no smaller maximum.\n"
            "  pulumi config --stack dev set maximumConcurrency 2"
        ),
    ),
    rules.two_pollers_are_the_fewest: (
        {"minimumPollers": 2, "maximumPollers": 2},
        {"minimumPollers": 0, "maximumPollers": 5},
        (
            "minimumPollers is 0, but must be at least 2, or 0 for none:\n"
            "  maximumPollers is 5. Lambda accepts at least 2 of each. Both are 0 without pollers.\n"
            "  pulumi config --stack dev set minimumPollers 2 && pulumi config --stack dev set maximumPollers 5"
        ),
    ),
    rules.pollers_have_a_maximum_above_their_minimum: (
        {"minimumPollers": 3, "maximumPollers": 3},
        {"minimumPollers": 3, "maximumPollers": 2},
        (
            "maximumPollers is 2, but must be at least minimumPollers:\n"
            "  minimumPollers is 3.\n"
            "  pulumi config --stack dev set maximumPollers 3"
        ),
    ),
    rules.pollers_exclude_a_maximum_concurrency: (
        {"minimumPollers": 2, "maximumPollers": 5, "maximumConcurrency": 0},
        {"minimumPollers": 2, "maximumPollers": 5, "maximumConcurrency": 10},
        (
            "maximumConcurrency is 10, but must be 0:\n"
            "  maximumPollers is 5, and Lambda accepts either of them. A poller runs up to 10 batches at the same "
            "time.\n"
            "  pulumi config --stack dev set maximumConcurrency 0"
        ),
    ),
    rules.reserved_concurrency_covers_the_mapping: (
        {"maximumConcurrency": 20, "reservedConcurrency": 20},
        {"maximumConcurrency": 20, "reservedConcurrency": 19},
        (
            "reservedConcurrency is 19, but must be -1 or at least 20:\n"
            "  Lambda can run 20 batches at the same time, and throttled orders can reach the dead-letter queue "
            "without being processed.\n"
            "  pulumi config --stack dev set reservedConcurrency 20"
        ),
    ),
    rules.dead_letters_outlive_the_queue: (
        {"messageRetentionSeconds": 86_400, "deadLetterRetentionSeconds": 86_401},
        {"messageRetentionSeconds": 86_400, "deadLetterRetentionSeconds": 86_400},
        (
            "deadLetterRetentionSeconds is 86400, but must be more than messageRetentionSeconds (86400):\n"
            "  SQS counts both from when the order was first queued, and would delete a late dead letter at once.\n"
            "  pulumi config --stack dev rm deadLetterRetentionSeconds && "
            "pulumi config --stack dev rm messageRetentionSeconds"
        ),
    ),
    rules.orders_move_before_they_expire: (
        {"messageRetentionSeconds": 91},
        {"messageRetentionSeconds": 90},
        (
            "messageRetentionSeconds is 90, but must be more than 90:\n"
            "  SQS moves a failing order after maxReceiveCount (3) x visibilityTimeoutSeconds (30), and would "
            "delete it before that.\n"
            "  pulumi config --stack dev set messageRetentionSeconds 91"
        ),
    ),
    rules.the_log_outlives_the_dead_letters: (
        {"logRetentionDays": 14},
        {"logRetentionDays": 7},
        (
            "logRetentionDays is 7, but must be at least 14:\n"
            "  deadLetterRetentionSeconds is 1209600, and the log contains the reason of each dead letter.\n"
            "  pulumi config --stack dev rm logRetentionDays"
        ),
    ),
    rules.the_alarm_comes_before_orders_expire: (
        {"oldestOrderAlarmSeconds": 299, "messageRetentionSeconds": 300},
        {"oldestOrderAlarmSeconds": 300, "messageRetentionSeconds": 300},
        (
            "oldestOrderAlarmSeconds is 300, but must be less than messageRetentionSeconds (300):\n"
            "  SQS deletes orders at that age, and the alarm must leave time to save them.\n"
            "  pulumi config --stack dev set oldestOrderAlarmSeconds 150"
        ),
    ),
    rules.the_alarm_comes_before_events_are_given_up: (
        {"oldestEventAlarmSeconds": 299, "eventRetrySeconds": 300},
        {"oldestEventAlarmSeconds": 300, "eventRetrySeconds": 300},
        (
            "oldestEventAlarmSeconds is 300, but must be less than eventRetrySeconds (300):\n"
            "  The notifier gives up events at that age, and the alarm must leave time to help it.\n"
            "  pulumi config --stack dev set oldestEventAlarmSeconds 150"
        ),
    ),
    rules.only_told_events_are_mailed: (
        {"notifyAddresses": "sales@example.com", "orderEvents": "true"},
        {"notifyAddresses": "sales@example.com", "orderEvents": "false"},
        (
            "notifyAddresses is sales@example.com, but must be empty:\n"
            "  orderEvents is false, and the mails are events.\n"
            "  pulumi config --stack dev rm notifyAddresses"
        ),
    ),
    rules.a_fifo_topic_sends_no_mail: (
        {"notifyAddresses": "sales@example.com", "orderEventsFifo": "false"},
        {"notifyAddresses": "sales@example.com", "orderEventsFifo": "true"},
        (
            "notifyAddresses is sales@example.com, but must be empty:\n"
            "  orderEventsFifo is true, and only queues can subscribe to a FIFO topic.\n"
            "  pulumi config --stack dev rm notifyAddresses"
        ),
    ),
    rules.visibility_leaves_room_for_retries: (
        {"visibilityTimeoutSeconds": 32, "batchingWindowSeconds": 2},
        {"visibilityTimeoutSeconds": 31, "batchingWindowSeconds": 2},
        (
            "visibilityTimeoutSeconds is 31, but should be at least 32:\n"
            "  AWS advises 6 x processorTimeoutSeconds (5) + batchingWindowSeconds (2); otherwise SQS can deliver "
            "a slow batch twice.\n"
            "  pulumi config --stack dev set visibilityTimeoutSeconds 32"
        ),
    ),
    rules.the_mapping_takes_the_planned_orders: (
        {"plannedOrdersPerSecond": 2000, "maximumConcurrency": 20, "reservedConcurrency": 20},
        {"plannedOrdersPerSecond": 2001, "maximumConcurrency": 20, "reservedConcurrency": 20},
        (
            "maximumConcurrency is 20, but should be at least 21:\n"
            "  plannedOrdersPerSecond is 2001, and the mapping receives up to 100 orders a second for each "
            "concurrent batch; otherwise orders wait.\n"
            "  pulumi config --stack dev set maximumConcurrency 21 && "
            "pulumi config --stack dev set reservedConcurrency 21"
        ),
    ),
    rules.the_table_takes_what_the_mapping_receives: (
        {"maximumTableWrites": 2000, "maximumConcurrency": 20},
        {"maximumTableWrites": 1999, "maximumConcurrency": 20},
        (
            "maximumTableWrites is 1999, but should be at least 2000:\n"
            "  The mapping receives up to 2000 orders a second. DynamoDB throttles the others, and each throttle uses "
            "up a receive: valid orders can reach the dead-letter queue.\n"
            "  pulumi config --stack dev set maximumTableWrites 2000"
        ),
    ),
    rules.one_receive_is_no_retry: (
        {"maxReceiveCount": 2},
        {"maxReceiveCount": 1},
        (
            "maxReceiveCount is 1, but should be at least 2:\n"
            "  with one receive, a single throttle or timeout moves the orders of a batch to the dead-letter queue.\n"
            "  pulumi config --stack dev rm maxReceiveCount"
        ),
    ),
}


def test_every_rule_and_every_advice_has_its_boundary_tested() -> None:
    assert set(BOUNDARIES) == {*RULES, *ADVICE}


@pytest.mark.parametrize("rule", BOUNDARIES, ids=lambda rule: rule.__name__)
def test_a_rule_holds_up_to_its_boundary_and_no_further(rule: Rule) -> None:
    kept, violated, message = BOUNDARIES[rule]
    assert violations_of([rule], checked(kept)[0]) == []
    [violation] = violations_of([rule], checked(violated)[0])
    assert violation.describe("dev") == message
    assert (violation in checked(violated)[1]) == (rule in RULES), "advice stops nothing"


@pytest.mark.parametrize(
    "values",
    [
        *(violated for _, violated, _ in BOUNDARIES.values()),
        *({key: value} for key, value, _ in NO_CHOICES),
        *({key: least - 1} for key, least, _ in LIMITS),
        *({key: most + 1} for key, _, most in LIMITS if most is not None),
        {"visibiltyTimeoutSeconds": 60},
        # The receives of an order could take longer than any retention, or than the default retention.
        {"visibilityTimeoutSeconds": 43_200, "maxReceiveCount": 30},
        # Lambda accepts at least two pollers.
        {"minimumPollers": 1, "maximumPollers": 1},
        {"maximumConcurrency": 0, "reservedConcurrency": 0},
        {"maximumConcurrency": 0, "reservedConcurrency": 400},
        {"minimumPollers": 2, "maximumPollers": 5, "maximumConcurrency": 0, "plannedOrdersPerSecond": 501},
        {"maximumTableWrites": 1, "maximumConcurrency": 0},
        {"minimumPollers": 2, "maximumPollers": 0},
        {"maximumPollers": 5, "maximumConcurrency": 0, "reservedConcurrency": 49},
        {"visibilityTimeoutSeconds": 43_200, "maxReceiveCount": 8, "messageRetentionSeconds": 60},
        {"messageRetentionSeconds": 60, "visibilityTimeoutSeconds": 5, "maxReceiveCount": 12},
    ],
    ids=str,
)
def test_the_remedy_that_is_given_mends_what_it_is_given_for(values: Values) -> None:
    def complaints(values: Values) -> list[tuple[str, str]]:
        legal, violations = checked(values)
        return [(v.key, v.rule.split()[0]) for v in (*violations, *violations_of(ADVICE, legal))]

    legal, violations = checked(values)
    given = [*violations, *violations_of(ADVICE, legal)]
    assert given
    for violation in given:
        assert (violation.key, violation.rule.split()[0]) not in complaints(corrected(values, violation))
