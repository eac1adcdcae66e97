"""What a rule may look at besides its own change."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from itertools import takewhile
from typing import Any

from infra import resource_types as types
from ops.review.finding import Finding, Verdict
from ops.review.live import Live, QueueFacts
from ops.review.preview import UNKNOWN, Change, Operation, Preview, document
from ops.review.settings import Systems

SHOW_SAMES = "Preview with `pulumi preview --show-sames`."
"""The remedy if the preview may hide what decides."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """The whole preview, and what AWS says now."""

    preview: Preview
    live: Live
    systems: Systems = field(default_factory=Systems)

    def queue(self, change: Change) -> QueueFacts | None:
        """The messages in a queue, or None if they are not known."""
        return self.live.queues.get(change.urn)

    def delivers_orders(self, topic: Change) -> bool:
        """Whether a queue is subscribed to the topic. Publishers send orders to such a topic."""
        arn = topic.outputs.get("arn")
        subscribed = [other.before.get("topic") for other in self._queue_subscriptions()]
        # A preview without the resources that stay the same may contain no subscription.
        return arn in subscribed if subscribed else not self.preview.shows_sames

    def keeps_undelivered(self, policy: Change) -> bool:
        """Whether a policy is that of a queue for orders that SNS could not deliver."""
        if policy.type not in {types.QUEUE, types.QUEUE_POLICY}:
            return False
        named = policy.before.get("queueUrl") or policy.after.get("queueUrl")
        # A preview without the resources that stay the same may not contain the queue or the subscription.
        if named and not self.preview.shows_sames and not self._queue_subscriptions():
            return True
        queue = policy if policy.type == types.QUEUE else self.queue_at(named)
        targets = (document(other.before.get("redrivePolicy")) for other in self._queue_subscriptions())
        arns = [one.get("deadLetterTargetArn") for one in targets if isinstance(one, dict)]
        return queue is not None and queue.outputs.get("arn") in arns

    def queues_of_failed_orders(self) -> AbstractSet[str]:
        """The ARNs of the queues to which SQS, SNS or Lambda moves the orders and events that fail."""
        policies = (document(other.before.get("redrivePolicy")) for other in self.preview.changes)
        destinations = (destination(other.before) for other in self.preview.changes)
        return {
            *(
                str(one["deadLetterTargetArn"])
                for one in policies
                if isinstance(one, dict) and "deadLetterTargetArn" in one
            ),
            *(one for one in destinations if one),
        }

    def _queue_subscriptions(self) -> Sequence[Change]:
        return [
            other
            for other in self.preview.changes
            if other.type == types.SUBSCRIPTION and other.before.get("protocol") == "sqs"
        ]

    def others(self, change: Change) -> Sequence[Change]:
        """The other resources of the same type that stay in the stack."""
        return [
            other
            for other in self.preview.changes
            if other.type == change.type and other.urn != change.urn and other.before and not other.is_removed
        ]

    def queue_at(self, url: object) -> Change | None:
        """The queue with this URL. None if it is new, or if the preview does not contain it."""
        queues = (other for other in self.preview.changes if other.type == types.QUEUE and url)
        return next((queue for queue in queues if queue.outputs.get("url") == url), None)

    def function(self, arn: str) -> Change | None:
        """The function that exists with this ARN or name. None if the preview does not contain it."""
        functions = (other for other in self.preview.changes if other.type == types.FUNCTION and other.before)
        return next((one for one in functions if one.physical_name == function_name(arn)), None)

    def queues_read_by(self, function: Change) -> Iterator[Change]:
        """The queues that a function reads after the change, as far as the preview contains them."""
        mappings = [other for other in self.preview.changes if other.type == types.MAPPING and other.after]
        arns = [
            mapping.after.get("eventSourceArn")
            for mapping in mappings
            if function_name(str(mapping.after.get("functionName"))) == function.physical_name
        ]
        return (
            other for other in self.preview.changes if other.type == types.QUEUE and other.outputs.get("arn") in arns
        )

    def removes_queue(self, url: object) -> bool:
        """Whether the queue with this URL leaves the stack."""
        queue = self.queue_at(url)
        return queue is not None and queue.is_removed

    def keeps_queue(self, arn: object) -> bool:
        """Whether the queue with this ARN is in the stack after the change. A new one has no ARN yet."""
        queues = (other for other in self.preview.changes if other.type == types.QUEUE and not other.is_removed)
        return arn == UNKNOWN or any(queue.outputs.get("arn") == arn for queue in queues)

    def twin(self, deleted: Change) -> Change | None:
        """The new resource that takes the place of a deleted one, if one is clearly meant.

        A moved resource keeps its name and gets other parents. A renamed one keeps its parents and a part of its name.
        """
        created = [
            other
            for other in self.preview.changes
            if other.type == deleted.type and other.operation is Operation.CREATE
        ]
        if moved := [other for other in created if other.name == deleted.name]:
            return moved[0]
        renamed = [other for other in created if other.parents == deleted.parents]
        return max(renamed, key=lambda other: _similarity(other.name, deleted.name), default=None)

    @property
    def is_first_deployment(self) -> bool:
        """Whether the stack is new. A preview need not contain the resources that stay the same.

        The stack itself can be missing in the state of resources that exist.
        """
        return self.preview.is_new_stack is not False and all(
            change.operation is Operation.CREATE for change in self.preview.changes
        )

    def is_in_new_system(self, change: Change) -> bool:
        """Whether a resource belongs to a system that does not exist yet, besides others."""
        outermost = self.systems.outermost.get(change.parent)
        return any(one.urn == outermost and one.before is None for one in self.preview.components)


def function_name(arn: str) -> str:
    """The name in `OrderProcessor`, `arn:aws:lambda:…:function:OrderProcessor`, both with or without a qualifier."""
    return arn.partition(":function:")[2].partition(":")[0] or arn.partition(":")[0]


def destination(inputs: Mapping[str, Any]) -> str | None:
    """The ARN of the queue for what an event source mapping discards."""
    config = inputs.get("destinationConfig")
    on_failure = config.get("onFailure") if isinstance(config, dict) else None
    found = on_failure.get("destinationArn") if isinstance(on_failure, dict) else None
    return found if isinstance(found, str) else None


def _similarity(one: str, other: str) -> int:
    """The length of the end that two names share."""
    pairs = zip(reversed(one), reversed(other), strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


Rule = Callable[[Change, Context], Iterator[Finding]]


def finding(verdict: Verdict, change: Change, what: str, why: str, instead: str = "") -> Finding:
    return Finding(verdict=verdict, resource=change.name, what=what, why=why, instead=instead)
