"""How many batches the event source mapping of the queue runs at the same time, by its settings.

The `orders` command reads it, so this module imports neither Pulumi nor pydantic.
"""

BATCHES_WITHOUT_MAXIMUM = 1_250
"""The concurrent batches of a mapping with no maximum (Lambda Developer Guide, "Scaling behavior" of SQS mappings)."""
BATCHES_OF_A_POLLER = 10
"""The concurrent batches of a provisioned poller (Lambda Developer Guide, "Provisioned mode" of SQS mappings)."""


def most_concurrent(*, maximum_concurrency: int, maximum_pollers: int) -> int:
    """Return the concurrent batches that the mapping never exceeds. 0 is the setting for none."""
    if maximum_pollers:
        return maximum_pollers * BATCHES_OF_A_POLLER
    return maximum_concurrency or BATCHES_WITHOUT_MAXIMUM
