"""Faults in a policy: a statement without one of its limits, without one of its values, or gone."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tests.judges.iam.policies import Document, Kind, Policy
from tests.support.security_rules.rule import listed

Statement = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Fault:
    """A policy with a fault in one of its statements."""

    statement: Statement
    """The statement before the fault."""
    what: str
    document: Document
    """The policy with the fault."""

    def __str__(self) -> str:
        return f"{self.statement['Sid']} {self.what}"

    def concerns(self, action: str) -> bool:
        """Return whether the fault can change the answer to a request. It stays within the statement's services."""
        return _service(action) in map(_service, listed(self.statement["Action"]))


def faults_of(policy: Policy) -> Iterator[Fault]:
    """Yield each fault of a policy. Statements that differ only in their IDs have the same fault at once."""
    statements = policy.document["Statement"]
    for place, statement in enumerate(statements):
        if any(_alike(one, statement) for one in statements[:place]):
            continue
        for what, changed in [("gone", None), *_faulty(statement, policy.kind)]:
            document = [changed if _alike(one, statement) else one for one in statements]
            yield Fault(
                statement=statement,
                what=what,
                document={**policy.document, "Statement": [one for one in document if one]},
            )


def _alike(one: Statement, other: Statement) -> bool:
    return {**one, "Sid": ""} == {**other, "Sid": ""}


def _faulty(statement: Statement, kind: Kind) -> Iterator[tuple[str, Statement]]:
    actions = listed(statement["Action"])
    if (wide := sorted({f"{_service(action)}:*" for action in actions})) != actions:
        yield "with every action", {**statement, "Action": wide}
    if statement.get("Principal", "*") != "*":
        yield "for every principal", {**statement, "Principal": "*"}
    # The policy of a resource is about no other one, so a wider resource in it changes nothing.
    if kind is not Kind.RESOURCE and statement["Resource"] != ["*"]:
        yield "on every resource", {**statement, "Resource": "*"}
    for key in ("Action", "Resource"):
        values = listed(statement.get(key, []))
        for value in values if len(values) > 1 else []:
            yield f"without {value}", {**statement, key: [one for one in values if one != value]}
    for operator, keys in statement.get("Condition", {}).items():
        for key in keys:
            others = {**statement["Condition"], operator: {one: keys[one] for one in keys if one != key}}
            kept = {one: conditions for one, conditions in others.items() if conditions}
            yield f"without the condition on {key}", {**statement, "Condition": kept}


def _service(action: str) -> str:
    return action.partition(":")[0]
