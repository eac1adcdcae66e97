"""Who may do what on which resource under which condition: the difference of two policies."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ops.review import resource_types as types
from ops.review.finding import Finding, Verdict
from ops.review.preview import Change, document
from ops.review.rules.context import Context, Rule, finding

Statement = Mapping[str, Any]
_TRIED_AGAIN_ONLY = {"sqs:ChangeMessageVisibility"}
"""Actions without which the processor loses speed and nothing else."""


def policy(name: str) -> Rule:
    """A rule for the input that contains the policy document."""

    def rule(change: Change, _context: Context) -> Iterator[Finding]:
        before = _statements(change.before[name]) if name in change.before else []
        after = _statements(change.after.get(name))
        if before is None or after is None:
            yield finding(
                Verdict.LOOK,
                change,
                f"changes the policy of {change.name}",
                "The preview does not know the new policy, because it contains an ARN that does not exist yet.",
            )
            return
        for statement in _without(after, before):
            yield _added(change, statement)
        for statement in _without(before, after):
            yield _gone(change, statement)

    return rule


def _added(change: Change, statement: Statement) -> Finding:
    allows = statement.get("Effect") == "Allow"
    return finding(
        Verdict.WEAKENS if allows else Verdict.LOOK,
        change,
        f"{'allows' if allows else 'denies'} {_in_words(statement)}",
        "A wider permission." if allows else "A denial can stop SNS or the function: check that it names neither.",
    )


def _gone(change: Change, statement: Statement) -> Finding:
    what = f"no longer {'allows' if statement.get('Effect') == 'Allow' else 'denies'} {_in_words(statement)}"
    if statement.get("Effect") != "Allow":
        return finding(Verdict.WEAKENS, change, what, "A protection is gone.")
    if change.type == types.ROLE_POLICY and set(_listed(statement.get("Action"))) <= _TRIED_AGAIN_ONLY:
        return finding(Verdict.LOOK, change, what, "Orders that can never succeed become dead letters later.")
    return finding(
        Verdict.INTERRUPTS,
        change,
        what,
        "Whoever needs it fails from then on: orders wait, are undelivered, or become dead letters.",
        "If nothing needs it any more, deploy the code without it first.",
    )


def _statements(text: object) -> list[Statement] | None:
    found = document(text)
    statements = found.get("Statement") if isinstance(found, dict) else None
    if isinstance(statements, dict):
        return [statements]
    return statements if isinstance(statements, list) else None


def _without(statements: Sequence[Statement], others: Sequence[Statement]) -> list[Statement]:
    known = {_meaning(other) for other in others}
    return [statement for statement in statements if _meaning(statement) not in known]


def _meaning(statement: Statement) -> str:
    """A statement without its Sid, and with sorted lists: equal for statements that mean the same."""
    parts = {name: value for name, value in statement.items() if name != "Sid"}
    for name in ("Action", "NotAction", "Resource", "NotResource"):
        if name in parts:
            parts[name] = sorted(map(str, _listed(parts[name])))
    return json.dumps(parts, sort_keys=True)


def _in_words(statement: Statement) -> str:
    """Who may do what on what: `sns.amazonaws.com sqs:SendMessage on OrderQueue if ArnEquals aws:SourceArn`."""
    actions = ", ".join(map(str, _listed(statement.get("Action", statement.get("NotAction")))))
    resources = ", ".join(str(arn).rpartition(":")[2] for arn in _listed(statement.get("Resource")))
    words = [_principal(statement.get("Principal")), actions, f"on {resources}" if resources else ""]
    conditions = statement.get("Condition")
    if isinstance(conditions, dict):
        tests = (f"{test} {', '.join(keys)}" for test, keys in conditions.items())
        words.append(f"if {' and '.join(tests)}")
    return " ".join(filter(None, words))


def _principal(principal: object) -> str:
    if isinstance(principal, dict):
        return ", ".join(str(one) for value in principal.values() for one in _listed(value))
    return "everybody" if principal == "*" else ""


def _listed(value: object) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]
