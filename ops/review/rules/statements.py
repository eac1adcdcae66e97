"""Policy documents as grants: who may do what, or may not, on which resource under which condition.

A comparison that cannot be decided counts as a difference, so equal grants can look different, but no wider grant looks
equal.
"""

import json
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Any

Statement = Mapping[str, Any]
EVERYBODY = "*"
OLDEST_VERSION = "2008-10-17"
"""The version of a document that names none (IAM User Guide, "Version")."""
_ACCOUNT = re.compile(r"arn:[^:]+:iam::(\d{12}):root")
_SPECIAL = set("*?")
_ACCOUNT_OF_RESOURCE = re.compile(r"arn:[^:]+:[^:]+:[^:]*:(\d{12}):")
_TOPIC = re.compile(r"arn:[^:*?]+:sns:[^*?]+")
SNS = "sns.amazonaws.com"
_ARN_EQUALS = {"ArnEquals", "StringEquals", "StringLike"}
"""Operators that mean `ArnLike` for an ARN without `*` and `?`."""
_SUBSETS_ARE_NARROWER = {"StringEquals", "StringEqualsIgnoreCase", "StringLike", "ArnLike", "NumericEquals", "Bool"}
"""Operators with which a test of fewer values matches fewer requests."""
_PATTERNS = {"StringLike", "ArnLike"}


@dataclass(frozen=True, slots=True)
class Part:
    """One value, or everything except some values: `NotAction`, `NotResource`, `NotPrincipal`."""

    values: frozenset[str]
    excluded: bool = False

    def covers(self, other: "Part", matches: Callable[[str, str], bool]) -> bool:
        """Whether this part contains all that the other one contains."""
        if self.excluded and other.excluded:
            return all(any(matches(theirs, own) for theirs in other.values) for own in self.values)
        if self.excluded:
            literal = not any(_SPECIAL & set(theirs) for theirs in other.values)
            return literal and not any(matches(own, theirs) for own in self.values for theirs in other.values)
        if other.excluded:
            return EVERYBODY in self.values
        return all(any(matches(own, theirs) for own in self.values) for theirs in other.values)

    def __str__(self) -> str:
        text = ", ".join(sorted(self.values))
        return f"all but {text}" if self.excluded else text


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition: an operator, a key and the values of which one must match."""

    operator: str
    """`ArnLike` for every operator that means the same."""
    key: str
    """In lower case, because the keys of conditions are not case-sensitive."""
    values: frozenset[str]
    as_written: str = field(default="", compare=False)
    """The operator and the key as the policy spells them."""

    def is_implied_by(self, other: "Condition") -> bool:
        """Whether each request that passes the other test passes this one."""
        if (self.operator, self.key) != (other.operator, other.key):
            return False
        if self.values == other.values:
            return True
        base = self.operator.rpartition(":")[2].removesuffix("IfExists")
        if base not in _SUBSETS_ARE_NARROWER:
            return False
        if base in _PATTERNS:
            return all(any(pattern_covers(own, theirs) for own in self.values) for theirs in other.values)
        return other.values <= self.values


WITHOUT_TLS = Condition("Bool", "aws:securetransport", frozenset({"false"}))
"""The condition of a denial that concerns no service of AWS: SNS, SQS and Lambda use TLS."""


@dataclass(frozen=True, slots=True)
class Grant:
    """One principal, action and resource of a statement, with the conditions of the statement."""

    allows: bool
    principal: Part
    action: Part
    resource: Part
    conditions: frozenset[Condition]

    def covers(self, other: "Grant") -> bool:
        """Whether this grant contains all that the other one contains."""
        return (
            self.allows == other.allows
            and _principals_covered(self.principal, other.principal)
            and self.action.covers(other.action, action_covers)
            and self.resource.covers(other.resource, pattern_covers)
            and all(any(own.is_implied_by(theirs) for theirs in other.conditions) for own in self.conditions)
        )


def pattern_covers(wide: str, narrow: str) -> bool:
    """Whether a pattern with `*` and `?` matches all that the other pattern matches."""
    parts = (".*" if one == "*" else "[^*]" if one == "?" else re.escape(one) for one in wide)
    return re.fullmatch("".join(parts), narrow, re.DOTALL) is not None


def action_covers(wide: str, narrow: str) -> bool:
    return pattern_covers(wide.lower(), narrow.lower())


def _principals_covered(wide: Part, narrow: Part) -> bool:
    """An excluded principal can belong to an account that is not excluded: only equal exclusions are compared."""
    return wide == narrow or (not wide.excluded and bool(wide.values & {EVERYBODY}))


def statements_of(document: object) -> list[Statement] | None:
    """The statements of a document, or None if it is not a policy."""
    found = document.get("Statement") if isinstance(document, dict) else None
    statements = [found] if isinstance(found, dict) else found
    if not isinstance(statements, list) or not all(isinstance(one, dict) for one in statements):
        return None
    return statements


def grants_of(statement: Statement) -> list[Grant]:
    """Split a statement into its grants."""
    allows = str(statement.get("Effect")) == "Allow"
    tests = frozenset(_tests(statement.get("Condition")))
    parts = product(
        _parts(statement, "Principal", _principals),
        _parts(statement, "Action", _texts),
        _parts(statement, "Resource", _texts),
    )
    return [Grant(allows, _caller(principal, tests), action, resource, tests) for principal, action, resource in parts]


def allows_own_account(statement: Statement) -> bool:
    """Whether a statement only lets the account of a queue use it. IAM policies decide without it, too.

    The console writes such a statement.
    """
    return all(
        grant.allows and not grant.resource.excluded and _is_account_of(grant.principal, grant.resource)
        for grant in grants_of(statement)
    )


def _is_account_of(principal: Part, resource: Part) -> bool:
    accounts = [found[1] for arn in resource.values if (found := _ACCOUNT_OF_RESOURCE.match(arn))]
    return bool(accounts) and principal == Part(frozenset(accounts))


def _caller(principal: Part, tests: Iterable[Condition]) -> Part:
    """The principal of a grant. If everybody may act on behalf of topics, only SNS can."""
    of_topics = any(
        test.operator == "ArnLike" and test.key == "aws:sourcearn" and _are_topics(test.values) for test in tests
    )
    return Part(frozenset({SNS})) if of_topics and principal == Part(frozenset({EVERYBODY})) else principal


def _are_topics(arns: Collection[str]) -> bool:
    return bool(arns) and all(map(_TOPIC.fullmatch, arns))


def missing(grants: Sequence[Grant], others: Sequence[Grant]) -> list[Grant]:
    """The grants that no other one covers."""
    return [grant for grant in grants if not any(other.covers(grant) for other in others)]


def language_version(document: object) -> str:
    return str(document.get("Version", OLDEST_VERSION)) if isinstance(document, dict) else OLDEST_VERSION


def _parts(statement: Statement, name: str, read: Callable[[object], list[str]]) -> list[Part]:
    if f"Not{name}" in statement:
        return [Part(frozenset(read(statement[f"Not{name}"])), excluded=True)]
    if name not in statement:
        return [Part(frozenset({""}))]
    return [Part(frozenset({value})) for value in read(statement[name])]


def _principals(value: object) -> list[str]:
    """`*` for everybody, an account as its ID, and any other principal as it is."""
    if isinstance(value, dict):
        return [_principal(kind, one) for kind, found in value.items() for one in _texts(found)]
    return [_principal("AWS", one) for one in _texts(value)]


def _principal(kind: str, value: str) -> str:
    if kind != "AWS":
        return f"{kind} *" if value == EVERYBODY else value
    account = _ACCOUNT.fullmatch(value)
    return account[1] if account else value


def _texts(value: object) -> list[str]:
    return [one if isinstance(one, str) else json.dumps(one) for one in (value if isinstance(value, list) else [value])]


def _tests(condition: object) -> Iterator[Condition]:
    """The conditions with one spelling for each meaning."""
    if not condition:
        return
    if not isinstance(condition, dict):
        yield Condition("", "", frozenset({json.dumps(condition)}))
        return
    for operator, keys in condition.items():
        for key, values in (keys if isinstance(keys, dict) else {"": keys}).items():
            texts = frozenset(_texts(values))
            yield Condition(_operator(operator, key, texts), key.lower(), texts, f"{operator} {key}")


def _operator(operator: str, key: str, values: Collection[str]) -> str:
    if key.lower() == "aws:sourcearn" and operator in _ARN_EQUALS and _are_topics(values):
        return "ArnLike"
    return operator.replace("ArnEquals", "ArnLike")
