"""How many batches the event source mapping of the queue runs at the same time, and how many orders it receives.

These numbers of AWS are here because the program's rules need them. ops/capacity/limits.py has the others.

The `orders` command reads it, so this module imports neither Pulumi nor pydantic.
"""

NOT_RESERVED = -1
"""The `reservedConcurrency` that reserves nothing, as in the AWS provider."""
BATCHES_WITHOUT_MAXIMUM = 1_250
"""The concurrent batches of a mapping with no maximum (Lambda Developer Guide, "Scaling behavior" of SQS mappings)."""
BATCHES_OF_A_POLLER = 10
"""The concurrent batches of a provisioned poller (Lambda Developer Guide, "Provisioned mode" of SQS mappings)."""

ORDERS_OF_A_BATCH = 100
"""The orders a second that the mapping receives for one concurrent batch. AWS publishes no figure, so this is that of a
poller."""
ORDERS_OF_A_POLLER = 100
"""The orders a second that a provisioned poller receives: 10 polls (AWS News Blog, provisioned mode for SQS) of up to
10 messages (SQS API Reference, ReceiveMessage)."""


def most_concurrent(*, maximum_concurrency: int, maximum_pollers: int) -> int:
    """Return the concurrent batches that the mapping never exceeds. 0 is the setting for none."""
    if maximum_pollers:
        return maximum_pollers * BATCHES_OF_A_POLLER
    return maximum_concurrency or BATCHES_WITHOUT_MAXIMUM


def most_orders_per_second(*, maximum_concurrency: int, maximum_pollers: int) -> int:
    """Return the orders that the mapping receives each second, if batches are fast and large enough."""
    if maximum_pollers:
        return maximum_pollers * ORDERS_OF_A_POLLER
    return (maximum_concurrency or BATCHES_WITHOUT_MAXIMUM) * ORDERS_OF_A_BATCH
