"""A dead letter: a message of the dead-letter queue, with all that has to survive when it moves."""

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Self

from handler.order import InvalidOrder, parse_order

if TYPE_CHECKING:
    from mypy_boto3_sqs.type_defs import MessageTypeDef

CAME_FROM = "ordersCameFrom"
"""The message attribute of an edited or restored letter: the message id under which the log knows it."""
MAX_BYTES = 1_048_576
"""The largest message, and the largest batch of them, attributes included (SQS Developer Guide, message quotas)."""
MAX_ATTRIBUTES = 10
"""The most attributes of a message (SQS Developer Guide, message quotas)."""
TRACE = "AWSTraceHeader"
"""The one system attribute that a sender can set (SQS API Reference, SendMessage)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A message as SQS handed it out.

    `attributes` are the publisher's, each `{"DataType": …, "StringValue": …}` or with a `BinaryValue` of bytes;
    `system` are those of SQS.
    """

    message_id: str
    body: str
    attributes: Mapping[str, Mapping[str, Any]]
    system: Mapping[str, str]

    @classmethod
    def received(cls, message: "MessageTypeDef") -> Self:
        # Only what can be sent again: SQS also answers with lists that it has no use for yet.
        attributes: dict[str, Mapping[str, Any]] = {
            name: {key: given for key in ("DataType", "StringValue", "BinaryValue") if (given := value.get(key))}
            for name, value in message.get("MessageAttributes", {}).items()
        }
        system: dict[str, str] = {str(name): value for name, value in message.get("Attributes", {}).items()}
        return cls(message_id=message["MessageId"], body=message.get("Body", ""), attributes=attributes, system=system)

    @property
    def first_seen(self) -> datetime:
        """When the order was first queued: SQS counts its retention from then."""
        return datetime.fromtimestamp(int(self.system["SentTimestamp"]) / 1000, UTC)

    @property
    def order_id(self) -> str | None:
        """The order that it is about, where it got far enough to say so."""
        try:
            return parse_order(self.body).order_id
        except InvalidOrder as invalid:
            return invalid.order_id

    @property
    def logged_as(self) -> str:
        """The message id under which its failures were logged first."""
        return str(self.attributes.get(CAME_FROM, {}).get("StringValue", self.message_id))

    @property
    def size(self) -> int:
        """Bytes, as SQS counts them: the body, and of each attribute its name, type and value."""
        of_attributes = (
            len(name.encode())
            + sum(len(part if isinstance(part, bytes) else str(part).encode()) for part in value.values())
            for name, value in self.attributes.items()
        )
        return len(self.body.encode()) + sum(of_attributes)

    def coming_from(self, message_id: str) -> Mapping[str, Mapping[str, Any]]:
        """Its attributes with where it came from, or as they are where SQS would not take one more."""
        mark = {"DataType": "String", "StringValue": message_id}
        room = self.size + len(CAME_FROM) + sum(map(len, mark.values())) <= MAX_BYTES
        if CAME_FROM in self.attributes or not room or len(self.attributes) >= MAX_ATTRIBUTES:
            return self.attributes
        return {**self.attributes, CAME_FROM: mark}

    def as_json(self) -> str:
        """One line that holds all of it; bytes are written in base64."""
        attributes = {
            name: {key: _text(value) for key, value in attribute.items()} for name, attribute in self.attributes.items()
        }
        fields = {
            "messageId": self.message_id,
            "body": self.body,
            "attributes": attributes,
            "system": dict(self.system),
        }
        return json.dumps(fields, sort_keys=True)

    @classmethod
    def from_json(cls, line: str) -> Self:
        """The opposite of `as_json`. Raises ValueError, KeyError or TypeError for anything else."""
        fields = json.loads(line)
        attributes = {
            name: {
                key: base64.b64decode(value, validate=True) if key == "BinaryValue" else value
                for key, value in attribute.items()
            }
            for name, attribute in fields["attributes"].items()
        }
        return cls(message_id=fields["messageId"], body=fields["body"], attributes=attributes, system=fields["system"])

    def digest(self) -> str:
        """SHA-256 of what has to survive: id, body and attributes, but not how often it was looked at."""
        kept = json.loads(self.as_json())
        del kept["system"]
        return hashlib.sha256(json.dumps(kept, sort_keys=True).encode()).hexdigest()


def _text(value: str | bytes) -> str:
    return base64.b64encode(value).decode() if isinstance(value, bytes) else value
