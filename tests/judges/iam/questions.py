"""Questions to IAM: who may do what on which resource, in which circumstances."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import product

from tests.judges.iam.policies import X_RAY, Kind, Policy, allows_everything
from tests.support.arns import ACCOUNT, REGION

OTHER_ACCOUNT, OTHER_REGION = "210987654321", "eu-central-1"
ADMINISTRATOR = f"arn:aws:iam::{ACCOUNT}:role/Administrator"
FOREIGN_ADMINISTRATOR = f"arn:aws:iam::{OTHER_ACCOUNT}:role/Administrator"

PEOPLE: Mapping[str, str] = {
    "an administrator": ADMINISTRATOR,
    "an administrator of another account": FOREIGN_ADMINISTRATOR,
    "another role": f"arn:aws:iam::{ACCOUNT}:role/Another",
    "another identity provider": f"arn:aws:iam::{ACCOUNT}:oidc-provider/token.example.com",
}
"""Principals that are not of the deployment. The administrators' own policies allow them everything."""
NOT_OURS = (allows_everything(ADMINISTRATOR), allows_everything(FOREIGN_ADMINISTRATOR))

USUAL: Mapping[str, str] = {"aws:SecureTransport": "true", "aws:RequestedRegion": REGION}
"""The circumstances of a request unless a row says otherwise."""


@dataclass(frozen=True, kw_only=True)
class Row:
    """A row of a table: the answer to the questions about each principal, action and resource.

    A principal is a name, or the domain of a service. A resource is a name, or `*`. What follows ` > ` comes after the
    ARN of the name: `bucket orders-state > /plans/1`.
    """

    who: tuple[str, ...]
    actions: tuple[str, ...]
    resources: tuple[str, ...]
    when: Mapping[str, str] = field(default_factory=dict)
    """The condition keys of the request that are not the usual ones. A value can be the name of a resource."""
    allowed: bool


@dataclass(frozen=True, kw_only=True)
class Question:
    """One request to AWS."""

    who: str
    action: str
    resource: str
    context: Mapping[str, str]
    allowed: bool

    def is_about(self, policy: Policy) -> bool:
        """Return whether AWS evaluates the policy for this request."""
        if policy.owner == X_RAY:
            return self.action.startswith("xray:")
        of_bucket = policy.owner.startswith("arn:aws:s3:") and self.resource.startswith(f"{policy.owner}/")
        return policy.owner == (self.resource if policy.kind is Kind.RESOURCE else self.who) or of_bucket


Who = str | tuple[str, ...]


def may(who: Who, actions: str, *resources: str, when: Mapping[str, str] | None = None) -> Row:
    """Allow each of the actions, which spaces separate."""
    return _row(who, actions, resources, when, allowed=True)


def may_not(who: Who, actions: str, *resources: str, when: Mapping[str, str] | None = None) -> Row:
    """Deny each of the actions, which spaces separate."""
    return _row(who, actions, resources, when, allowed=False)


def _row(who: Who, actions: str, resources: tuple[str, ...], when: Mapping[str, str] | None, *, allowed: bool) -> Row:
    principals = (who,) if isinstance(who, str) else who
    return Row(who=principals, actions=tuple(actions.split()), resources=resources, when=when or {}, allowed=allowed)


def questions(rows: Iterable[Row], arns: Mapping[str, str]) -> Iterator[Question]:
    """Yield each question of the rows. `arns` has the ARN for each name. Raises KeyError if it lacks one."""
    known = {**PEOPLE, **arns, **_elsewhere(arns)}

    def named(text: str) -> str:
        name, mark, rest = text.partition(" > ")
        return f"{known[name]}{rest}" if mark or " " in text else text

    for row in rows:
        context = {**USUAL, **{key: named(value) for key, value in row.when.items()}}
        for who, action, resource in product(row.who, row.actions, row.resources):
            yield Question(
                who=named(who), action=action, resource=named(resource), context=context, allowed=row.allowed
            )


def _elsewhere(arns: Mapping[str, str]) -> dict[str, str]:
    """Return resources of the same names in another account and in another Region."""
    return {
        f"{name} of another {place}": one.replace(mine, other)
        for name, one in arns.items()
        for place, mine, other in (("account", ACCOUNT, OTHER_ACCOUNT), ("Region", REGION, OTHER_REGION))
    }
