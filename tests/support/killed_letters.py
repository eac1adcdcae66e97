"""Letters for tests that kill the command, and functions that find them afterwards."""

import json
from collections import Counter
from collections.abc import Iterable, Sequence

from ops.dead_letters.letter import Letter
from tests.support.dead_letters import Attributes, OrderQueues
from tests.support.killing import ProcessResult
from tests.support.orders import body
from tests.support.waiting import eventually

KILLED = -9

BINARY: Attributes = {"picture": {"DataType": "Binary.png", "BinaryValue": bytes(range(256))}}
TEXT: Attributes = {
    "text": {"DataType": "String", "StringValue": "ä€😀"},
    "number": {"DataType": "Number", "StringValue": "1.50"},
}
ENVELOPE = json.dumps(
    {"Type": "Notification", "TopicArn": "arn:aws:sns:us-east-1:1:OrderTopic", "Message": body("in an envelope")},
    indent=2,
)
UNICODE = json.dumps(json.loads(body("beyond ASCII", itemName="ä€😀 \u2028 \x85 \ufffd")), ensure_ascii=False, indent=1)
LETTERS: Sequence[tuple[str, Attributes]] = [
    (body("with bytes"), BINARY),
    (ENVELOPE, {}),
    (" \t\r\n ", TEXT),
    (UNICODE.replace("\n", "\r\n"), {**BINARY, **TEXT}),
    *((body(f"O{number}"), {}) for number in range(8)),
]
"""More letters than one request can send. All but one are orders, so that a redrive can send one order first."""


def written(letter: Letter) -> str:
    """Return the parts of a letter that a move must not change: all but the message ID."""
    fields = json.loads(letter.as_json())
    return json.dumps({name: fields[name] for name in ("body", "attributes")})


def count(letters: Iterable[Letter]) -> Counter[str]:
    return Counter(map(written, letters))


def dead_and_visible(queues: OrderQueues, killed: ProcessResult, point: int) -> list[Letter]:
    """Return the dead letters as soon as the killed process hides none of them any more.

    The messages of every tenth point become visible when their visibility timeout ends. To save that time, the test
    makes the messages of the other points visible.
    """
    if point % 10:
        queues.release(queues.dead_letters, killed.receipts)
    eventually(lambda: not queues.hidden(queues.dead_letters), "the end of the visibility timeout")
    return queues.letters_in(queues.dead_letters)


def assert_killed(ran: ProcessResult, point: int) -> ProcessResult:
    assert (ran.code, ran.points) == (KILLED, point), ran
    return ran
