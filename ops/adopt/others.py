"""Finds what nobody declared: other readers of a queue, sources of a dead-letter queue, subscribers of a topic."""

from collections.abc import Iterator

from infra import resource_types as types
from ops.adopt import calls
from ops.adopt.declared import Declared
from ops.adopt.lookup import Lookup
from ops.review.finding import Finding, Verdict


def find_others(lookup: Lookup) -> Iterator[Finding]:
    """Warn of each event source mapping, queue and subscription that stays beside those of the program."""
    yield from _readers(lookup)
    yield from _dead_letter_sources(lookup)
    yield from _subscribers(lookup)


def _readers(lookup: Lookup) -> Iterator[Finding]:
    for queue in _sources(lookup, types.MAPPING, "eventSourceArn", types.QUEUE):
        for mapping in calls.mappings(lookup.clients(queue), lookup.ids[queue.urn]):
            if mapping.uuid not in lookup.ids.values():
                yield _second_reader(queue, mapping)


def _dead_letter_sources(lookup: Lookup) -> Iterator[Finding]:
    for queue in _sources(lookup, types.ALLOW_POLICY, "queueUrl", types.QUEUE):
        for url in calls.dead_letter_sources(lookup.clients(queue), lookup.ids[queue.urn]):
            if url not in lookup.ids.values():
                yield _second_source(queue, url.rpartition("/")[2])


def _subscribers(lookup: Lookup) -> Iterator[Finding]:
    for topic in _sources(lookup, types.SUBSCRIPTION, "topic", types.TOPIC):
        if not _delivers_orders(lookup, topic):
            continue
        for subscription in calls.subscriptions(lookup.clients(topic), lookup.ids[topic.urn]):
            if subscription.arn not in lookup.ids.values():
                yield _second_subscriber(topic, subscription)


def _second_reader(queue: Declared, mapping: calls.Mapping) -> Finding:
    is_off = mapping.state in {"Disabled", "Disabling"}
    return Finding(
        verdict=Verdict.LOOK if is_off else Verdict.LOSES,
        resource=queue.name,
        what=f"the function {mapping.function} reads {queue.name} too ({mapping.state or 'unknown state'})",
        why="Each function receives a part of the orders, and deletes it from the queue. `pulumi up` keeps both.",
        instead=f"Delete its trigger: `aws lambda delete-event-source-mapping --uuid {mapping.uuid}`",
    )


def _second_source(dead_letters: Declared, source: str) -> Finding:
    return Finding(
        verdict=Verdict.LOSES,
        resource=dead_letters.name,
        what=f"{dead_letters.name} is the dead-letter queue of {source}, too",
        why=f"`pulumi up` lets only the queues of the stack use it: what fails in {source} is not moved, and expires.",
        instead=f"Give {source} another dead-letter queue first.",
    )


def _second_subscriber(topic: Declared, subscription: calls.Subscription) -> Finding:
    # The endpoint of other protocols can be an e-mail address or a secret URL.
    receiver = subscription.endpoint.rpartition(":")[2] if subscription.endpoint.startswith("arn:") else "an endpoint"
    return Finding(
        verdict=Verdict.LOOK,
        resource=topic.name,
        what=f"{topic.name} has another subscription: {subscription.protocol}, to {receiver}",
        why="The subscriber receives each order too. `pulumi up` keeps it.",
        instead="If it stores or ships orders, they are processed twice: remove the subscription.",
    )


def _sources(lookup: Lookup, kind: str, name: str, source: str) -> list[Declared]:
    """The resources that exist and to which a resource of the type refers."""
    urns = {urn for one in lookup.program.of_type(kind) for urn in one.needs.get(name, ())}
    return [one for one in lookup.program.of_type(source) if one.urn in urns and one.urn in lookup.ids]


def _delivers_orders(lookup: Lookup, topic: Declared) -> bool:
    subscriptions = lookup.program.of_type(types.SUBSCRIPTION)
    return any(one.inputs.get("protocol") == "sqs" and topic.urn in one.needs.get("topic", ()) for one in subscriptions)
