"""When somebody is to be told: every alarm, with what it means."""

from dataclasses import dataclass

from infra.metrics import FlowMetrics, Metric
from infra.settings import MonitoringSettings

MINUTE = 60
"""How often CloudWatch gets metrics from these services, in seconds (their pages on CloudWatch metrics)."""
FIVE_MINUTES = 5 * MINUTE


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """A metric that is too high."""

    name: str
    """What follows the system's name; docs/monitoring.md has a section for it."""
    means: str
    metric: Metric
    at_least: float
    """In the metric's unit, over one period."""
    period: int
    """In seconds: a minute for what lasts, five for what happens, so that one incident is not a mail a minute."""
    growth: bool = False
    """Whether it is the metric's growth, from one period to the next, that is too high."""


def alarms(settings: MonitoringSettings, metrics: FlowMetrics, *, function_timeout_seconds: int) -> list[Alarm]:
    """The alarms, in the order of the flow."""
    too_slow = function_timeout_seconds * 1000 * settings.duration_alarm_percent / 100
    return [
        Alarm(
            name="TopicFailures",
            means="SNS gave up delivering orders, which should be among the undelivered ones now.",
            metric=metrics.not_delivered,
            at_least=1,
            period=FIVE_MINUTES,
        ),
        Alarm(
            name="TopicLosses",
            means="SNS could neither deliver orders nor set them aside: they are lost.",
            metric=metrics.lost,
            at_least=1,
            period=FIVE_MINUTES,
        ),
        Alarm(
            name="UndeliveredNotEmpty",
            means="Orders that SNS could not deliver wait for somebody.",
            metric=metrics.undelivered,
            at_least=1,
            period=MINUTE,
        ),
        Alarm(
            name="QueueTooOld",
            means="The oldest order waits for too long: processing stands still or falls behind.",
            metric=metrics.oldest,
            at_least=settings.oldest_order_alarm_seconds,
            period=MINUTE,
        ),
        Alarm(
            name="DLQNotEmpty",
            means="Orders that could not be processed wait in the dead-letter queue.",
            metric=metrics.dead_letters,
            at_least=1,
            period=MINUTE,
        ),
        # An alarm acts when its state changes, and DLQNotEmpty stays as it is while more orders fail. This one is back
        # at OK a period after the growth. Five minutes of maximum hide that a look at the dead letters makes them
        # invisible for a moment.
        Alarm(
            name="DLQGrowing",
            means="More orders came to those that wait in the dead-letter queue already.",
            metric=metrics.dead_letters,
            at_least=1,
            period=FIVE_MINUTES,
            growth=True,
        ),
        Alarm(
            name="ProcessorErrors",
            means="Batches failed as a whole: the processor timed out, or could not start.",
            metric=metrics.errors,
            at_least=1,
            period=FIVE_MINUTES,
        ),
        Alarm(
            name="ProcessorThrottles",
            means="Lambda had no concurrency for the processor, and what it throttles loses a receive.",
            metric=metrics.throttles,
            at_least=1,
            period=FIVE_MINUTES,
        ),
        Alarm(
            name="ProcessorSlow",
            means="A batch took nearly as long as the processor may run.",
            metric=metrics.longest,
            at_least=too_slow,
            period=FIVE_MINUTES,
        ),
        Alarm(
            name="TableThrottled",
            means="DynamoDB throttles writes to the table.",
            metric=metrics.throttled_writes,
            at_least=1,
            period=FIVE_MINUTES,
        ),
        Alarm(
            name="TableInsertErrors",
            means="DynamoDB could not insert new orders, by a fault of its own.",
            metric=metrics.insert_errors,
            at_least=1,
            period=FIVE_MINUTES,
        ),
        Alarm(
            name="TablePutErrors",
            means="DynamoDB could not replace older orders, by a fault of its own.",
            metric=metrics.put_errors,
            at_least=1,
            period=FIVE_MINUTES,
        ),
    ]
