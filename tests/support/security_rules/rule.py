"""The class of rules, and predicates and example resources that rules of several services share."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from infra.resource_types import FUNCTION, MAPPING, QUEUE, REDRIVE_POLICY
from tests.support.arns import arn
from tests.support.recorder import Program, Registration

Predicate = Callable[[Registration, Program], Any]


@dataclass(frozen=True, kw_only=True)
class Rule:
    """A requirement for every resource of some types.

    `kept_by` and `broken_by` are minimal programs. The rule finds no violation in the first, and one in the second.
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
    """Return a predicate: at least one of these inputs is set, and neither empty nor false."""
    return lambda resource, _: any(resource.inputs.get(key) for key in keys)


def listed(value: Any) -> list[Any]:
    """Return a value of a policy as a list. A policy may contain a single value in place of a list."""
    return value if isinstance(value, list) else [value]


POLICY_INPUTS = ("policy", "assumeRolePolicy", "policyDocument")
"""The inputs that contain a policy."""


def statements(resource: Registration, effect: str = "Allow") -> list[dict[str, Any]]:
    documents = [resource.document(key) for key in POLICY_INPUTS if key in resource.inputs]
    return [s for document in documents for s in listed(document["Statement"]) if s["Effect"] == effect]


def allowed(resource: Registration, key: str) -> list[str]:
    """Return all actions, or all resources, that a policy allows."""
    return [value for statement in statements(resource) for value in listed(statement.get(key, []))]


def principals(statement: dict[str, Any], kind: str) -> list[str]:
    """Return the principals of a statement of one kind (`AWS`, `Service`). `*` means everyone."""
    principal = statement.get("Principal", {})
    return listed(principal if isinstance(principal, str) else principal.get(kind, []))


def only_over_tls(action: str, policy_type: str, key: str, output: str) -> Predicate:
    """Return a predicate: a policy of the program denies the `action` on the resource to requests without TLS."""

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


def redriven_to(queue: Registration, program: Program) -> str | None:
    """Return the ARN of the dead-letter queue of a queue, from its redrive policy."""
    own = (one for one in program.all(REDRIVE_POLICY) if one.inputs["queueUrl"] == f"https://{queue.name}")
    return next(map(dead_letters, own), None)


def dead_letters(resource: Registration) -> str | None:
    """Return the ARN of the queue for failures in a redrive policy, of a subscription, a function or a mapping."""
    if "redrivePolicy" in resource.inputs:
        found = resource.document("redrivePolicy")["deadLetterTargetArn"]
    elif "destinationConfig" in resource.inputs:
        found = resource.inputs["destinationConfig"].get("onFailure", {}).get("destinationArn")
    else:
        found = resource.inputs.get("deadLetterConfig", {}).get("targetArn")
    return found or None


def queue_of(mapping: Registration, program: Program) -> Registration | None:
    return next((q for q in program.all(QUEUE) if arn(QUEUE, q.name) == mapping.inputs["eventSourceArn"]), None)


def made(type_token: str, **inputs: Any) -> Registration:
    """Return a resource named `it` with these inputs. Inputs whose names end in `olicy` become JSON."""
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
    """Return a policy of one statement, whose effect is Allow by default."""
    return {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **statement}]}


WITHOUT_TLS: dict[str, Any] = {
    "Effect": "Deny",
    "Principal": "*",
    "Condition": {"Bool": {"aws:SecureTransport": "false"}},
}
REDRIVES = made(
    REDRIVE_POLICY,
    queueUrl="https://it",
    redrivePolicy={"deadLetterTargetArn": arn(QUEUE, "DLQ"), "maxReceiveCount": 3},
)
READS = made(MAPPING, eventSourceArn=arn(QUEUE, "it"), functionName=arn(FUNCTION, "it"))
SNS: dict[str, Any] = {"Principal": {"Service": "sns.amazonaws.com"}, "Action": "sqs:SendMessage"}
ACCOUNT = {"AWS": "arn:aws:iam::111122223333:root"}
