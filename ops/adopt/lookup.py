"""Finds the resources in AWS that the program declares, and the ID by which `pulumi import` knows each."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache

from infra import resource_types as types
from ops.adopt import calls
from ops.adopt.answers import account_in_aws, name_in_aws
from ops.adopt.declared import Declared, Program
from ops.clients import Clients
from ops.errors import InvalidInput
from ops.review.preview import UNKNOWN

NAMED: Mapping[str, Callable[[Clients, str], str | None]] = {
    types.QUEUE: calls.queue,
    types.TOPIC: calls.topic,
    types.TABLE: calls.table,
    types.FUNCTION: calls.function,
    types.ROLE: calls.role,
    types.LOG_GROUP: calls.log_group,
    types.ALARM: calls.alarm,
    types.DASHBOARD: calls.dashboard,
}
"""The types that a name identifies. Each function returns the ID of `pulumi import`, or None."""
QUEUE_ATTRIBUTES = {
    types.QUEUE_POLICY: "Policy",
    types.ALLOW_POLICY: "RedriveAllowPolicy",
    "aws:sqs/redrivePolicy:RedrivePolicy": "RedrivePolicy",
}
"""The types that own one attribute of a queue."""


@dataclass(slots=True, kw_only=True)
class Lookup:
    """What exists of what the program declares: the ID of `pulumi import` by URN."""

    program: Program
    clients_of_region: Callable[[str], Clients]
    ids: dict[str, str] = field(default_factory=dict)
    """Contains what the stack has already, too: others refer to it."""

    def clients(self, resource: Declared) -> Clients:
        return self.clients_of_region(self.program.region_of(resource))

    def owner(self, resource: Declared, name: str, kind: str) -> str | None:
        """The ID of the resource to which an input refers."""
        owners = {one.urn for one in self.program.of_type(kind)}
        return next((self.ids[urn] for urn in resource.needs.get(name, ()) if urn in owners and urn in self.ids), None)


def look_up(program: Program, clients_of_region: Callable[[str], Clients], answers: Mapping[str, str]) -> Lookup:
    """Look every resource up: by the user's answer, by its name, or by the resource that it belongs to.

    Raises InvalidInput if an answer names nothing, or if several resources in AWS fit.
    """
    lookup = Lookup(program=program, clients_of_region=cache(clients_of_region))
    resources = [one for one in program.resources if one.is_in_aws]
    lookup.ids |= {one.urn: one.id for one in resources if one.id}
    missing = [one for one in resources if not one.id]
    lookup.ids |= {one.urn: found for one in missing if (found := _named(lookup, one, answers.get(one.urn)))}
    for resource in missing:
        if resource.urn not in lookup.ids and (attached := _attached(lookup, resource, answers.get(resource.urn))):
            lookup.ids[resource.urn] = attached
    _check_unique(lookup)
    return lookup


def _check_unique(lookup: Lookup) -> None:
    """Raises InvalidInput if one resource in AWS would be in the stack twice: a later deletion of one deletes both."""
    found: dict[tuple[str, str], Declared] = {}
    for resource in lookup.program.resources:
        if (identity := (resource.type, lookup.ids.get(resource.urn, ""))) == (resource.type, ""):
            continue
        if urn := lookup.program.leaving.get(identity):
            raise InvalidInput(
                f"{resource.name} is in the stack already, under the URN {urn}, which `pulumi up` deletes: "
                "add the alias that `orders review` names"
            )
        if found.setdefault(identity, resource) is not resource:
            names = f"{found[identity].name} and {resource.name}"
            raise InvalidInput(f"{names} are both {identity[1]}: give each its own name")


def _named(lookup: Lookup, resource: Declared, answer: str | None) -> str | None:
    find = NAMED.get(resource.type)
    if find is None:
        return None
    if answer:
        _check_account(lookup, resource, answer)
    name = name_in_aws(answer) if answer else resource.physical_name
    found = find(lookup.clients(resource), name) if name else None
    if answer and not found:
        place = f"{types.noun(resource.type)} {name} in {lookup.program.region_of(resource)}"
        raise InvalidInput(f"there is no {place}: correct the name of {resource.name}")
    return found


def _check_account(lookup: Lookup, resource: Declared, answer: str) -> None:
    """Raises InvalidInput for an ARN or a URL of another account: this one can have a resource of the same name."""
    account = account_in_aws(answer)
    own = calls.account(lookup.clients(resource)) if account else ""
    if account != own:
        raise InvalidInput(
            f"{resource.name} is in the account {account}, but the credentials are of {own}: "
            "name one in this account, or use credentials of the other"
        )


def _attached(lookup: Lookup, resource: Declared, answer: str | None) -> str | None:
    if attribute := QUEUE_ATTRIBUTES.get(resource.type):
        url = lookup.owner(resource, "queueUrl", types.QUEUE)
        return url if url and calls.queue_attribute(lookup.clients(resource), url, attribute) else None
    if resource.type == types.TOPIC_POLICY:
        return lookup.owner(resource, "arn", types.TOPIC)
    if resource.type == types.ROLE_POLICY:
        role, name = lookup.owner(resource, "role", types.ROLE), resource.physical_name
        return f"{role}:{name}" if role and name and calls.role_policy(lookup.clients(resource), role, name) else None
    if resource.type == types.SUBSCRIPTION:
        return _subscription(lookup, resource)
    return _mapping(lookup, resource, answer) if resource.type == types.MAPPING else None


def _subscription(lookup: Lookup, resource: Declared) -> str | None:
    topic, endpoint = lookup.owner(resource, "topic", types.TOPIC), _endpoint(lookup, resource)
    if not topic or not endpoint:
        return None
    protocol = resource.inputs.get("protocol")
    found = [
        one
        for one in calls.subscriptions(lookup.clients(resource), topic)
        if (one.protocol, one.endpoint) == (protocol, endpoint) and one.is_confirmed
    ]
    return found[0].arn if found else None


def _endpoint(lookup: Lookup, subscription: Declared) -> str | None:
    endpoint = subscription.inputs.get("endpoint")
    if isinstance(endpoint, str) and endpoint != UNKNOWN:
        return endpoint
    url = lookup.owner(subscription, "endpoint", types.QUEUE)
    return calls.queue_attribute(lookup.clients(subscription), url, "QueueArn") if url else None


def _mapping(lookup: Lookup, resource: Declared, answer: str | None) -> str | None:
    function = lookup.owner(resource, "functionName", types.FUNCTION)
    url = lookup.owner(resource, "eventSourceArn", types.QUEUE)
    of_queue = calls.mappings(lookup.clients(resource), url) if url else []
    if answer and answer not in {one.uuid for one in of_queue}:
        place = f"of {url.rpartition('/')[2]}" if url else "of a queue that was found"
        raise InvalidInput(
            f"there is no event source mapping {answer} {place}: correct the UUID of {resource.kind} {resource.name}"
        )
    found = [answer] if answer else [one.uuid for one in of_queue if one.function == function]
    if url and len(found) > 1:
        raise InvalidInput(
            f"{len(found)} event source mappings connect {url.rpartition('/')[2]} to {function}: "
            f"delete all but one, or name one in the file of names: `{resource.kind} {resource.name}: {found[0]}`"
        )
    return found[0] if found else None
