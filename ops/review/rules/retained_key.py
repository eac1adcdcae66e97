"""A key that leaves the stack and stays in AWS: what is under it, and when it can be deleted."""

from collections.abc import Iterator
from math import inf

from infra import resource_types as types
from ops.review.finding import Finding, Verdict
from ops.review.preview import Change, number
from ops.review.rules.context import Context, finding
from ops.review.rules.keys import identifiers, of_table
from ops.review.rules.queue import DEFAULT_RETENTION_SECONDS, LONGEST_RETENTION_SECONDS
from ops.review.rules.table import LONGEST_RECOVERY_DAYS, recovery_days

SECONDS_PER_DAY = 86_400
DAYS_OF_RETRIES = 23
"""SNS tries for 23 days to deliver to a queue (SNS Developer Guide, "Message delivery retries")."""


def leaves(change: Change, context: Context) -> Iterator[Finding]:
    """A key that leaves the stack and stays in AWS, because something under it is still to be read."""
    held = dict(sorted(_held(change, context), key=lambda one: inf if one[1] is None else one[1], reverse=True))
    contents = ", ".join(f"{what} ({_time(days)})" for what, days in held.items())
    known = [days for days in held.values() if days is not None]
    is_endless = len(known) < len(held)
    after = "Once you have deleted the log" if is_endless else f"{max(known, default=0)} days after the deployment"
    yield finding(
        Verdict.LOOK,
        change,
        f"takes the key {change.name} out of the stack, and keeps it in AWS with its permissions",
        f"It still reads what it has encrypted: {contents or 'nothing that the preview shows'}, and on-demand backups.",
        f"{after}, and without on-demand backups from before it, delete the key: `aws kms schedule-key-deletion "
        f"--pending-window-in-days 30 --key-id {change.outputs.get('keyId', 'KEY')}`",
    )


def _held(key: Change, context: Context) -> Iterator[tuple[str, int | None]]:
    """What the key has encrypted, and for how many days it is needed: None if it is for ever.

    Where the preview does not show the days, they are the most that AWS offers.
    """
    for other in context.preview.changes:
        used = (other.before.get("kmsMasterKeyId"), other.before.get("kmsKeyId"), of_table(other.before))
        if not any(one in identifiers(key) for one in used):
            continue
        if other.type == types.QUEUE:
            seconds = number(other.before.get("messageRetentionSeconds", DEFAULT_RETENTION_SECONDS))
            longest = LONGEST_RETENTION_SECONDS if seconds is None else int(seconds)
            yield f"messages in {other.name}", -(-longest // SECONDS_PER_DAY)
        elif other.type == types.TOPIC:
            yield f"messages of {other.name} that are not delivered yet", DAYS_OF_RETRIES
        elif other.type == types.TABLE:
            recovered = recovery_days(other.before)
            longest = LONGEST_RECOVERY_DAYS if recovered is None else int(recovered)
            yield f"point-in-time recovery of {other.name}", longest
        elif other.type == types.LOG_GROUP:
            days = number(other.before.get("retentionInDays"))
            yield f"records in {other.name}", int(days) if days else None


def _time(days: int | None) -> str:
    return "without end" if days is None else f"{days} days"
