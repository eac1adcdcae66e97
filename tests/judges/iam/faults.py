"""Faults in a policy: a statement without one of its limits, with a wider one, without one of its values, or gone."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from tests.judges.iam.policies import Document, Kind, Policy
from tests.judges.iam.questions import Question
from tests.support.arns import ACCOUNT, REGION
from tests.support.security_rules.rule import listed

Statement = dict[str, Any]
EVERYTHING = "*"
OF_LOGS, OF_SNS = "kms:EncryptionContext:aws:logs:arn", "kms:EncryptionContext:aws:sns:topicArn"
LOOKS_LIKE = {OF_LOGS: OF_SNS, OF_SNS: OF_LOGS}
"""Condition keys, each with one that is easily written in its place."""


@dataclass(frozen=True, kw_only=True)
class Change:
    """A statement that was changed. None as the statement means that it is gone."""

    what: str
    statement: Statement | None
    wider: bool
    """Whether the statement matches more requests than before. Otherwise, it matches fewer."""
    actions: Sequence[str]
    """The actions of the requests that it matches only before or only after the change."""
    resource: str
    """The resources of these requests. `*` stands for any name, here and in the actions."""


@dataclass(frozen=True, kw_only=True)
class Fault:
    """A policy with a change in one of its statements."""

    statement: Statement
    """The statement before the change."""
    change: Change
    document: Document
    """The policy with the changed statement."""

    def __str__(self) -> str:
        return f"{self.statement['Sid']} {self.change.what}"

    def can_change(self, question: Question) -> bool:
        """Return whether the answer to a question can be another one because of the fault."""
        allows_more = self.change.wider is (self.statement["Effect"] == "Allow")
        return (
            question.allowed is not allows_more
            and any(fnmatchcase(question.action, action) for action in self.change.actions)
            and fnmatchcase(question.resource, self.change.resource)
        )


def faults_of(policy: Policy) -> Iterator[Fault]:
    """Yield each fault of a policy. Statements that differ only in their IDs have the same fault at once."""
    statements = policy.document["Statement"]
    for place, statement in enumerate(statements):
        if any(_alike(one, statement) for one in statements[:place]):
            continue
        for change in [*_narrower(statement), *_wider(statement, policy.kind)]:
            document = [change.statement if _alike(one, statement) else one for one in statements]
            kept = [one for one in document if one]
            yield Fault(statement=statement, change=change, document={**policy.document, "Statement": kept})


def _alike(one: Statement, other: Statement) -> bool:
    return {**one, "Sid": ""} == {**other, "Sid": ""}


def _narrower(statement: Statement) -> Iterator[Change]:
    actions = listed(statement["Action"])

    def change(
        what: str, changed: Statement | None, actions: Sequence[str] = actions, resource: str = EVERYTHING
    ) -> Change:
        return Change(what=what, statement=changed, wider=False, actions=actions, resource=resource)

    yield change("gone", None)
    for action, others in _without_each(statement["Action"]):
        yield change(f"without {action}", {**statement, "Action": others}, actions=[action])
    for resource, others in _without_each(statement.get("Resource", [])):
        yield change(f"without {resource}", {**statement, "Resource": others}, resource=resource)
    for operator, keys in statement.get("Condition", {}).items():
        for key, values in keys.items():
            for value, others in _without_each(values):
                yield change(f"without {value}", _conditioned(statement, operator, key, operator, others))
            if other := LOOKS_LIKE.get(key):
                both = {**statement["Condition"], operator: {**keys, other: values}}
                yield change(f"with {other}", _conditioned({**statement, "Condition": both}, operator, key))


def _wider(statement: Statement, kind: Kind) -> Iterator[Change]:
    actions = listed(statement["Action"])

    def change(what: str, changed: Statement, of: Sequence[str] = actions) -> Change:
        return Change(what=what, statement=changed, wider=True, actions=of, resource=EVERYTHING)

    if (every := sorted({f"{action.partition(':')[0]}:*" for action in actions})) != actions:
        yield change("with every action", {**statement, "Action": every}, every)
    if statement.get("Principal", "*") != "*":
        yield change("for every principal", {**statement, "Principal": "*"})
    # The policy of a resource is about no other one, so a wider resource in it changes nothing.
    if kind is not Kind.RESOURCE and listed(statement["Resource"]) != ["*"]:
        yield change("on every resource", {**statement, "Resource": "*"})
        # A resource of another account needs a permission of that account, too.
        for what, values in _widened(listed(statement["Resource"]), IN_AN_ARN):
            yield change(f"on resources {what}", {**statement, "Resource": values})
    for operator, keys in statement.get("Condition", {}).items():
        for key, values in keys.items():
            yield change(f"without the condition on {key}", _conditioned(statement, operator, key))
            for what, wide in _widened(listed(values), EVERYWHERE):
                like = operator.replace("StringEquals", "StringLike")
                yield change(f"with {key} {what}", _conditioned(statement, operator, key, like, wide))


def _without_each(values: Any) -> Iterator[tuple[str, list[str]]]:
    """Yield each of several values, and the others."""
    for value in listed(values) if len(listed(values)) > 1 else []:
        yield value, [one for one in listed(values) if one != value]


def _conditioned(
    statement: Statement, operator: str, key: str, other: str = "", values: Sequence[str] = ()
) -> Statement:
    """Return the statement without the condition on a key, or with another one: an operator and its values."""
    conditions = {one: dict(keys) for one, keys in statement["Condition"].items()}
    del conditions[operator][key]
    if values:
        conditions.setdefault(other, {})[key] = list(values)
    return {**statement, "Condition": {one: keys for one, keys in conditions.items() if keys}}


Widen = Callable[[str], str]
IN_AN_ARN: dict[str, Widen] = {
    "in every Region": lambda value: value.replace(f":{REGION}:", ":*:"),
    "of every name": lambda value: re.sub(r"^(arn(?::[^:]*){4}:(?:[a-z-]+[:/])?).*", r"\1*", value),
}
EVERYWHERE: dict[str, Widen] = IN_AN_ARN | {
    "of every account": lambda value: value.replace(f":{ACCOUNT}:", ":*:"),
    "of every service": lambda value: re.sub(r"^[a-z]+\.(?=.*amazonaws\.com$)", "*.", value),
    "of every service's Region": lambda value: value.replace(f".{REGION}.", ".*."),
    "of every owner": lambda value: re.sub(r"^repo:[^/]+/", "repo:*/", value),
    "of every repository": lambda value: re.sub(r"^(repo:[^/]+/)[^:]+", r"\1*", value),
    "of every event, branch and environment": lambda value: re.sub(r"^(repo:[^:]+:).*", r"\1*", value),
    "of every branch or environment": lambda value: re.sub(r"^(repo:.*[:/]).*", r"\1*", value),
}
"""What makes a value of a policy wider."""


def _widened(values: Sequence[str], ways: dict[str, Widen]) -> Iterator[tuple[str, list[str]]]:
    for what, widen in ways.items():
        if (wide := [widen(value) for value in values]) != values:
            yield what, wide
