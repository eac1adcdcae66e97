"""What changes of the table do to the orders in it."""

import math
from collections.abc import Iterator, Mapping
from typing import Any

from ops.review.finding import Finding, Verdict
from ops.review.preview import Change, number
from ops.review.rules.context import Context, finding
from ops.review.rules.keys import READ, ROLE, gets_key, lets, of_table

LONGEST_RECOVERY_DAYS = 35
"""The longest recovery period, and the one without that input (DynamoDB API Reference, UpdateContinuousBackups)."""
NO_MAXIMUM = -1
"""The maximum that removes it (DynamoDB API Reference, OnDemandThroughput)."""


def recovery(change: Change, _context: Context) -> Iterator[Finding]:
    """Point-in-time recovery undoes mistakes of the last days."""
    before, after = recovery_days(change.before), recovery_days(change.after)
    if before is None or after is None:
        why = "The preview does not show both recovery periods. A shorter one restores less."
        yield finding(Verdict.LOOK, change, f"changes the recovery period of {change.name}", why)
        return
    what = f"changes the recovery period of {change.name} from {before:,.0f} to {after:,.0f} days"
    if after >= before:
        yield finding(Verdict.SAFE, change, what, "This keeps every guarantee.")
    else:
        yield finding(
            Verdict.WEAKENS, change, what, "The table cannot be restored to an older time, from the deployment on."
        )


def recovery_days(inputs: Mapping[str, Any]) -> float | None:
    """The recovery period; 0 if recovery is off, None if the preview does not show it."""
    found = inputs.get("pointInTimeRecovery") or {"enabled": False}
    if not isinstance(found, dict) or not isinstance(found.get("enabled", False), bool):
        return None
    return number(found.get("recoveryPeriodInDays", LONGEST_RECOVERY_DAYS)) if found.get("enabled") else 0


def expiry(change: Change, _context: Context) -> Iterator[Finding]:
    found = change.after.get("ttl")
    if isinstance(found, dict) and found.get("enabled") is not False:
        yield finding(
            Verdict.LOSES,
            change,
            f"turns on time to live for {change.name}",
            "DynamoDB deletes each order whose attribute contains a time in the past.",
        )
    else:
        yield finding(Verdict.SAFE, change, f"turns off time to live for {change.name}", "No order expires.")


def encryption(change: Change, context: Context) -> Iterator[Finding]:
    after = change.after.get("serverSideEncryption")
    if not (isinstance(after, dict) and after.get("enabled")):
        yield finding(
            Verdict.WEAKENS,
            change,
            f"encrypts {change.name} no longer with your key",
            "DynamoDB encrypts it again, with its own key. Backups that exist stay encrypted with your key: keep it.",
        )
        return
    if lets(of_table(change.after), context, ROLE, READ):
        yield finding(
            Verdict.LOOK,
            change,
            f"encrypts {change.name} with a key of this stack",
            "The function may use the key before that. People who read the table need kms:Decrypt on it, too.",
        )
        return
    yield finding(
        Verdict.INTERRUPTS,
        change,
        gets_key(change, old := of_table(change.before)),
        "Until the function may use the key, it cannot write: orders wait and are tried again.",
        "Deploy when few orders come." + (" Keep the old key: backups need it." if old else ""),
    )


def billing(change: Change, _context: Context) -> Iterator[Finding]:
    """A table with provisioned capacity throttles the writes beyond it."""
    if change.after.get("billingMode", "PROVISIONED") == "PAY_PER_REQUEST":
        yield finding(Verdict.SAFE, change, f"{change.name} takes writes on demand", "DynamoDB scales by itself.")
        return
    yield finding(
        Verdict.INTERRUPTS,
        change,
        f"limits the capacity of {change.name}",
        "DynamoDB throttles writes beyond it: orders wait and are tried again, or become dead letters.",
        "Keep PAY_PER_REQUEST.",
    )


def maximum_writes(change: Change, _context: Context) -> Iterator[Finding]:
    """A table with a maximum throttles the writes beyond it. The AWS provider cannot remove one."""
    before, after = _most_writes(change.before), _most_writes(change.after)
    if before is None or after is None:
        why = "The preview does not show both numbers. DynamoDB throttles writes beyond a lower one."
        yield finding(Verdict.LOOK, change, f"changes the maximum of {change.name}", why)
    elif after < before:
        yield finding(
            Verdict.LOOK,
            change,
            f"limits {change.name} to {after:,.0f} write units a second",
            "DynamoDB throttles writes beyond it. If more orders come, they are tried again, or become dead letters.",
            "Simulate it with `orders capacity`.",
        )
    elif before < after == math.inf:
        yield finding(
            Verdict.LOOK,
            change,
            f"declares no maximum of {change.name} any more",
            "The AWS provider does not tell DynamoDB to remove it. The deployment can fail, and the maximum stays.",
            "Set maximumTableWrites to 40000, the quota of a table.",
        )
    else:
        yield finding(Verdict.SAFE, change, f"changes the maximum of {change.name}", "No write is throttled sooner.")


def _most_writes(inputs: Mapping[str, Any]) -> float | None:
    """The maximum of write units; infinite if there is none, None if the preview does not show it."""
    found = inputs.get("onDemandThroughput") or {}
    if not isinstance(found, dict):
        return None
    most = number(found.get("maxWriteRequestUnits", NO_MAXIMUM))
    return math.inf if most == NO_MAXIMUM else most


def stream(change: Change, _context: Context) -> Iterator[Finding]:
    """The notifier reads the stream. DynamoDB has another stream after a change."""
    if change.after.get("streamEnabled") is True and change.before.get("streamEnabled") is not True:
        why = "Changes are told from then on. Orders are stored as before."
        yield finding(Verdict.SAFE, change, f"turns the stream of {change.name} on", why)
        return
    is_off = change.after.get("streamEnabled") is not True
    yield finding(
        Verdict.INTERRUPTS,
        change,
        f"turns the stream of {change.name} off" if is_off else f"changes the content of the stream of {change.name}",
        "Nobody is told about changes that the notifier has not read, or about later ones. Orders are stored as before."
        if is_off
        else "The notifier needs NEW_AND_OLD_IMAGES: without both, events are wrong, or are given up.",
        "" if is_off else "Let other readers use the stream as it is.",
    )
