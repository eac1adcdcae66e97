"""What the settings promise about time and throughput: the delivery budget, a stack output."""

from dataclasses import asdict, dataclass

from pydantic.alias_generators import to_camel

from infra.rules import SECONDS_PER_DAY
from infra.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryBudget:
    """When a failing order is set aside, how long it then stays, and how fast orders can be processed."""

    earliest_dead_letter_seconds: int
    """For an order that may still succeed: each receive waits out the visibility timeout, and is polled for at once."""
    latest_dead_letter_seconds: int
    """A backlog can delay retries up to the retention of the queue; SQS deletes what is not set aside by then."""
    least_dead_letter_days: float
    """What remains to act on a dead letter that came at the latest: SQS counts from when it was first queued."""
    orders_per_second: float
    """At full concurrency, with full batches that each take the function's whole timeout."""

    def as_output(self) -> dict[str, int | float]:
        """The budget under the names of the stack output `deliveryBudget`."""
        return {to_camel(name): value for name, value in asdict(self).items()}


def delivery_budget(settings: Settings) -> DeliveryBudget:
    queue, processor = settings.queue, settings.processor
    return DeliveryBudget(
        earliest_dead_letter_seconds=queue.max_receive_count * queue.visibility_timeout_seconds,
        latest_dead_letter_seconds=queue.message_retention_seconds,
        least_dead_letter_days=(queue.dead_letter_retention_seconds - queue.message_retention_seconds)
        / SECONDS_PER_DAY,
        orders_per_second=processor.maximum_concurrency * processor.batch_size / processor.processor_timeout_seconds,
    )
