"""Decides requests with iam-simulate, which Node runs as a process of its own."""

import json
import subprocess
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tests.judges.iam.policies import Kind, Policy
from tests.judges.iam.questions import Question
from tests.judges.kits import installed_modules
from tests.support.arns import ACCOUNT

HERE = Path(__file__).parent
LOCKED = HERE.parent / "locked" / "iam_simulate"

KNOWN_AS = {
    "kms:EncryptionContext:aws:logs:arn": "kms:EncryptionContext:${EncryptionContextKey}",
    "kms:EncryptionContext:aws:sns:topicArn": "kms:CallerAccount",
    "token.actions.githubusercontent.com:aud": "accounts.google.com:aud",
    "token.actions.githubusercontent.com:sub": "accounts.google.com:sub",
}
"""Condition keys that the simulator ignores because AWS's reference does not list them. Each has a listed key of the
same type that no document and no request has, and that stands for it in both."""

SERVICES = ("cloudwatch", "dynamodb", "iam", "kms", "lambda", "logs", "s3", "sns", "sqs", "sts", "xray")


class Undecided(Exception):
    """The simulator refused a policy or a request."""


def iam_simulate() -> Path:
    """Return the folder in which the simulator is installed."""
    return installed_modules("iam-simulate", LOCKED)


@dataclass(frozen=True)
class Case:
    """A question with the policies that are in force."""

    question: Question
    policies: Sequence[Policy]


def first_other_answers(simulator: Path, groups: Iterable[Iterable[Case]]) -> list[int | None]:
    """Return for each group the place of the first question that IAM answers in another way than the table.

    Raises Undecided if the simulator refuses a policy or a request.
    """
    documents: dict[str, int] = {}
    requests = [[_request(case, documents) for case in group] for group in groups]
    found: list[int | None] = _run(simulator, "judge.cjs", documents, requests)
    return found


def all_allowed(simulator: Path, groups: Iterable[Sequence[Case]]) -> Iterator[Question]:
    """Yield a question for everything that IAM allows, whatever action the questions of a group have.

    The questions of a group are about the same resource. Raises Undecided as `first_other_answers` does.
    """
    documents: dict[str, int] = {}
    asked = [list(group) for group in groups]
    requests = [
        {
            "services": _services(group[0].question.resource),
            "requests": [_request(case, documents) for case in group],
        }
        for group in asked
    ]
    found: list[list[tuple[int, str]]] = _run(simulator, "everything.cjs", documents, requests)
    for group, allowed in zip(asked, found, strict=True):
        for place, action in allowed:
            yield replace(group[place].question, action=action, allowed=True)


def _run(simulator: Path, script: str, documents: Iterable[str], groups: object) -> Any:
    text = f'{{"documents": [{", ".join(documents)}], "groups": {json.dumps(groups)}}}'
    for key, known in KNOWN_AS.items():
        text = text.replace(key, known)
    judge = subprocess.run(["node", HERE / script, simulator], input=text, capture_output=True, text=True, check=False)
    if judge.returncode:
        raise Undecided(judge.stderr)
    return json.loads(judge.stdout)


def _services(resource: str) -> Sequence[str]:
    """Return the services whose actions can be about a resource. `*` stands for what has no resource."""
    service = resource.split(":")[2] if resource != "*" else "*"
    return {"*": SERVICES, "iam": ("iam", "sts")}.get(service, (service,))


def _request(case: Case, documents: dict[str, int]) -> dict[str, Any]:
    question = case.question
    evaluated = [one for one in case.policies if question.is_about(one)]
    if len([one for one in evaluated if one.kind is Kind.RESOURCE]) > 1:
        raise Undecided(f"{question.resource} has several policies, of which AWS would keep the last one")
    indexes = {
        kind.value: [
            documents.setdefault(json.dumps(one.document), len(documents)) for one in evaluated if one.kind is kind
        ]
        for kind in Kind
    }
    return {
        "principal": _principal(question.who),
        "action": question.action,
        "resource": question.resource,
        "account": _account(question.resource),
        "context": question.context,
        "allowed": question.allowed,
        **indexes,
    }


def _principal(who: str) -> str:
    """Return the session of a role, as requests come from sessions. Services and users stay as they are."""
    return f"{who.replace(':iam:', ':sts:').replace(':role/', ':assumed-role/')}/session" if ":role/" in who else who


def _account(resource: str) -> str:
    """Return the account in an ARN. The ARN of a bucket contains none, and its owner is the account of the mocks."""
    return ACCOUNT if resource == "*" else resource.split(":")[4] or ACCOUNT
