"""The policies of a deployment, each with the role or the resource to which it belongs."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from github.stacks import read_stack
from infra import resource_types as types
from infra.project import stack_config
from infra.resource_types import noun
from tests.support.arns import ACCOUNT, ARNS, BUCKET, arn, arn_of
from tests.support.recorder import Program, Registration
from tests.support.resource_types import POLICY

Document = dict[str, Any]


class Kind(StrEnum):
    """Where AWS finds a policy. The values are inputs of judge.cjs."""

    IDENTITY = "identity"
    BOUNDARY = "boundary"
    RESOURCE = "attached"


@dataclass(frozen=True, kw_only=True)
class Policy:
    """A policy of a role, the boundary of a role, or the policy of a resource, such as the trust policy of a role."""

    kind: Kind
    owner: str
    """The ARN of the role or the resource, or X_RAY."""
    name: str
    document: Document


EVERYTHING: Document = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
OF_THE_ACCOUNT: Document = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
            "Action": "kms:*",
            "Resource": "*",
        }
    ],
}
"""The policy of a key for which nobody sets one (KMS Developer Guide, "Default key policy")."""


X_RAY = "xray:*"
"""The owner of X-Ray's policies: X-Ray of the account, whose actions on traces have no resource."""


def allows_everything(role: str) -> Policy:
    return Policy(kind=Kind.IDENTITY, owner=role, name="Everything", document=EVERYTHING)


def default_policy(key: str) -> Policy:
    return Policy(kind=Kind.RESOURCE, owner=key, name="Default", document=OF_THE_ACCOUNT)


@dataclass(frozen=True, kw_only=True)
class Deployment:
    """What IAM knows of a deployed program."""

    policies: tuple[Policy, ...]
    arns: Mapping[str, str]
    """The ARN of each resource, by its type in words and its logical name: `queue OrderQueue`."""


def deployed(program: Program, physical: Callable[[str], str] = str) -> Deployment:
    """Return what IAM knows of a recorded program. `physical` gives the physical name for a logical one."""
    resources = [one for one in program.resources if one.custom and one.type in ARNS]
    arns = {f"{noun(one.type)} {one.name}": arn_of(one.type, physical(one.name), one.inputs) for one in resources}
    renamed = {arn_of(one.type, one.name, one.inputs): arns[f"{noun(one.type)} {one.name}"] for one in resources}
    policies = (
        replace(policy, owner=renamed.get(policy.owner, policy.owner), document=_with_names(policy.document, renamed))
        for one in program.resources
        for policy in _policies(one, program)
    )
    return Deployment(policies=tuple(policies), arns=arns)


def physical_names(stack: str) -> Callable[[str], str]:
    """Return what gives the physical name in a stack for a logical one, with a zero for each random character."""
    names = read_stack(stack, stack_config(stack))
    return lambda name: names.physical(name).replace("?", "0")


def _with_names(document: Document, arns: Mapping[str, str]) -> Document:
    """Return the document with other ARNs. An ARN that is only the beginning of another name stays."""
    text = json.dumps(document)
    for logical, physical in arns.items():
        text = re.sub(rf"{re.escape(logical)}(?![\w.*-])", physical, text)
    found: Document = json.loads(text)
    return found


def _policies(resource: Registration, program: Program) -> Iterator[Policy]:
    """Yield the policy that a resource of the program is, has or attaches to a role. A boundary is none of these."""
    inputs = resource.inputs
    match resource.type:
        case types.ROLE:
            yield _policy(Kind.RESOURCE, arn(types.ROLE, resource.name), resource, "assumeRolePolicy")
        case types.ROLE_POLICY:
            yield _policy(Kind.IDENTITY, arn(types.ROLE, inputs["role"]), resource)
        case types.ROLE_POLICY_ATTACHMENT:
            [managed] = [one for one in program.all(POLICY) if arn(POLICY, one.name) == inputs["policyArn"]]
            yield _policy(Kind.IDENTITY, arn(types.ROLE, inputs["role"]), managed)
        case types.QUEUE_POLICY:
            yield _policy(Kind.RESOURCE, arn(types.QUEUE, inputs["queueUrl"].removeprefix("https://")), resource)
        case types.TOPIC_POLICY:
            yield _policy(Kind.RESOURCE, inputs["arn"], resource)
        case "aws:s3/bucketPolicy:BucketPolicy":
            yield _policy(Kind.RESOURCE, arn(BUCKET, inputs["bucket"].removesuffix("-id")), resource)
        case types.TRACE_POLICY:
            yield _policy(Kind.RESOURCE, X_RAY, resource, "policyDocument")
        case types.KEY if "policy" in inputs:  # otherwise, KMS makes one
            yield _policy(Kind.RESOURCE, arn_of(types.KEY, resource.name, inputs), resource)


def _policy(kind: Kind, owner: str, resource: Registration, key: str = "policy") -> Policy:
    return Policy(kind=kind, owner=owner, name=resource.name, document=resource.document(key))
