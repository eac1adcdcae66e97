"""What changes of the function do to the orders that it processes."""

from collections.abc import Iterator, Mapping
from typing import Any

from handler.contract import Variable
from ops.review.finding import Finding, Verdict
from ops.review.preview import UNKNOWN, Change
from ops.review.rules.context import Context, finding
from ops.review.settings import changed_files

UNTRIED = "A review does not run the code. `make test` does."


def code(change: Change, context: Context) -> Iterator[Finding]:
    """Another zip file. The component records the hash of each file in it."""
    files = changed_files(context.systems.of(change))
    if files is None:
        names = ": the files before are not recorded yet"
    elif files:
        names = f": {', '.join(files)}"
    else:
        names = ": its files are the same, and only the zip file differs"
    yield finding(Verdict.LOOK, change, f"changes the code of {change.name}{names}", UNTRIED)


def environment(change: Change, _context: Context) -> Iterator[Finding]:
    """The variables decide which table gets the orders."""
    before, after = variables(change.before), variables(change.after)
    if before is None or after is None:
        why = "The preview does not show the variables."
        yield finding(Verdict.LOOK, change, f"changes the environment of {change.name}", why)
        return
    for name in sorted(before.keys() | after.keys()):
        old, new = before.get(name), after.get(name)
        if old != new:
            yield _variable(change, name, old, new)


def variables(inputs: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The variables, or None if they are not known."""
    found = inputs.get("environment")
    if not found:
        return {}
    # Of a secret, the preview shows another object or a text.
    variables = found.get("variables") if isinstance(found, dict) else None
    return variables if isinstance(variables, dict) else None


def _variable(change: Change, name: str, old: object, new: object) -> Finding:
    what = f"changes the variable {name} of {change.name}"
    if name not in _OURS:
        return finding(Verdict.LOOK, change, what, "The code does not read this variable, but Lambda may.")
    if new is None:
        return finding(Verdict.INTERRUPTS, change, what, "The function fails without it: orders become dead letters.")
    if old is None or UNKNOWN in (old, new):
        return finding(Verdict.LOOK, change, what, "The preview does not show both values.")
    if name == Variable.TABLE_NAME:
        why = "Orders go to another table from then on, and the table of this stack does not get them."
        return finding(Verdict.LOSES, change, what, why, "Keep the table.")
    if name == Variable.RETRY_AT_ONCE_QUEUE_URL and new:
        return finding(Verdict.LOOK, change, what, "Orders that can never succeed are retried later, if it is wrong.")
    return finding(Verdict.SAFE, change, what, "The processor reads it at the next start of the function.")


_OURS = {value for name, value in vars(Variable).items() if name.isupper()}


def reserved(change: Change, _context: Context) -> Iterator[Finding]:
    """A reservation of 0 stops the function; a small one throttles it."""
    if change.after.get("reservedConcurrentExecutions") == 0:
        yield finding(
            Verdict.INTERRUPTS,
            change,
            f"reserves no execution for {change.name}",
            "Lambda does not run it: orders wait, and expire at the end of the queue's retention.",
        )
    else:
        yield finding(
            Verdict.LOOK,
            change,
            f"changes the reserved concurrency of {change.name}",
            "Batches beyond it are throttled. A throttled order can become a dead letter without a log record.",
        )
