"""The table of alarms. docs/monitoring.md has a section for each of them."""

from dataclasses import dataclass

from infra.metrics import EventMetrics, FlowMetrics, Metric
from infra.settings import MonitoringSettings

MINUTE = 60
"""Shortest interval at which these services publish metrics, in seconds (their pages on CloudWatch metrics)."""
FIVE_MINUTES = 5 * MINUTE


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """An alarm on a metric that reaches a threshold. The defaults suit an event that should not happen even once."""

    name: str
    """The alarm's name without the system's name."""
    meaning: str
    metric: Metric
    at_least: float = 1
    """The threshold, for one period, in the metric's unit."""
    period: int = FIVE_MINUTES
    """In seconds. A minute for a lasting state; five for an event, so that one incident does not notify each minute."""
    growth: bool = False
    """Whether the threshold applies to the increase from one period to the next, and not to the metric itself."""


def event_alarms(settings: MonitoringSettings, metrics: EventMetrics) -> list[Alarm]:
    """Return the alarms on events, in the order of the flow."""
    return [
        Alarm(
            name="EventsTooOld",
            metric=metrics.oldest,
            meaning="Changes of orders have waited too long: the notifier cannot tell them, or is too slow.",
            at_least=settings.oldest_event_alarm_seconds * 1000,
            period=MINUTE,
        ),
        Alarm(
            name="NotifierErrors",
            metric=metrics.errors,
            meaning="Whole batches of changes failed: the notifier timed out or could not start.",
        ),
        Alarm(
            name="EventsDLQNotEmpty",
            metric=metrics.given_up,
            meaning="The queue of events that were given up contains changes of orders that nobody was told about.",
            period=MINUTE,
        ),
    ]


def alarms(settings: MonitoringSettings, metrics: FlowMetrics, *, function_timeout_seconds: int) -> list[Alarm]:
    """Return the alarms on orders, in the order of the flow."""
    slow_batch_milliseconds = function_timeout_seconds * 1000 * settings.duration_alarm_percent / 100
    return [
        Alarm(
            name="TopicFailures",
            metric=metrics.not_delivered,
            meaning="SNS stopped trying to deliver orders. They should now be in the queue of undelivered orders.",
        ),
        Alarm(
            name="TopicLosses",
            metric=metrics.lost,
            meaning="SNS could neither deliver orders nor send them to the queue of undelivered orders: they are lost.",
        ),
        Alarm(
            name="UndeliveredNotEmpty",
            metric=metrics.undelivered,
            meaning="The queue of undelivered orders contains orders that SNS could not deliver.",
            period=MINUTE,
        ),
        Alarm(
            name="QueueTooOld",
            metric=metrics.oldest,
            meaning="The oldest order has waited too long: processing has stopped or is too slow.",
            at_least=settings.oldest_order_alarm_seconds,
            period=MINUTE,
        ),
        Alarm(
            name="DLQNotEmpty",
            metric=metrics.dead_letters,
            meaning="The dead-letter queue contains orders that could not be processed.",
            period=MINUTE,
        ),
        # DLQNotEmpty does not change its state, and so does not notify, while more orders fail. This alarm returns to
        # OK one period after the growth. The maximum of five minutes hides that a look at the dead letters makes them
        # invisible for a moment.
        Alarm(
            name="DLQGrowing",
            metric=metrics.dead_letters,
            meaning="More orders arrived in the dead-letter queue while it was not empty.",
            growth=True,
        ),
        Alarm(
            name="ProcessorErrors",
            metric=metrics.errors,
            meaning="Whole batches failed: the processor timed out or could not start.",
        ),
        Alarm(
            name="ProcessorThrottles",
            metric=metrics.throttles,
            meaning="Lambda throttled the processor. Each throttled batch uses up a receive of its orders.",
        ),
        Alarm(
            name="ProcessorSlow",
            metric=metrics.longest,
            meaning="A batch took almost as long as the processor's timeout.",
            at_least=slow_batch_milliseconds,
        ),
        Alarm(
            name="TableThrottled",
            metric=metrics.throttled_writes,
            meaning="DynamoDB throttled writes to the table.",
        ),
        Alarm(
            name="TableInsertErrors",
            metric=metrics.insert_errors,
            meaning="DynamoDB could not insert new orders because of an internal error.",
        ),
        Alarm(
            name="TablePutErrors",
            metric=metrics.put_errors,
            meaning="DynamoDB could not replace orders because of an internal error.",
        ),
    ]
