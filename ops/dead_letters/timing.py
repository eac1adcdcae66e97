"""The times after which a look renews, and a redrive checks."""

from dataclasses import dataclass

from ops.clients import IN_FLIGHT


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """How long to hold, to poll and to wait, in seconds, and how many requests to send at once."""

    lease_seconds: int = 120
    """How long a dead letter stays hidden if the command is killed. While the command runs, it renews its leases."""
    poll_seconds: int = 1
    """A long poll asks all of SQS's servers; a short one can miss messages (SQS Developer Guide, long polling)."""
    requests_in_flight: int = IN_FLIGHT
    check_seconds: float = 1
    """The time between two checks of what became of redriven letters."""
    slack_seconds: float = 30
    """How long the last attempt, its log record and SQS's move back to OrderDLQ may take."""
