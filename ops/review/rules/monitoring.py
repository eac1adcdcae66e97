"""What changes of alarms do to those who must hear of a problem."""

from collections.abc import Iterator

from ops.review.finding import Finding, Verdict
from ops.review.preview import Change, number
from ops.review.rules.context import Context, finding

UPPER = "Greater"
"""Alarms whose comparison begins with this observe that a number is too high."""


def threshold(change: Change, _context: Context) -> Iterator[Finding]:
    before, after = number(change.before.get("threshold")), number(change.after.get("threshold"))
    what = f"changes the threshold of {change.name} from {before} to {after}"
    observes_upper = str(change.after.get("comparisonOperator", "")).startswith(UPPER)
    if before is not None and after is not None and (after < before) == observes_upper:
        yield finding(Verdict.SAFE, change, what, "The alarm is raised earlier.")
    else:
        yield finding(Verdict.WEAKENS, change, what, "The alarm is raised later.")


def actions(change: Change, _context: Context) -> Iterator[Finding]:
    before, after = change.before.get("alarmActions") or [], change.after.get("alarmActions") or []
    if isinstance(before, list) and isinstance(after, list) and len(after) > len(before):
        yield finding(Verdict.SAFE, change, f"adds an action to {change.name}", "More people are notified.")
    else:
        yield finding(Verdict.WEAKENS, change, f"changes whom {change.name} notifies", "Somebody may not hear of it.")


def enabled(change: Change, _context: Context) -> Iterator[Finding]:
    if change.after.get("actionsEnabled") is False:
        yield finding(Verdict.WEAKENS, change, f"mutes {change.name}", "Nobody is notified.")
    else:
        yield finding(Verdict.SAFE, change, f"unmutes {change.name}", "The alarm notifies again.")
