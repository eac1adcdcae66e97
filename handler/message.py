"""A message of OrderQueue, as Lambda passes it to the function."""

from collections.abc import Mapping
from typing import Any, NamedTuple


# A NamedTuple is faster than a frozen dataclass, both to create for each message and to define at each cold start.
class Message(NamedTuple):
    """One receive of a message. SQS can deliver a message twice in one batch, each time with another receipt handle."""

    message_id: str
    body: str
    receipt_handle: str
    receive_count: int
    """The number of times that SQS has delivered the message, including this one."""

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> "Message":
        """Read a message from a record of an SQS event."""
        receive_count = int(record["attributes"]["ApproximateReceiveCount"])
        return cls(record["messageId"], record["body"], record["receiptHandle"], receive_count)
