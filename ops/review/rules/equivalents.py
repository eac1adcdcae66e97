"""Statements of a queue policy that another policy replaces without an effect, such as those of the console."""

import re
from collections.abc import Sequence
from dataclasses import replace

from ops.review.rules.statements import Grant, Part, Statement, grants_of, missing

_ARN_TESTS = {"ArnLike", "StringEquals", "StringLike"}
"""The operators for ARNs, as grants spell them."""
_ACCOUNT = re.compile(r"arn:[^:]+:[^:]+:[^:]*:(\d{12}):")


def without_equivalents(statements: Sequence[Statement], others: Sequence[Statement]) -> list[Statement]:
    """The statements that have an effect which the other policy does not have.

    The console allows the account itself to use a queue: IAM policies of the account decide without that, too. And it
    lets a topic send to a queue with another statement than the program's.
    """
    return [one for one in statements if not _allows_own_account(one) and not _is_covered(one, others)]


def _allows_own_account(statement: Statement) -> bool:
    """Whether the statement allows the account of a resource to use it, and nothing else."""
    return all(
        grant.allows and not grant.resource.excluded and grant.principal == Part(_accounts(grant.resource))
        for grant in grants_of(statement)
    )


def _accounts(resource: Part) -> frozenset[str]:
    return frozenset(found[1] for arn in resource.values if (found := _ACCOUNT.match(arn)))


def _is_covered(statement: Statement, others: Sequence[Statement]) -> bool:
    """Whether one of the others allows the same source at least the same actions on the same resources."""
    grants = _on_behalf(statement)
    return bool(grants) and any(not missing(grants, _on_behalf(other)) for other in others)


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
