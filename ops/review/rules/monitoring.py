"""What changes of alarms do to those who must hear of a problem."""

from collections.abc import Iterator
from datetime import timedelta
from math import inf

from ops.review.finding import Finding, Verdict
from ops.review.preview import Change, number
from ops.review.rules.context import Context, finding
from ops.review.rules.keys import gets_key
from ops.text import counted

UPPER = "Greater"
"""Alarms whose comparison begins with this observe that a number is too high."""


def threshold(change: Change, _context: Context) -> Iterator[Finding]:
    before, after = number(change.before.get("threshold")), number(change.after.get("threshold"))
    if before is None or after is None:
        why = "The preview does not show both thresholds: the alarm may be raised later."
        yield finding(Verdict.WEAKENS, change, f"changes the threshold of {change.name}", why)
        return
    what = f"changes the threshold of {change.name} from {before:,} to {after:,}"
    observes_upper = str(change.after.get("comparisonOperator", "")).startswith(UPPER)
    if (after < before) == observes_upper:
        yield finding(Verdict.SAFE, change, what, "The alarm is raised earlier.")
    else:
        yield finding(Verdict.WEAKENS, change, what, "The alarm is raised later.")


def actions(change: Change, _context: Context) -> Iterator[Finding]:
    before, after = change.before.get("alarmActions") or [], change.after.get("alarmActions") or []
    if isinstance(before, list) and isinstance(after, list) and all(action in after for action in before):
        yield finding(Verdict.SAFE, change, f"adds an action to {change.name}", "More people are notified.")
    else:
        yield finding(Verdict.WEAKENS, change, f"changes whom {change.name} notifies", "Somebody may not hear of it.")


def enabled(change: Change, _context: Context) -> Iterator[Finding]:
    if change.after.get("actionsEnabled") is False:
        yield finding(Verdict.WEAKENS, change, f"mutes {change.name}", "Nobody is notified.")
    else:
        yield finding(Verdict.SAFE, change, f"unmutes {change.name}", "The alarm notifies again.")


def retention(change: Change, context: Context) -> Iterator[Finding]:
    """How long CloudWatch keeps the log. A retention of 0, or none, means for ever."""
    before, after = (number(inputs.get("retentionInDays", 0)) for inputs in (change.before, change.after))
    what = f"changes the retention of {change.name} from {_days(before)} to {_days(after)}"
    if before is not None and after is not None and (after or inf) >= (before or inf):
        yield finding(Verdict.SAFE, change, what, "No record is deleted earlier.")
        return
    age = context.live.log_ages.get(change.urn)
    if age is not None and after and age < timedelta(days=after):
        why = f"The log is {counted(age.days, 'day')} old: no record is deleted now. Later ones are deleted earlier."
        yield finding(Verdict.WEAKENS, change, what, why)
        return
    yield finding(
        Verdict.LOSES,
        change,
        what,
        "CloudWatch deletes the older records: the reasons of dead letters, and their history.",
        "Redrive or archive the dead letters first, or keep the retention.",
    )


def log_key(change: Change, _context: Context) -> Iterator[Finding]:
    """The key of a log group encrypts only the records that arrive from then on."""
    before, after = (inputs.get("kmsKeyId") for inputs in (change.before, change.after))
    if not after:
        why = "Records that exist stay encrypted with it: keep the key until none of them is left."
        yield finding(Verdict.WEAKENS, change, f"encrypts {change.name} no longer with your key", why)
        return
    why = "Records that exist stay as they are" + (": keep their key." if before else ".")
    yield finding(Verdict.LOOK, change, gets_key(change, before), f"{why} CloudWatch must be allowed to use the key.")


def _days(retention: float | None) -> str:
    return "an unknown time" if retention is None else f"{retention:,.0f} days" if retention else "no end"
