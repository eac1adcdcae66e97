"""Statements of a queue policy that another policy replaces without an effect, such as those of the console."""

import re
from collections.abc import Sequence
from dataclasses import replace

from ops.review.rules.statements import Grant, Part, Statement, grants_of, missing

_ARN_TESTS = {"ArnLike", "StringEquals", "StringLike"}
"""The operators for ARNs, as grants spell them."""
_ACCOUNT = re.compile(r"arn:[^:]+:[^:]+:[^:]*:(\d{12}):")


def without_equivalents(old: Sequence[Statement], new: Sequence[Statement]) -> list[Statement]:
    """The old statements, without what the new ones make up for.

    The console allows the account itself to use a queue: IAM policies of the account decide without that, too. And it
    lets a topic send to a queue with another statement than the program's.
    """
    return [_cover(one, new) or one for one in old if not all(map(_allows_own_account, grants_of(one)))]


def _allows_own_account(grant: Grant) -> bool:
    """Whether the grant allows the account of a resource to use it."""
    accounts = frozenset(found[1] for arn in grant.resource.values if (found := _ACCOUNT.match(arn)))
    return grant.allows and not grant.resource.excluded and grant.principal == Part(accounts)


def _cover(statement: Statement, others: Sequence[Statement]) -> Statement | None:
    """The statement that allows the same source at least the same actions on the same resources."""
    grants = _on_behalf(statement)
    return next((other for other in others if grants and not missing(grants, _on_behalf(other))), None)


def _on_behalf(statement: Statement) -> list[Grant]:
    """The grants with the ARN on whose behalf they allow something as their principal.

    Empty if the statement denies, or if this ARN is not its only condition.
    """
    grants = grants_of(statement)
    tests = {test for grant in grants for test in grant.conditions}
    sources = [test.values for test in tests if test.key == "aws:sourcearn" and test.operator in _ARN_TESTS]
    if len(tests) != 1 or not sources or not grants[0].allows:
        return []
    return [replace(grant, principal=Part(sources[0]), conditions=frozenset()) for grant in grants]
