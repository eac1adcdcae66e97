"""The document that a new resource replaces: a queue or a topic has one of each kind, whoever declares it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from infra import resource_types as types
from ops.review.preview import UNKNOWN, Change, Operation
from ops.review.rules.context import Context


@dataclass(frozen=True, slots=True)
class Place:
    """Where AWS keeps a document."""

    input: str
    """The input of the resource that names the queue or the topic."""
    owner: str
    """The type of what has the document. It can declare the document itself, in an input of the same name."""
    output: str
    """The output of the owner that equals the input."""
    document: str


PLACES: Mapping[str, Place] = {
    types.QUEUE_POLICY: Place("queueUrl", types.QUEUE, "url", "policy"),
    types.TOPIC_POLICY: Place("arn", types.TOPIC, "arn", "policy"),
    types.REDRIVE_POLICY: Place("queueUrl", types.QUEUE, "url", "redrivePolicy"),
    types.ALLOW_POLICY: Place("queueUrl", types.QUEUE, "url", "redriveAllowPolicy"),
}


def as_update(new: Change, context: Context) -> Change:
    """A new resource, as if the engine updated the document that is in force before."""
    place = PLACES[new.type]
    before = {name: value for name, value in new.after.items() if name != place.document}
    if document := _in_force(new, place, context):
        before[place.document] = document
    return replace(new, operation=Operation.UPDATE, before=before)


def is_of_new_owner(new: Change) -> bool:
    """Whether the queue or the topic is new, too: until it exists, its name is unknown."""
    return new.after.get(PLACES[new.type].input) in (None, UNKNOWN)


def _in_force(new: Change, place: Place, context: Context) -> Any:
    """The document before, of another resource or of the owner. None if there is none, or if the preview hides it."""
    owner = new.after.get(place.input)
    changes = context.preview.changes
    others = [one for one in changes if one.type == new.type and one.before.get(place.input) == owner]
    owners = [one for one in changes if one.type == place.owner and one.outputs.get(place.output) == owner]
    return next((one.before[place.document] for one in (*others, *owners) if one.before.get(place.document)), None)
