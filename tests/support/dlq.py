"""Dead letters of a running pipeline."""

from uuid import uuid4

from local.pipeline import Pipeline
from ops.dead_letters.letter import Letter
from tests.support.dead_letters import Attributes, Desk
from tests.support.waiting import eventually

ATTRIBUTES: Attributes = {
    "picture": {"DataType": "Binary.png", "BinaryValue": bytes(range(256))},
    "text": {"DataType": "String", "StringValue": "ä€😀"},
}


def new_id() -> str:
    return f"T-{uuid4().hex[:8]}"


def poison(pipeline: Pipeline, desk: Desk, *bodies: str) -> None:
    """Publish orders that fail, and wait until they are dead letters."""
    there = desk.visible(desk.dead_letters)
    assert pipeline.publish(bodies) == []
    eventually(lambda: desk.visible(desk.dead_letters) == there + len(bodies), "the dead letters")


def fill(desk: Desk, *bodies: str, attributes: Attributes | None = None) -> list[Letter]:
    """Put letters among the dead that the processor never saw."""
    return desk.fill([(body, attributes or {}) for body in bodies])


def dead(desk: Desk) -> list[str]:
    """The bodies of the dead letters."""
    return sorted(letter.body for letter in desk.held(desk.dead_letters))


def only_dead(desk: Desk) -> Letter:
    [letter] = desk.held(desk.dead_letters)
    return letter


def store(desk: Desk, *bodies: str) -> None:
    desk.store([Letter(message_id="", body=body, attributes={}, system={}) for body in bodies])
