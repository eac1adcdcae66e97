"""Rules for settings that depend on each other. A broken rule stops the preview; advice is only a warning.

A rule is a function. Its parameters are the fields of the settings that it needs, each valid on its own. It returns a
violation, or None.

`orders capacity` applies some of the rules, so this module imports neither Pulumi nor pydantic.
"""

from collections.abc import Callable
from dataclasses import dataclass

from infra.budget import SECONDS_PER_DAY
from infra.mapping_limits import (
    BATCHES_OF_A_POLLER,
    NOT_RESERVED,
    ORDERS_OF_A_BATCH,
    ORDERS_OF_A_POLLER,
    most_concurrent,
    most_orders_per_second,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """A setting whose value breaks a rule."""

    key: str
    value: object
    rule: str
    """What the rule requires, such as `must be at least 5`."""
    why: str
    remedy: tuple[str, ...]
    """The commands that fix the setting, as arguments of `pulumi config`, without the stack and a namespace."""

    def describe(self, stack: str, namespace: str = "") -> str:
        """Return the message for the user: three lines, or two if no command is the remedy.

        The namespace is that of the settings, and empty for those of the project that is deployed.
        """
        commands = (command.split(" ", 1) for command in self.remedy)
        qualified = (f"{verb} {key if ':' in key else namespace + key}" for verb, key in commands)
        remedy = " && ".join(f"pulumi config --stack {stack} {command}" for command in qualified)
        lines = (f"{namespace}{self.key} is {self.value}, but {self.rule}:", self.why, remedy)
        return "\n  ".join(line for line in lines if line)


Rule = Callable[..., Violation | None]


def set_to(key: str, value: object) -> tuple[str, ...]:
    """Return the remedy that sets a value."""
    return (f"set {key} {value}",)


def reset(*keys: str) -> tuple[str, ...]:
    """Return the remedy that restores the defaults, which break no rule together."""
    return tuple(f"rm {key}" for key in keys)


def visibility_covers_the_function(
    *, visibility_timeout_seconds: int, processor_timeout_seconds: int
) -> Violation | None:
    # AWS limit: Lambda rejects the event source mapping otherwise (Lambda Developer Guide, "Using Lambda with SQS").
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
    # AWS limit: Lambda API Reference, CreateEventSourceMapping, BatchSize.
    if batch_size <= 10 or batching_window_seconds >= 1:
        return None
    return Violation(
        key="batchingWindowSeconds",
        value=batching_window_seconds,
        rule="must be at least 1",
        why=f"batchSize is {batch_size}, and Lambda requires a batching window for batches of more than 10.",
        remedy=set_to("batchingWindowSeconds", 1),
    )


def one_batch_is_no_maximum(*, maximum_concurrency: int) -> Violation | None:
    # AWS limit: Lambda API Reference, ScalingConfig.
    if maximum_concurrency != 1:
        return None
    return Violation(
        key="maximumConcurrency",
        value=maximum_concurrency,
        rule="must be at least 2, or 0 for no maximum",
        why="Lambda accepts no smaller maximum.",
        remedy=set_to("maximumConcurrency", 2),
    )


def two_pollers_are_the_fewest(*, minimum_pollers: int, maximum_pollers: int) -> Violation | None:
    # AWS limit: Lambda API Reference, ProvisionedPollerConfig: at least 2 for SQS.
    if minimum_pollers >= 2 or minimum_pollers == maximum_pollers == 0:
        return None
    return Violation(
        key="minimumPollers",
        value=minimum_pollers,
        rule="must be at least 2, or 0 for none",
        why=f"maximumPollers is {maximum_pollers}. Lambda accepts at least 2 of each. Both are 0 without pollers.",
        remedy=(*set_to("minimumPollers", 2), *set_to("maximumPollers", max(maximum_pollers, 2))),
    )


def pollers_have_a_maximum_above_their_minimum(*, minimum_pollers: int, maximum_pollers: int) -> Violation | None:
    # AWS limit: Lambda API Reference, ProvisionedPollerConfig.
    if minimum_pollers < 2 or minimum_pollers <= maximum_pollers:
        return None
    return Violation(
        key="maximumPollers",
        value=maximum_pollers,
        rule="must be at least minimumPollers",
        why=f"minimumPollers is {minimum_pollers}.",
        remedy=set_to("maximumPollers", minimum_pollers),
    )


def pollers_exclude_a_maximum_concurrency(*, maximum_concurrency: int, maximum_pollers: int) -> Violation | None:
    # AWS limit: Lambda Developer Guide, "Scaling behavior" of SQS mappings.
    if not maximum_pollers or not maximum_concurrency:
        return None
    return Violation(
        key="maximumConcurrency",
        value=maximum_concurrency,
        rule="must be 0",
        why=f"maximumPollers is {maximum_pollers}, and Lambda accepts either of them. A poller runs up to "
        f"{BATCHES_OF_A_POLLER} batches at the same time.",
        remedy=set_to("maximumConcurrency", 0),
    )


def reserved_concurrency_covers_the_mapping(
    *, maximum_concurrency: int, maximum_pollers: int, reserved_concurrency: int
) -> Violation | None:
    # Advice that is a rule here: Lambda Developer Guide, "Configuring maximum concurrency" of SQS mappings: at least as
    # high. Lambda throttles batches above the reserve, and each throttled batch uses up a receive of its orders.
    most = most_concurrent(maximum_concurrency=maximum_concurrency, maximum_pollers=maximum_pollers)
    if reserved_concurrency == NOT_RESERVED or reserved_concurrency >= most:
        return None
    return Violation(
        key="reservedConcurrency",
        value=reserved_concurrency,
        rule=f"must be {NOT_RESERVED} or at least {most}",
        why=f"Lambda can run {most} batches at the same time, and throttled orders can reach the dead-letter queue "
        "without being processed.",
        remedy=_a_maximum(reserved_concurrency)
        if maximum_concurrency == maximum_pollers == 0
        else set_to("reservedConcurrency", most),
    )


def _a_maximum(reserved_concurrency: int) -> tuple[str, ...]:
    """Return the remedy for a mapping with no maximum: an account can reserve 900 of its 1,000 executions."""
    maximum = max(2, min(reserved_concurrency, 900))
    return (*set_to("maximumConcurrency", maximum), *set_to("reservedConcurrency", maximum))


def dead_letters_outlive_the_queue(
    *, message_retention_seconds: int, dead_letter_retention_seconds: int
) -> Violation | None:
    # Our rule: a moved message keeps its first enqueue time (SQS Developer Guide, "Dead-letter queues").
    if dead_letter_retention_seconds > message_retention_seconds:
        return None
    return Violation(
        key="deadLetterRetentionSeconds",
        value=dead_letter_retention_seconds,
        rule=f"must be more than messageRetentionSeconds ({message_retention_seconds})",
        why="SQS counts both from when the order was first queued, and would delete a late dead letter at once.",
        remedy=reset("deadLetterRetentionSeconds", "messageRetentionSeconds"),
    )


def orders_move_before_they_expire(
    *,
    visibility_timeout_seconds: int,
    max_receive_count: int,
    message_retention_seconds: int,
    dead_letter_retention_seconds: int,
) -> Violation | None:
    # Our rule: SQS deletes a message at the end of its retention, whatever its receive count.
    least = max_receive_count * visibility_timeout_seconds
    if message_retention_seconds > least:
        return None
    return Violation(
        key="messageRetentionSeconds",
        value=message_retention_seconds,
        rule=f"must be more than {least}",
        why=f"SQS moves a failing order after maxReceiveCount ({max_receive_count}) x visibilityTimeoutSeconds "
        f"({visibility_timeout_seconds}), and would delete it before that.",
        remedy=_longer_retention(least, dead_letter_retention_seconds),
    )


def _longer_retention(least: int, dead_letter_retention_seconds: int) -> tuple[str, ...]:
    if least + 1 < dead_letter_retention_seconds:
        return set_to("messageRetentionSeconds", max(least + 1, 60))
    return reset("maxReceiveCount", "visibilityTimeoutSeconds", "messageRetentionSeconds")


def the_log_outlives_the_dead_letters(
    *, log_retention_days: int, dead_letter_retention_seconds: int
) -> Violation | None:
    # Our rule: the log contains the reason of each dead letter.
    if log_retention_days * SECONDS_PER_DAY >= dead_letter_retention_seconds:
        return None
    return Violation(
        key="logRetentionDays",
        value=log_retention_days,
        rule=f"must be at least {-(-dead_letter_retention_seconds // SECONDS_PER_DAY)}",
        why=f"deadLetterRetentionSeconds is {dead_letter_retention_seconds}, "
        "and the log contains the reason of each dead letter.",
        remedy=reset("logRetentionDays"),
    )


def the_alarm_comes_before_orders_expire(
    *, oldest_order_alarm_seconds: int, message_retention_seconds: int
) -> Violation | None:
    # Our rule: SQS deletes an order at the end of its retention, so an order never gets older.
    if oldest_order_alarm_seconds < message_retention_seconds:
        return None
    return Violation(
        key="oldestOrderAlarmSeconds",
        value=oldest_order_alarm_seconds,
        rule=f"must be less than messageRetentionSeconds ({message_retention_seconds})",
        why="SQS deletes orders at that age, and the alarm must leave time to save them.",
        remedy=set_to("oldestOrderAlarmSeconds", message_retention_seconds // 2),
    )


def the_alarm_comes_before_events_are_given_up(
    *, oldest_event_alarm_seconds: int, event_retry_seconds: int
) -> Violation | None:
    # Our rule: the notifier gives up an event at that age.
    if oldest_event_alarm_seconds < event_retry_seconds:
        return None
    return Violation(
        key="oldestEventAlarmSeconds",
        value=oldest_event_alarm_seconds,
        rule=f"must be less than eventRetrySeconds ({event_retry_seconds})",
        why="The notifier gives up events at that age, and the alarm must leave time to help it.",
        remedy=set_to("oldestEventAlarmSeconds", event_retry_seconds // 2),
    )


def only_told_events_are_mailed(*, order_events: bool, notify_addresses: tuple[str, ...]) -> Violation | None:
    # Our rule: without events, the addresses would never get a mail.
    if order_events or not notify_addresses:
        return None
    return Violation(
        key="notifyAddresses",
        value=",".join(notify_addresses),
        rule="must be empty",
        why="orderEvents is false, and the mails are events.",
        remedy=reset("notifyAddresses"),
    )


def a_fifo_topic_sends_no_mail(*, order_events_fifo: bool, notify_addresses: tuple[str, ...]) -> Violation | None:
    # AWS limit: only queues can subscribe to a FIFO topic (SNS Developer Guide, "Message delivery for FIFO topics").
    if not order_events_fifo or not notify_addresses:
        return None
    return Violation(
        key="notifyAddresses",
        value=",".join(notify_addresses),
        rule="must be empty",
        why="orderEventsFifo is true, and only queues can subscribe to a FIFO topic.",
        remedy=reset("notifyAddresses"),
    )


def visibility_leaves_room_for_retries(
    *, visibility_timeout_seconds: int, processor_timeout_seconds: int, batching_window_seconds: int
) -> Violation | None:
    # Advice: Lambda Developer Guide, "Using Lambda with SQS". Lambda retries throttled batches within that time.
    advised = 6 * processor_timeout_seconds + batching_window_seconds
    if visibility_timeout_seconds >= advised:
        return None
    return Violation(
        key="visibilityTimeoutSeconds",
        value=visibility_timeout_seconds,
        rule=f"should be at least {advised}",
        why=f"AWS advises 6 x processorTimeoutSeconds ({processor_timeout_seconds}) + batchingWindowSeconds "
        f"({batching_window_seconds}); otherwise SQS can deliver a slow batch twice.",
        remedy=set_to("visibilityTimeoutSeconds", advised),
    )


def one_receive_is_no_retry(*, max_receive_count: int) -> Violation | None:
    # Advice: Lambda Developer Guide, "Using Lambda with SQS": at least 5, never 1. The default, 3, is required.
    if max_receive_count > 1:
        return None
    return Violation(
        key="maxReceiveCount",
        value=max_receive_count,
        rule="should be at least 2",
        why="with one receive, a single throttle or timeout moves the orders of a batch to the dead-letter queue.",
        remedy=reset("maxReceiveCount"),
    )


def the_mapping_takes_the_planned_orders(
    *, planned_orders_per_second: int, maximum_concurrency: int, maximum_pollers: int, reserved_concurrency: int
) -> Violation | None:
    # Advice: our plan. The other limits depend on more than the settings: `orders capacity` simulates them.
    planned = planned_orders_per_second
    if planned <= most_orders_per_second(maximum_concurrency=maximum_concurrency, maximum_pollers=maximum_pollers):
        return None
    pollers = maximum_pollers > 0
    key, value, each = (
        ("maximumPollers", maximum_pollers, ORDERS_OF_A_POLLER)
        if pollers
        else ("maximumConcurrency", maximum_concurrency, ORDERS_OF_A_BATCH)
    )
    least = -(-planned // each)
    reserve = least * BATCHES_OF_A_POLLER if pollers else least
    reserves = reserved_concurrency != NOT_RESERVED and reserved_concurrency < reserve
    return Violation(
        key=key,
        value=value,
        rule=f"should be at least {least}",
        why=f"plannedOrdersPerSecond is {planned}, and the mapping receives up to {each} orders a second for each "
        f"{'poller' if pollers else 'concurrent batch'}; otherwise orders wait.",
        remedy=(*set_to(key, least), *(set_to("reservedConcurrency", reserve) if reserves else ())),
    )


def the_table_takes_what_the_mapping_receives(
    *, maximum_table_writes: int, maximum_concurrency: int, maximum_pollers: int
) -> Violation | None:
    # Advice: our plan. An order of up to 1 KB takes a write unit (DynamoDB Developer Guide, on-demand capacity mode).
    most = most_orders_per_second(maximum_concurrency=maximum_concurrency, maximum_pollers=maximum_pollers)
    if not maximum_table_writes or maximum_table_writes >= most:
        return None
    return Violation(
        key="maximumTableWrites",
        value=maximum_table_writes,
        rule=f"should be at least {most}",
        why=f"The mapping receives up to {most} orders a second. DynamoDB throttles the others, and each throttle uses "
        "up a receive: valid orders can reach the dead-letter queue.",
        remedy=set_to("maximumTableWrites", most),
    )


RULES: tuple[Rule, ...] = (
    visibility_covers_the_function,
    large_batches_need_a_window,
    one_batch_is_no_maximum,
    two_pollers_are_the_fewest,
    pollers_have_a_maximum_above_their_minimum,
    pollers_exclude_a_maximum_concurrency,
    reserved_concurrency_covers_the_mapping,
    dead_letters_outlive_the_queue,
    orders_move_before_they_expire,
    the_log_outlives_the_dead_letters,
    the_alarm_comes_before_orders_expire,
    the_alarm_comes_before_events_are_given_up,
    only_told_events_are_mailed,
    a_fifo_topic_sends_no_mail,
)
ADVICE: tuple[Rule, ...] = (
    visibility_leaves_room_for_retries,
    one_receive_is_no_retry,
    the_mapping_takes_the_planned_orders,
    the_table_takes_what_the_mapping_receives,
)
