"""What the model needs to know about a stack."""

import inspect
from collections.abc import Callable
from dataclasses import dataclass, fields
from functools import cache

from infra.mapping_limits import NOT_RESERVED, most_concurrent
from infra.project import stack_config, stack_settings
from infra.rules import RULES
from ops.capacity import limits
from ops.cost import OURS
from ops.errors import InvalidInput, check_stack
from ops.invocation import measured, seconds_per_batch
from ops.settings_text import architecture, whole_number


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
    maximum_table_writes: int = 0
    """Writes a second that the table never exceeds, 0 for no such maximum."""

    @classmethod
    def of_stack(cls, stack: str) -> "CapacityInputs":
        """Read the settings from the files of a stack. Raises InvalidInput."""
        check_stack(stack)
        settings = stack_settings(stack)
        if (region := stack_config(stack).get("aws:region")) is None:
            remedy = f"`pulumi config --stack {stack} set aws:region eu-west-1`"
            raise InvalidInput(f"Pulumi.{stack}.yaml has no aws:region, which decides the publish quota: run {remedy}")
        inputs = cls(
            region=region,
            visibility_timeout_seconds=whole_number(settings, "visibilityTimeoutSeconds", 0),
            max_receive_count=whole_number(settings, "maxReceiveCount", 1),
            message_retention_seconds=whole_number(settings, "messageRetentionSeconds", 1),
            retry_invalid_orders_at_once=settings["retryInvalidOrdersAtOnce"] == "true",
            processor_timeout_seconds=whole_number(settings, "processorTimeoutSeconds", 1),
            maximum_concurrency=whole_number(settings, "maximumConcurrency", 0),
            minimum_pollers=whole_number(settings, "minimumPollers", 0),
            maximum_pollers=whole_number(settings, "maximumPollers", 0),
            reserved_concurrency=whole_number(settings, "reservedConcurrency", NOT_RESERVED),
            batch_size=whole_number(settings, "batchSize", 1),
            batching_window_seconds=whole_number(settings, "batchingWindowSeconds", 0),
            architecture=architecture(settings),
            maximum_table_writes=whole_number(settings, "maximumTableWrites", 0),
            batch_seconds=measured_batches(whole_number(settings, "processorMemoryMegabytes", 128)),
        )
        _check_rules(stack, inputs)
        return inputs

    @property
    def most_concurrent(self) -> int:
        """The concurrent batches that the mapping never exceeds."""
        return most_concurrent(maximum_concurrency=self.maximum_concurrency, maximum_pollers=self.maximum_pollers)

    @property
    def function_concurrency(self) -> float:
        """The concurrent executions of the function above which Lambda throttles."""
        return self.account_concurrency if self.reserved_concurrency == NOT_RESERVED else self.reserved_concurrency


@cache
def measured_batches(memory_megabytes: int) -> Callable[[int], float]:
    """Return the duration of a batch by its orders, as `make bench` measured it."""
    figures = measured("handlers")[OURS]
    return cache(lambda orders: seconds_per_batch(figures, orders, memory_megabytes))


def _check_rules(stack: str, inputs: CapacityInputs) -> None:
    """Apply the rules of the program that depend only on what the model knows. Raises InvalidInput."""
    known = {field.name: getattr(inputs, field.name) for field in fields(inputs)}
    for rule in RULES:
        needed = inspect.signature(rule).parameters
        if needed.keys() <= known.keys() and (broken := rule(**{name: known[name] for name in needed})):
            raise InvalidInput(" ".join(line.strip() for line in broken.describe(stack).splitlines()))
