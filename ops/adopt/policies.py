"""Statements of hand-made policies that the program's policy replaces without an effect on orders."""

import json
from collections.abc import Mapping
from typing import Any

from ops.review.preview import document

Statement = Mapping[str, Any]
_ARN_TESTS = ("ArnEquals", "ArnLike", "StringEquals", "StringLike")
_ROOT = ":root"


def without_replaced(before: object, after: object) -> object:
    """The policy before, without what the policy after makes up for.

    The console allows the account itself to use a queue: IAM policies of the account decide without that, too. And it
    lets a topic send to a queue with another statement than the program's.
    """
    old, new = _statements(before), _statements(after)
    if old is None or new is None:
        return before
    kept = [_cover(statement, new) or statement for statement in old if not _allows_own_account(statement)]
    return json.dumps({"Version": "2012-10-17", "Statement": kept})


def _statements(text: object) -> list[Statement] | None:
    found = document(text)
    statements = found.get("Statement") if isinstance(found, dict) else None
    return statements if isinstance(statements, list) else None


def _allows_own_account(statement: Statement) -> bool:
    resource, principal = statement.get("Resource"), statement.get("Principal")
    user = principal.get("AWS") if isinstance(principal, dict) else None
    if statement.get("Effect") != "Allow" or not (isinstance(resource, str) and isinstance(user, str)):
        return False
    parts = resource.split(":")
    return user.endswith(_ROOT) and len(parts) > 4 and user.split(":")[4:5] == [parts[4]]


def _cover(statement: Statement, others: list[Statement]) -> Statement | None:
    """The statement that allows the same source the same actions on the same resource."""
    source = _source(statement)
    if source is None:
        return None
    return next(
        (
            other
            for other in others
            if (other.get("Effect"), other.get("Resource")) == ("Allow", statement.get("Resource"))
            and _source(other) == source
            and _actions(statement) <= _actions(other)
        ),
        None,
    )


def _source(statement: Statement) -> str | None:
    """The ARN on whose behalf the statement allows its actions, if that is its only condition."""
    conditions = statement.get("Condition")
    if statement.get("Effect") != "Allow" or not isinstance(conditions, dict) or len(conditions) != 1:
        return None
    [(test, keys)] = conditions.items()
    if test not in _ARN_TESTS or not isinstance(keys, dict) or [key.lower() for key in keys] != ["aws:sourcearn"]:
        return None
    [source] = keys.values()
    return source if isinstance(source, str) else None


def _actions(statement: Statement) -> set[str]:
    actions = statement.get("Action")
    return {str(action).lower() for action in (actions if isinstance(actions, list) else [actions])}
