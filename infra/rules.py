"""How settings must fit together: hard rules, whose violation stops a preview, and advice, which is a warning.

A rule is a function of the settings that it is about, by name, each legal on its own. It returns its violation, or
nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass

from infra.settings import NOT_RESERVED

SECONDS_PER_DAY = 86_400


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """A setting whose value breaks a rule: what the rule asks, why, and the commands that mend it.

    The commands are what follows `pulumi config`, without the stack.
    """

    key: str
    value: object
    rule: str
    why: str
    remedy: tuple[str, ...]

    def describe(self, stack: str) -> str:
        """The violation for the person who has to mend it, in three lines."""
        commands = " && ".join(f"pulumi config --stack {stack} {command}" for command in self.remedy)
        return f"{self.key} is {self.value}, but {self.rule}:\n  {self.why}\n  {commands}"


Rule = Callable[..., Violation | None]


def set_to(key: str, value: object) -> tuple[str, ...]:
    """The remedy that sets a value."""
    return (f"set {key} {value}",)


def reset(*keys: str) -> tuple[str, ...]:
    """The remedy that goes back to the defaults, which fit together."""
    return tuple(f"rm {key}" for key in keys)


def visibility_covers_the_function(
    *, visibility_timeout_seconds: int, processor_timeout_seconds: int
) -> Violation | None:
    # A hard limit: Lambda refuses to create the mapping otherwise (Lambda Developer Guide, "Using Lambda with SQS").
    if processor_timeout_seconds <= visibility_timeout_seconds:
        return None
    return Violation(
        key="visibilityTimeoutSeconds",
        value=visibility_timeout_seconds,
        rule=f"must be at least {processor_timeout_seconds}",
        why=f"processorTimeoutSeconds is {processor_timeout_seconds}, "
        "and an order must stay hidden while its batch can still run.",
        remedy=set_to("visibilityTimeoutSeconds", processor_timeout_seconds),
    )


def large_batches_need_a_window(*, batch_size: int, batching_window_seconds: int) -> Violation | None:
    # A hard limit: Lambda API Reference, CreateEventSourceMapping, BatchSize.
    if batch_size <= 10 or batching_window_seconds >= 1:
        return None
    return Violation(
        key="batchingWindowSeconds",
        value=batching_window_seconds,
        rule="must be at least 1",
        why=f"batchSize is {batch_size}, and Lambda fills batches over 10 only within a window.",
        remedy=set_to("batchingWindowSeconds", 1),
    )


def reserved_concurrency_covers_the_mapping(*, maximum_concurrency: int, reserved_concurrency: int) -> Violation | None:
    # Ours: what the mapping hands out above the reserve is throttled, and a throttled order has had a receive.
    if reserved_concurrency == NOT_RESERVED or reserved_concurrency >= maximum_concurrency:
        return None
    return Violation(
        key="reservedConcurrency",
        value=reserved_concurrency,
        rule=f"must be {NOT_RESERVED} or at least {maximum_concurrency}",
        why=f"maximumConcurrency is {maximum_concurrency}; what is throttled goes to the dead letters without a try.",
        remedy=set_to("reservedConcurrency", maximum_concurrency),
    )


def dead_letters_outlive_the_queue(
    *, message_retention_seconds: int, dead_letter_retention_seconds: int
) -> Violation | None:
    # Ours: a moved message keeps its first enqueue time (SQS Developer Guide, "Dead-letter queues").
    if dead_letter_retention_seconds > message_retention_seconds:
        return None
    return Violation(
        key="deadLetterRetentionSeconds",
        value=dead_letter_retention_seconds,
        rule=f"must be more than messageRetentionSeconds ({message_retention_seconds})",
        why="SQS counts both from when the order was first queued, so a late dead letter would be deleted on arrival.",
        remedy=reset("deadLetterRetentionSeconds", "messageRetentionSeconds"),
    )


def orders_are_set_aside_before_they_expire(
    *,
    visibility_timeout_seconds: int,
    max_receive_count: int,
    message_retention_seconds: int,
    dead_letter_retention_seconds: int,
) -> Violation | None:
    # Ours: SQS deletes what is older than its retention, tried often enough or not.
    least = max_receive_count * visibility_timeout_seconds
    if message_retention_seconds > least:
        return None
    return Violation(
        key="messageRetentionSeconds",
        value=message_retention_seconds,
        rule=f"must be more than {least}",
        why=f"maxReceiveCount ({max_receive_count}) x visibilityTimeoutSeconds ({visibility_timeout_seconds}) pass "
        "before a failing order is set aside; it would expire first.",
        remedy=set_to("messageRetentionSeconds", max(least + 1, 60))
        if least + 1 < dead_letter_retention_seconds
        else reset("maxReceiveCount", "visibilityTimeoutSeconds", "messageRetentionSeconds"),
    )


def the_log_outlives_the_dead_letters(
    *, log_retention_days: int, dead_letter_retention_seconds: int
) -> Violation | None:
    # Ours: a dead letter's reason is in the log, and is looked for as long as the dead letter is there.
    if log_retention_days * SECONDS_PER_DAY >= dead_letter_retention_seconds:
        return None
    return Violation(
        key="logRetentionDays",
        value=log_retention_days,
        rule=f"must be at least {-(-dead_letter_retention_seconds // SECONDS_PER_DAY)}",
        why=f"deadLetterRetentionSeconds is {dead_letter_retention_seconds}, "
        "and the log says why an order is among the dead letters.",
        remedy=reset("logRetentionDays"),
    )


def the_alarm_comes_before_orders_expire(
    *, oldest_order_alarm_seconds: int, message_retention_seconds: int
) -> Violation | None:
    # Ours: SQS deletes an order at its retention, and no order is ever older.
    if oldest_order_alarm_seconds < message_retention_seconds:
        return None
    return Violation(
        key="oldestOrderAlarmSeconds",
        value=oldest_order_alarm_seconds,
        rule=f"must be less than messageRetentionSeconds ({message_retention_seconds})",
        why="SQS deletes orders at that age, and the alarm is to come while there is time to save them.",
        remedy=set_to("oldestOrderAlarmSeconds", message_retention_seconds // 2),
    )


def visibility_leaves_room_for_retries(
    *, visibility_timeout_seconds: int, processor_timeout_seconds: int, batching_window_seconds: int
) -> Violation | None:
    # Advice: Lambda Developer Guide, "Using Lambda with SQS". Throttled batches are retried within that time.
    advised = 6 * processor_timeout_seconds + batching_window_seconds
    if visibility_timeout_seconds >= advised:
        return None
    return Violation(
        key="visibilityTimeoutSeconds",
        value=visibility_timeout_seconds,
        rule=f"should be at least {advised}",
        why=f"6 x processorTimeoutSeconds ({processor_timeout_seconds}) + batchingWindowSeconds "
        f"({batching_window_seconds}), or a slow batch is handed out twice.",
        remedy=set_to("visibilityTimeoutSeconds", advised),
    )


def one_receive_is_no_retry(*, max_receive_count: int) -> Violation | None:
    # Advice: Lambda Developer Guide, "Using Lambda with SQS": 5 or more, and never 1. The specified 3 is in between.
    if max_receive_count > 1:
        return None
    return Violation(
        key="maxReceiveCount",
        value=max_receive_count,
        rule="should be at least 2",
        why="with a single receive, one throttled or timed-out invocation sends its orders to the dead letters.",
        remedy=reset("maxReceiveCount"),
    )


RULES: tuple[Rule, ...] = (
    visibility_covers_the_function,
    large_batches_need_a_window,
    reserved_concurrency_covers_the_mapping,
    dead_letters_outlive_the_queue,
    orders_are_set_aside_before_they_expire,
    the_log_outlives_the_dead_letters,
    the_alarm_comes_before_orders_expire,
)
ADVICE: tuple[Rule, ...] = (visibility_leaves_room_for_retries, one_receive_is_no_retry)
