"""The limits of OrderNotifier, which its throughput and its cost depend on.

The `orders` command reads them, so this module imports neither Pulumi nor pydantic.
"""

TIMEOUT_SECONDS = 30
"""Our choice: a batch needs a fraction of a second. The rest is for a slow SNS."""
MEMORY_MEGABYTES = 512
BATCH_SIZE = 100
"""Our choice: ten requests to SNS, which the notifier sends at once."""
