"""What the model needs to know about a stack."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache

from infra.mapping_limits import most_concurrent
from infra.project import stack_config, stack_settings
from ops.capacity import limits
from ops.cost import OURS
from ops.errors import InvalidInput, check_stack
from ops.invocation import measured, seconds_per_batch

NOTHING_RESERVED = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class CapacityInputs:
    """The settings that decide how many orders a stack carries, and the limits around it."""

    region: str
    visibility_timeout_seconds: int
    max_receive_count: int
    message_retention_seconds: int
    retry_invalid_orders_at_once: bool
    processor_timeout_seconds: int
    maximum_concurrency: int
    minimum_pollers: int
    maximum_pollers: int
    reserved_concurrency: int
    batch_size: int
    batching_window_seconds: int
    architecture: str
    batch_seconds: Callable[[int], float]
    """The duration of a batch, by its orders."""
    account_concurrency: float = limits.ACCOUNT_CONCURRENCY.value
    """What the account leaves to a function that has no reserved concurrency."""
    table_writes: float = limits.TABLE_WRITES.value
    """Writes a second that the table takes at once."""

    @classmethod
    def of_stack(cls, stack: str) -> "CapacityInputs":
        """Read the settings from the files of a stack. Raises InvalidInput."""
        check_stack(stack)
        settings = stack_settings(stack)
        if (region := stack_config(stack).get("aws:region")) is None:
            remedy = f"`pulumi config --stack {stack} set aws:region eu-west-1`"
            raise InvalidInput(f"Pulumi.{stack}.yaml has no aws:region, which decides the publish quota: run {remedy}")
        return cls(
            region=region,
            visibility_timeout_seconds=_whole(settings, "visibilityTimeoutSeconds", 0),
            max_receive_count=_whole(settings, "maxReceiveCount", 1),
            message_retention_seconds=_whole(settings, "messageRetentionSeconds", 1),
            retry_invalid_orders_at_once=settings["retryInvalidOrdersAtOnce"] == "true",
            processor_timeout_seconds=_whole(settings, "processorTimeoutSeconds", 1),
            maximum_concurrency=_whole(settings, "maximumConcurrency", 0),
            minimum_pollers=_whole(settings, "minimumPollers", 0),
            maximum_pollers=_whole(settings, "maximumPollers", 0),
            reserved_concurrency=_whole(settings, "reservedConcurrency", NOTHING_RESERVED),
            batch_size=_whole(settings, "batchSize", 1),
            batching_window_seconds=_whole(settings, "batchingWindowSeconds", 0),
            architecture=_architecture(settings["processorArchitecture"]),
            batch_seconds=measured_batches(_whole(settings, "processorMemoryMegabytes", 128)),
        )

    @property
    def most_concurrent(self) -> int:
        """The concurrent batches that the mapping never exceeds."""
        return most_concurrent(maximum_concurrency=self.maximum_concurrency, maximum_pollers=self.maximum_pollers)

    @property
    def function_concurrency(self) -> float:
        """The concurrent executions of the function above which Lambda throttles."""
        return self.account_concurrency if self.reserved_concurrency == NOTHING_RESERVED else self.reserved_concurrency


@cache
def measured_batches(memory_megabytes: int) -> Callable[[int], float]:
    """Return the duration of a batch by its orders, as `make bench` measured it."""
    figures = measured("handlers")[OURS]
    return cache(lambda orders: seconds_per_batch(figures, orders, memory_megabytes))


def _whole(settings: Mapping[str, str], key: str, least: int) -> int:
    try:
        number = int(settings[key])
    except ValueError:
        number = least - 1
    if number < least:
        raise InvalidInput(f"{key} is {settings[key]}, but must be a whole number of at least {least}")
    return number


def _architecture(text: str) -> str:
    if text not in limits.COLD_START_SECONDS:
        known = " or ".join(limits.COLD_START_SECONDS)
        raise InvalidInput(f"processorArchitecture is {text}, but must be {known}")
    return text
