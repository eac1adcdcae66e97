"""A dead letter: a message in OrderDLQ, with everything that has to survive when it moves."""

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Self

from handler.order import InvalidOrder, parse_order
from ops.order_body import order_ids_in

if TYPE_CHECKING:
    from mypy_boto3_sqs.type_defs import MessageTypeDef

CAME_FROM = "ordersCameFrom"
"""The message attribute of an edited or restored letter: the message IDs that it had before, the latest first.

A publisher can set it too, so it only adds to what the log contains under the letter's own message ID.
"""
EDITED = "String.edited"
"""The data type of that attribute if `edit` changed the order. SQS accepts any label after the type."""
MAX_MESSAGE_IDS = 20
"""The maximum number of message IDs of a letter, including its own. The oldest ones are forgotten."""
MAX_MESSAGE_ID = 100
"""The maximum length of a message ID (SQS Developer Guide, queue and message identifiers)."""
MAX_BYTES = 1_048_576
"""The largest message, and the largest batch, including attributes (SQS Developer Guide, message quotas)."""
MAX_ATTRIBUTES = 10
"""The maximum number of attributes of a message (SQS Developer Guide, message quotas)."""
TRACE = "AWSTraceHeader"
"""The only system attribute that a sender can set (SQS API Reference, SendMessage)."""
GROUP = "MessageGroupId"
"""The tenant of a message in a fair queue. It is a parameter of a send request, and a system attribute on arrival."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A message as SQS delivered it.

    `attributes` are those of the publisher, each with a `DataType` and either a `StringValue` or a `BinaryValue` of
    bytes. `system` contains the attributes that SQS sets.
    """

    message_id: str
    body: str
    attributes: Mapping[str, Mapping[str, Any]]
    system: Mapping[str, str]

    @classmethod
    def received(cls, message: "MessageTypeDef") -> Self:
        # SQS also returns empty lists in each attribute, which it does not accept in a request.
        attributes: dict[str, Mapping[str, Any]] = {
            name: {key: given for key in ("DataType", "StringValue", "BinaryValue") if (given := value.get(key))}
            for name, value in message.get("MessageAttributes", {}).items()
        }
        system: dict[str, str] = {str(name): value for name, value in message.get("Attributes", {}).items()}
        return cls(message_id=message["MessageId"], body=message.get("Body", ""), attributes=attributes, system=system)

    @property
    def first_seen(self) -> datetime:
        """The time at which the order was first queued. SQS counts the retention period from then."""
        return datetime.fromtimestamp(int(self.system["SentTimestamp"]) / 1000, UTC)

    @property
    def order_id(self) -> str | None:
        """The ID of the order, or None if the body contains none, or more than one."""
        order_ids = self.order_ids
        return order_ids[0] if len(order_ids) == 1 else None

    @property
    def order_ids(self) -> Sequence[str]:
        """Every order ID in the body, each once. There are several if the field occurs more than once."""
        try:
            return (parse_order(self.body).order_id,)
        except InvalidOrder as invalid:
            found = tuple(dict.fromkeys(order_ids_in(self.body)))
            return found or ((invalid.order_id,) if invalid.order_id else ())

    @property
    def logged_as(self) -> tuple[str, ...]:
        """The message IDs under which the log can contain failures of this letter, its own first."""
        mark = str(self.attributes.get(CAME_FROM, {}).get("StringValue", ""))
        former = (message_id for message_id in mark.split() if len(message_id) <= MAX_MESSAGE_ID)
        return tuple(dict.fromkeys((self.message_id, *former)))[:MAX_MESSAGE_IDS]

    @property
    def size(self) -> int:
        """The size in bytes, as SQS counts it: the body, and the name, type and value of each attribute."""
        of_attributes = (
            _bytes_of(name) + sum(len(part) if isinstance(part, bytes) else _bytes_of(part) for part in value.values())
            for name, value in self.attributes.items()
        )
        return _bytes_of(self.body) + sum(of_attributes)

    @property
    def is_marked(self) -> bool:
        """Whether the letter has the attribute `ordersCameFrom`."""
        return CAME_FROM in self.attributes

    @property
    def is_edited(self) -> bool:
        """Whether `edit` put the letter back."""
        return self.attributes.get(CAME_FROM, {}).get("DataType") == EDITED

    def marked(self, data_type: str = "String") -> Self:
        """Set the attribute `ordersCameFrom` for a copy of this letter, which gets another message ID.

        If a limit of SQS leaves no room for every message ID, the attribute contains this letter's own one only. If it
        leaves no room for that either, the copy has no such attribute: one without the own ID could be a publisher's.
        """
        others = {name: value for name, value in self.attributes.items() if name != CAME_FROM}
        for message_ids in (self.logged_as, self.logged_as[:1]):
            mark = {"DataType": data_type, "StringValue": " ".join(message_ids)}
            marked = replace(self, attributes={**others, CAME_FROM: mark})
            if marked.size <= MAX_BYTES and len(marked.attributes) <= MAX_ATTRIBUTES:
                return marked
        return replace(self, attributes=others)

    def as_json(self) -> str:
        """Format the whole letter as one line of JSON. Bytes are encoded in base64."""
        attributes = {
            name: {key: _as_text(value) for key, value in attribute.items()}
            for name, attribute in self.attributes.items()
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
        """Parse the output of `as_json`. Raises ValueError, KeyError or TypeError for anything else."""
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
        """SHA-256 of the message ID, the body and the attributes. SQS's own attributes change with every receive."""
        kept = json.loads(self.as_json())
        del kept["system"]
        return hashlib.sha256(json.dumps(kept, sort_keys=True).encode()).hexdigest()


def _bytes_of(text: str) -> int:
    return len(text.encode(errors="surrogatepass"))


def _as_text(value: str | bytes) -> str:
    return base64.b64encode(value).decode() if isinstance(value, bytes) else value
