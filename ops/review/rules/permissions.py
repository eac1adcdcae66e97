"""What a role may do: the policies of a role are reviewed together, because a permission can move between them."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from infra import resource_types as types
from ops.review.finding import Finding
from ops.review.preview import Change, Operation, document
from ops.review.rules.context import Context
from ops.review.rules.policies import policy
from ops.review.rules.statements import Statement, statements_of

_WITH_OTHERS = {Operation.CREATE, Operation.DELETE, Operation.UPDATE}


def is_compared(change: Change) -> bool:
    """Whether a change is only one of the permissions of a role, and the preview knows it."""
    if change.type != types.ROLE_POLICY or change.operation not in _WITH_OTHERS:
        return False
    sides = [side for side in (change.before, change.after) if side]
    return change.changed <= {"policy"} and bool(sides) and all(_statements(side) is not None for side in sides)


def of_role(change: Change, context: Context) -> Iterator[Finding]:
    """The difference of all policies of the role, at one of them: the engine reports them in any order."""
    role = _role(change)
    found = [
        other
        for other in context.preview.changes
        if other.type == types.ROLE_POLICY and _role(other) == role and (other is change or _is_known(other))
    ]
    if change is not min(filter(is_compared, found), key=lambda other: other.urn):
        return
    if context.is_first_deployment or context.is_in_new_system(change):
        return
    before = _joined((one.before for one in found), change.before or change.after)
    after = _joined((one.after for one in found), change.after or change.before)
    yield from policy("policy")(replace(change, operation=Operation.UPDATE, before=before, after=after), context)


def _is_known(change: Change) -> bool:
    return is_compared(change) or (change.operation is Operation.SAME and _statements(change.before) is not None)


def _role(change: Change) -> object:
    return change.before.get("role") or change.after.get("role")


def _statements(inputs: Mapping[str, Any]) -> list[Statement] | None:
    return statements_of(document(inputs.get("policy")))


def _joined(sides: Iterable[Mapping[str, Any]], own: Mapping[str, Any]) -> dict[str, str]:
    """One document with the statements of all policies, in the version of the one that changes."""
    statements = [one for side in sides for one in _statements(side) or ()]
    return {"policy": json.dumps({**document(own["policy"]), "Statement": statements})}
