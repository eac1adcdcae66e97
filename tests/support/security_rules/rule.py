"""A rule over what the program registers, and what rules of several services have in common."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.support.recorder import Program, Registration, arn
from tests.support.resource_types import FUNCTION, MAPPING, QUEUE

Predicate = Callable[[Registration, Program], Any]


@dataclass(frozen=True, kw_only=True)
class Rule:
    """A demand on every resource of some types.

    `kept_by` and `broken_by` are programs as small as can be: in the first the rule finds nothing, in the second
    something.
    """

    ids: tuple[str, ...]
    demand: str
    types: tuple[str, ...]
    holds: Predicate
    kept_by: tuple[Registration, ...]
    broken_by: tuple[Registration, ...]

    def looks_at(self, program: Program) -> list[Registration]:
        return [resource for resource in program.resources if resource.type in self.types]

    def broken_in(self, program: Program) -> list[Registration]:
        return [resource for resource in self.looks_at(program) if not self.holds(resource, program)]


def given(*keys: str) -> Predicate:
    """One of these inputs is there, and neither empty nor false."""
    return lambda resource, _: any(resource.inputs.get(key) for key in keys)


def listed(value: Any) -> list[Any]:
    """In a policy, a list of one may do without being a list."""
    return value if isinstance(value, list) else [value]


def statements(resource: Registration, effect: str = "Allow") -> list[dict[str, Any]]:
    documents = [resource.document(key) for key in ("policy", "assumeRolePolicy") if key in resource.inputs]
    return [s for document in documents for s in listed(document["Statement"]) if s["Effect"] == effect]


def allowed(resource: Registration, key: str) -> list[str]:
    """All actions, or all resources, that a policy allows."""
    return [value for statement in statements(resource) for value in listed(statement.get(key, []))]


def principals(statement: dict[str, Any], kind: str) -> list[str]:
    """Whom a statement is about: those of a kind (`AWS`, `Service`), and everyone as `*`."""
    principal = statement.get("Principal", {})
    return listed(principal if isinstance(principal, str) else principal.get(kind, []))


def only_over_tls(action: str, policy_type: str, key: str, output: str) -> Predicate:
    """One of the program's policies denies the resource's `action` to everyone who comes without TLS."""

    def denies(statement: dict[str, Any]) -> bool:
        insecure = statement.get("Condition", {}).get("Bool", {}).get("aws:SecureTransport")
        return (
            "*" in principals(statement, "AWS")
            and action in listed(statement["Action"])
            and str(insecure).lower() == "false"
        )

    def holds(resource: Registration, program: Program) -> bool:
        own = [policy for policy in program.all(policy_type) if policy.inputs[key] == output.format(resource.name)]
        return any(denies(statement) for policy in own for statement in statements(policy, "Deny"))

    return holds


def dead_letters(resource: Registration) -> str | None:
    """The ARN of the queue that a queue, subscription or function sets aside in."""
    if "redrivePolicy" in resource.inputs:
        found = resource.document("redrivePolicy")["deadLetterTargetArn"]
    else:
        found = resource.inputs.get("deadLetterConfig", {}).get("targetArn")
    return found or None


def queue_of(mapping: Registration, program: Program) -> Registration | None:
    return next((q for q in program.all(QUEUE) if arn(QUEUE, q.name) == mapping.inputs["eventSourceArn"]), None)


def made(type_token: str, **inputs: Any) -> Registration:
    """A resource that is called `it`, with these inputs; a policy's are JSON."""
    return named("it", type_token, **inputs)


def named(name: str, type_token: str, **inputs: Any) -> Registration:
    return Registration(
        type=type_token,
        name=name,
        inputs={key: json.dumps(value) if key.endswith("olicy") else value for key, value in inputs.items()},
        parent="",
        urn=f"{type_token}::{name}",
        dependencies=frozenset(),
        protect=False,
        custom=True,
    )


def document(**statement: Any) -> dict[str, Any]:
    """A policy of one statement, which allows unless it says otherwise."""
    return {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **statement}]}


WITHOUT_TLS: dict[str, Any] = {
    "Effect": "Deny",
    "Principal": "*",
    "Condition": {"Bool": {"aws:SecureTransport": "false"}},
}
SELF = {"deadLetterTargetArn": arn(QUEUE, "DLQ"), "maxReceiveCount": 3}
READS = made(MAPPING, eventSourceArn=arn(QUEUE, "it"), functionName=arn(FUNCTION, "it"))
SNS: dict[str, Any] = {"Principal": {"Service": "sns.amazonaws.com"}, "Action": "sqs:SendMessage"}
ACCOUNT = {"AWS": "arn:aws:iam::111122223333:root"}
