"""The answers of the simulator to a table, and to the same table after faults in the policies."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from tests.judges.iam.faults import faults_of
from tests.judges.iam.policies import Policy
from tests.judges.iam.questions import Question
from tests.judges.iam.simulator import Case, first_other_answers


def wrong_answers(simulator: Path, table: Sequence[Question], policies: Sequence[Policy]) -> list[Question]:
    """Return the questions that IAM answers in another way than the table."""
    found = first_other_answers(simulator, [[Case(question, policies)] for question in table])
    return [question for question, other in zip(table, found, strict=True) if other is not None]


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
        asked = [one for one in table if fault.concerns(one.action) and any(map(one.is_about, alike))]
        groups.append([Case(question, known) for question in asked])
    found = first_other_answers(simulator, groups)
    return {
        f"{policy.name}, {fault}" for (policy, fault), noticed in zip(faults, found, strict=True) if noticed is None
    }
