"""The delivery budget: the delivery times and the throughput that follow from the settings."""

from infra.outputs import DeliveryBudget
from infra.rules import SECONDS_PER_DAY
from infra.settings import Settings


def delivery_budget(settings: Settings) -> DeliveryBudget:
    queue, processor = settings.queue, settings.processor
    return DeliveryBudget(
        earliest_dead_letter_seconds=queue.max_receive_count * queue.visibility_timeout_seconds,
        latest_dead_letter_seconds=queue.message_retention_seconds,
        least_dead_letter_days=(queue.dead_letter_retention_seconds - queue.message_retention_seconds)
        / SECONDS_PER_DAY,
        orders_per_second=processor.maximum_concurrency * processor.batch_size / processor.processor_timeout_seconds,
    )
