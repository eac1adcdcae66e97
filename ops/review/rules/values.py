"""Inputs whose direction decides: a number that is lowered or raised, a switch, a choice."""

from collections.abc import Iterator

from ops.review.finding import Finding, Verdict
from ops.review.preview import Change, number
from ops.review.rules.context import Context, Rule, finding

KEEPS = "This keeps every guarantee."


def lowered(name: str, verdict: Verdict, why: str, instead: str = "", *, default: float | None = None) -> Rule:
    """A rule for a number: the verdict if it is lowered, safe if it is raised. `default` is the value without it."""
    return _compared(name, verdict, why, instead, default, worse="lowers")


def raised(name: str, verdict: Verdict, why: str, instead: str = "", *, default: float | None = None) -> Rule:
    """A rule for a number: the verdict if it is raised, safe if it is lowered. `default` is the value without it."""
    return _compared(name, verdict, why, instead, default, worse="raises")


def _compared(name: str, verdict: Verdict, why: str, instead: str, default: float | None, *, worse: str) -> Rule:
    def rule(change: Change, _context: Context) -> Iterator[Finding]:
        before, after = (number(inputs.get(name, default)) for inputs in (change.before, change.after))
        if before is None or after is None:
            yield finding(verdict, change, f"changes {name} of {change.name}", why, instead)
            return
        if before == after:
            return
        verb = "lowers" if after < before else "raises"
        what = f"{verb} {name} of {change.name} from {before:,} to {after:,}"
        yield (
            finding(verdict, change, what, why, instead)
            if verb == worse
            else finding(Verdict.SAFE, change, what, KEEPS)
        )

    return rule


def always(name: str, verdict: Verdict, why: str, instead: str = "") -> Rule:
    """A rule for an input for which each change has the same verdict. The values are not shown."""

    def rule(change: Change, _context: Context) -> Iterator[Finding]:
        yield finding(verdict, change, f"changes {name} of {change.name}", why, instead)

    return rule


def switched_off(name: str, verdict: Verdict, why: str, instead: str = "", *, default: bool = False) -> Rule:
    """A rule for a switch: the verdict unless the program turns it on."""

    def rule(change: Change, _context: Context) -> Iterator[Finding]:
        if change.after.get(name, default) is True:
            yield finding(Verdict.SAFE, change, f"turns {name} of {change.name} on", KEEPS)
        else:
            yield finding(verdict, change, f"turns {name} of {change.name} off", why, instead)

    return rule
