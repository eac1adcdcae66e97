"""The place of a queue in the system: which messages come to it, by the resources that refer to it."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from infra import resource_types as types
from ops.review.finding import Finding, Verdict
from ops.review.preview import Change
from ops.review.rules.context import Context, finding
from ops.review.rules.dead_letters import target_of

ORDERS, DEAD_LETTERS, UNDELIVERED = "orders that wait", "dead letters", "undelivered orders"


def moved(queue: Change, context: Context) -> Iterator[Finding]:
    """A queue that stays in AWS with its messages, and gets the place of another one, such as by a wrong alias."""
    if queue.is_removed or not (arn := queue.outputs.get("arn")):
        return
    changes = context.preview.changes
    before = set(_places(arn, ((other.type, other.before) for other in changes)))
    after = set(_places(arn, ((other.type, other.after) for other in changes)))
    if not before or not after or before & after:
        return
    old, new = (" and ".join(sorted(places)) for places in (before, after))
    why = f"The messages in it stay there, and are taken for {new}."
    verdict = Verdict.LOSES if ORDERS in before | after else Verdict.INTERRUPTS
    instead = "Check the aliases: each queue of the program needs that of the queue which held the same messages."
    yield finding(verdict, queue, f"uses {queue.name} for {new} instead of {old}", why, instead)


def _places(arn: object, resources: Iterable[tuple[str, Mapping[str, Any]]]) -> Iterator[str]:
    for kind, inputs in resources:
        if (kind == types.SUBSCRIPTION and inputs.get("endpoint") == arn) or (
            kind == types.MAPPING and inputs.get("eventSourceArn") == arn
        ):
            yield ORDERS
        if target_of(inputs) == arn:
            yield UNDELIVERED if kind == types.SUBSCRIPTION else DEAD_LETTERS
