"""What changes of the function do to the orders that it processes."""

from collections.abc import Iterator, Mapping
from typing import Any

from handler.contract import Variable
from infra import resource_types as types
from ops.review.finding import Finding, Verdict
from ops.review.preview import UNKNOWN, Change, number
from ops.review.rules.context import SHOW_SAMES, Context, finding
from ops.review.rules.queue import visibility_of
from ops.review.settings import changed_files

_JSON = "JSON"
_LAMBDAS_LEVEL = "systemLogLevel"
DEFAULT_TIMEOUT_SECONDS = 3
"""The timeout of a function without this input (Lambda API Reference, CreateFunction)."""
UNTRIED = "A review does not run the code. `make test` does."


def code(change: Change, context: Context) -> Iterator[Finding]:
    """Another zip file. The component records the hash of each file in it."""
    if "code" not in change.before:
        yield finding(
            Verdict.LOOK,
            change,
            f"replaces the code of {change.name}",
            "The state does not contain the code that the function has now, and Lambda does not keep it.",
            "To keep a copy, download it from the `Code.Location` of `aws lambda get-function "
            f"--function-name {change.physical_name}`.",
        )
        return
    files = changed_files(context.systems.of(change))
    if files is None:
        names = ": the files before are not recorded yet"
    elif files:
        names = f": {', '.join(files)}"
    else:
        names = ": its files are the same, and only the zip file differs"
    yield finding(Verdict.LOOK, change, f"changes the code of {change.name}{names}", UNTRIED)


def role(change: Change, context: Context) -> Iterator[Finding]:
    """The role decides what the function may do. One that is not in the stack stays in AWS."""
    why = "If the role lacks a permission, orders fail."
    old = change.before.get("role")
    roles = (other.outputs.get("arn") for other in context.preview.changes if other.type == types.ROLE)
    if not old or old in roles:
        yield finding(Verdict.LOOK, change, f"changes the role of {change.name}", why)
        return
    name = str(old).rpartition("/")[2]
    instead = f"If {name} is not in the stack, it stays in AWS: delete it when nothing uses it any more."
    yield finding(Verdict.LOOK, change, f"gives {change.name} another role instead of {name}", why, instead)


def log(change: Change, _context: Context) -> Iterator[Finding]:
    """The format of the log, the log group that gets it, and the levels from which on Lambda writes lines."""
    before, after = (_logging(inputs.get("loggingConfig")) for inputs in (change.before, change.after))
    if before and after and {**before, _LAMBDAS_LEVEL: None} == {**after, _LAMBDAS_LEVEL: None}:
        why = "At each level, Lambda writes its lines about failures, and `orders` needs no others."
        yield finding(Verdict.SAFE, change, f"changes which lines Lambda adds to the log of {change.name}", why)
        return
    if after.get("logFormat") == _JSON != before.get("logFormat"):
        why = "`orders` reads the reasons of dead letters from the new records only: the earlier ones are text."
        yield finding(Verdict.LOOK, change, f"lets {change.name} log as JSON", why)
        return
    why = "`orders` reads the reasons of dead letters from one log group, as JSON."
    yield finding(Verdict.WEAKENS, change, f"changes the log of {change.name}", why)


def _logging(config: object) -> Mapping[str, Any]:
    return config if isinstance(config, dict) else {}


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
            yield metrics(change, new) if name == Variable.CUSTOM_METRICS else _variable(change, name, old, new)


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


def metrics(change: Change, new: object) -> Finding:
    """The metrics that a function writes to its log, by the new value of their variable."""
    if new == "false":
        why = "The dashboard does not show outcomes and ages any more. No alarm uses them."
        return finding(Verdict.SAFE, change, f"{change.name} writes no custom metrics any more", why)
    why = "CloudWatch charges for each of them, and for the longer records."
    return finding(Verdict.SAFE, change, f"{change.name} writes custom metrics", why)


def timeout(change: Change, context: Context) -> Iterator[Finding]:
    """The time of a batch. A message that is processed for longer than its visibility timeout is delivered twice."""
    before, after = (number(inputs.get("timeout", DEFAULT_TIMEOUT_SECONDS)) for inputs in (change.before, change.after))
    if before is None or after is None or after < before:
        values = f" from {before:,} s to {after:,} s" if before is not None and after is not None else ""
        why = "If a batch has less time, the processor reports the rest of a slow batch as failed."
        yield finding(Verdict.LOOK, change, f"changes the timeout of {change.name}{values}", why)
        return
    what = f"raises the timeout of {change.name} from {before:,} s to {after:,} s"
    queues = list(context.queues_read_by(change))
    if short := [queue.name for queue in queues if (seconds := visibility_of(queue.after)) and seconds < after]:
        why = f"It is longer than the visibility timeout of {', '.join(short)}: SQS delivers a slow batch twice."
        yield finding(Verdict.WEAKENS, change, what, why, "Raise the visibility timeout first.")
    elif queues or context.preview.shows_sames:
        yield finding(Verdict.SAFE, change, what, "A batch has more time.")
    else:
        why = "The preview does not show whether the visibility timeout of the queue is as long."
        yield finding(Verdict.LOOK, change, what, why, SHOW_SAMES)


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
