"""How settings must fit together: hard rules, whose violation stops a preview, and advice, which is a warning.

A rule looks at settings that are each legal on their own and returns its violation, or nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass

from infra.settings import NOT_RESERVED, Settings

SECONDS_PER_DAY = 86_400


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """A setting whose value breaks a rule: what the rule asks, why, and the command that mends it."""

    key: str
    value: object
    rule: str
    why: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.key} is {self.value}, but {self.rule}:\n  {self.why}\n  {self.remedy}"


Rule = Callable[[Settings], Violation | None]


def set_command(key: str, value: object) -> str:
    """The command that sets a value; `--` keeps a negative number from being read as an option."""
    text = str(value)
    return f"pulumi config set {'-- ' if text.startswith('-') else ''}{key} {text}"


def visibility_covers_the_function(settings: Settings) -> Violation | None:
    # A hard limit: Lambda refuses to create the mapping otherwise (Lambda Developer Guide, "Using Lambda with SQS").
    timeout, visibility = settings.processor.processor_timeout_seconds, settings.queue.visibility_timeout_seconds
    if timeout <= visibility:
        return None
    return Violation(
        key="visibilityTimeoutSeconds",
        value=visibility,
        rule=f"must be at least {timeout}",
        why=f"processorTimeoutSeconds is {timeout}, and an order must stay hidden while its batch can still run.",
        remedy=set_command("visibilityTimeoutSeconds", timeout),
    )


def large_batches_need_a_window(settings: Settings) -> Violation | None:
    # A hard limit: Lambda API Reference, CreateEventSourceMapping, BatchSize.
    size, window = settings.processor.batch_size, settings.processor.batching_window_seconds
    if size <= 10 or window >= 1:
        return None
    return Violation(
        key="batchingWindowSeconds",
        value=window,
        rule="must be at least 1",
        why=f"batchSize is {size}, and Lambda fills batches over 10 only within a window.",
        remedy=set_command("batchingWindowSeconds", 1),
    )


def reserved_concurrency_covers_the_mapping(settings: Settings) -> Violation | None:
    # A hard limit: what the mapping hands out above the reserve is throttled, and a throttled order counts a receive.
    maximum, reserved = settings.processor.maximum_concurrency, settings.processor.reserved_concurrency
    if reserved == NOT_RESERVED or reserved >= maximum:
        return None
    return Violation(
        key="reservedConcurrency",
        value=reserved,
        rule=f"must be {NOT_RESERVED} or at least {maximum}",
        why=f"maximumConcurrency is {maximum}; what is throttled goes to the dead letters without a try.",
        remedy=set_command("reservedConcurrency", maximum),
    )


def dead_letters_outlive_the_queue(settings: Settings) -> Violation | None:
    # A moved message keeps its first enqueue time (SQS Developer Guide, "Dead-letter queues").
    queue = settings.queue
    if queue.dead_letter_retention_seconds > queue.message_retention_seconds:
        return None
    return Violation(
        key="deadLetterRetentionSeconds",
        value=queue.dead_letter_retention_seconds,
        rule=f"must be more than messageRetentionSeconds ({queue.message_retention_seconds})",
        why="SQS counts both from when the order was first queued, so a late dead letter would be deleted on arrival.",
        remedy="pulumi config rm deadLetterRetentionSeconds && pulumi config rm messageRetentionSeconds",
    )


def orders_are_set_aside_before_they_expire(settings: Settings) -> Violation | None:
    # Not an AWS limit but a loss: SQS deletes what is older than its retention, tried often enough or not.
    queue = settings.queue
    least = queue.max_receive_count * queue.visibility_timeout_seconds
    if queue.message_retention_seconds > least:
        return None
    return Violation(
        key="messageRetentionSeconds",
        value=queue.message_retention_seconds,
        rule=f"must be more than {least}",
        why=f"maxReceiveCount ({queue.max_receive_count}) x visibilityTimeoutSeconds "
        f"({queue.visibility_timeout_seconds}) pass before a failing order is set aside; it would expire first.",
        remedy="pulumi config rm messageRetentionSeconds",
    )


def the_log_outlives_the_dead_letters(settings: Settings) -> Violation | None:
    # Our rule: a dead letter's reason is in the log, and is looked for as long as the dead letter is there.
    days, kept = settings.processor.log_retention_days, settings.queue.dead_letter_retention_seconds
    if days * SECONDS_PER_DAY >= kept:
        return None
    return Violation(
        key="logRetentionDays",
        value=days,
        rule=f"must be at least {-(-kept // SECONDS_PER_DAY)}",
        why=f"deadLetterRetentionSeconds is {kept}, and the log says why an order is among the dead letters.",
        remedy="pulumi config rm logRetentionDays",
    )


def visibility_leaves_room_for_retries(settings: Settings) -> Violation | None:
    # Advice: Lambda Developer Guide, "Using Lambda with SQS". Throttled batches are retried within that time.
    timeout, window = settings.processor.processor_timeout_seconds, settings.processor.batching_window_seconds
    visibility, advised = settings.queue.visibility_timeout_seconds, 6 * timeout + window
    if visibility >= advised or timeout > visibility:
        return None
    return Violation(
        key="visibilityTimeoutSeconds",
        value=visibility,
        rule=f"should be at least {advised}",
        why=f"6 x processorTimeoutSeconds ({timeout}) + batchingWindowSeconds ({window}), "
        "or a slow batch is handed out twice.",
        remedy=set_command("visibilityTimeoutSeconds", advised),
    )


def one_receive_is_no_retry(settings: Settings) -> Violation | None:
    # Advice: Lambda Developer Guide, "Using Lambda with SQS": 5 or more, and never 1. The mission's 3 is in between.
    count = settings.queue.max_receive_count
    if count > 1:
        return None
    return Violation(
        key="maxReceiveCount",
        value=count,
        rule="should be at least 2",
        why="with a single receive, one throttled or timed-out invocation sends its orders to the dead letters.",
        remedy="pulumi config rm maxReceiveCount",
    )


RULES: tuple[Rule, ...] = (
    visibility_covers_the_function,
    large_batches_need_a_window,
    reserved_concurrency_covers_the_mapping,
    dead_letters_outlive_the_queue,
    orders_are_set_aside_before_they_expire,
    the_log_outlives_the_dead_letters,
)
ADVICE: tuple[Rule, ...] = (visibility_leaves_room_for_retries, one_receive_is_no_retry)


def violations(rules: tuple[Rule, ...], settings: Settings) -> list[Violation]:
    return [violation for rule in rules if (violation := rule(settings))]
