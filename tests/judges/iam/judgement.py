"""The answers of the simulator to a table, and to the same table after faults in the policies."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from tests.judges.iam.faults import faults_of
from tests.judges.iam.policies import Policy
from tests.judges.iam.questions import ADMINISTRATOR, USUAL, Question
from tests.judges.iam.simulator import Case, all_allowed, first_other_answers

Grant = tuple[str, str, str]
"""Who may do what on which resource."""
WITHOUT_PERMISSION = {"sts:GetCallerIdentity"}
"""Actions that AWS allows everybody."""


def wrong_answers(simulator: Path, table: Sequence[Question], policies: Sequence[Policy]) -> list[Question]:
    """Return the questions that IAM answers in another way than the table."""
    found = first_other_answers(simulator, [[Case(question, policies)] for question in table])
    return [question for question, other in zip(table, found, strict=True) if other is not None]


def unlisted(
    simulator: Path, table: Sequence[Question], policies: Sequence[Policy], resources: Iterable[str]
) -> set[Grant]:
    """Return what IAM allows on the resources, of all actions of AWS, and the table does not list.

    All principals of the table but the administrator of the account are asked, in the circumstances of its rows.
    """
    contexts = {one.who: [row.context for row in table if row.who == one.who and row.allowed] for one in table}
    everybody = [
        Question(who=who, action="", resource="", context=context, allowed=True)
        for who, own in contexts.items()
        for context in _merged([USUAL, *own])
        if who != ADMINISTRATOR
    ]
    groups = [[Case(replace(one, resource=resource), policies) for one in everybody] for resource in resources]
    granted = {(one.who, one.action, one.resource) for one in all_allowed(simulator, groups)}
    listed = {(one.who, one.action, one.resource) for one in table if one.allowed}
    return {grant for grant in granted - listed if grant[1] not in WITHOUT_PERMISSION}


def _merged(contexts: Sequence[Mapping[str, str]]) -> list[dict[str, str]]:
    """Return fewer contexts, in which more is allowed: those that do not contradict each other become one."""
    merged: list[dict[str, str]] = []
    for context in contexts:
        fitting = (one for one in merged if all(one.get(key, value) == value for key, value in context.items()))
        if (one := next(fitting, None)) is None:
            merged.append(dict(context))
        else:
            one.update(context)
    return merged


def unnoticed_faults(
    simulator: Path, table: Sequence[Question], policies: Sequence[Policy], others: Sequence[Policy]
) -> set[str]:
    """Return the faults in the policies that change no answer of the table. `others` have no faults."""
    # Several roles can have the same managed policy, so a fault is in the policies of all of them.
    distinct = {(one.kind, one.name): one for one in policies}
    faults = [(one, fault) for one in distinct.values() for fault in faults_of(one)]
    groups = []
    for policy, fault in faults:
        alike = [one for one in policies if (one.kind, one.name) == (policy.kind, policy.name)]
        kept = [one for one in policies if one not in alike]
        known = [*(replace(one, document=fault.document) for one in alike), *kept, *others]
        asked = [one for one in table if fault.can_change(one) and any(map(one.is_about, alike))]
        groups.append([Case(question, known) for question in asked])
    found = first_other_answers(simulator, groups)
    return {
        f"{policy.name}, {fault}" for (policy, fault), noticed in zip(faults, found, strict=True) if noticed is None
    }
