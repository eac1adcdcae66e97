"""A topic in memory, with SNS's limits, whose requests and single messages a test can fail."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.support.valid_request import check_request

TOPIC = "arn:aws:sns:eu-west-1:123456789012:OrderEvents"
MAX_BYTES = 262_144
# The documented limits, which botocore's service model lacks (SNS API Reference, PublishBatchRequestEntry and
# MessageAttributeValue; SNS Developer Guide, "Message attributes").
_ID = re.compile(r"[A-Za-z0-9_-]{1,80}")
_GROUP = re.compile(r"[!-~]{1,128}")
_TEXT = re.compile(r"[\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]+")

Entry = Mapping[str, Any]
Answer = Mapping[str, Any]


def sns_error(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": f"because of {code}"}}, "PublishBatch")


class FakeSNS:
    """A client of a topic. It publishes whole requests, unless a test decides otherwise."""

    def __init__(
        self,
        *,
        before: Callable[[Sequence[Entry]], None] = lambda _entries: None,
        after: Callable[[Sequence[Entry]], Answer | None] = lambda _entries: None,
        refuse: Callable[[Entry], str | None] = lambda _entry: None,
    ) -> None:
        """`before` and `after` see each request before and after it takes effect. They may raise.

        An answer of `after` replaces SNS's own. `refuse` returns the error code of a message that SNS does not accept.
        """
        self._before, self._after, self._refuse = before, after, refuse
        self.requests: list[Sequence[Entry]] = []
        self.published: list[Entry] = []

    @property
    def events(self) -> list[dict[str, Any]]:
        return [json.loads(entry["Message"]) for entry in self.published]

    @property
    def ids(self) -> list[str]:
        return [event["id"] for event in self.events]

    def publish_batch(self, **request: Any) -> Answer:
        check_request("sns", "PublishBatch", request)
        entries: Sequence[Entry] = request["PublishBatchRequestEntries"]
        _check(request["TopicArn"], entries)
        self.requests.append(entries)
        self._before(entries)
        if sum(map(size, entries)) > MAX_BYTES:
            raise sns_error("BatchRequestTooLong" if len(entries) > 1 else "InvalidParameter")
        answer: dict[str, Any] = {"Successful": [], "Failed": []}
        for entry in entries:
            if code := self._refuse(entry):
                answer["Failed"].append({"Id": entry["Id"], "Code": code, "Message": "", "SenderFault": True})
            else:
                self.published.append(entry)
                answer["Successful"].append({"Id": entry["Id"], "MessageId": "m"})
        return self._after(entries) or answer


def size(entry: Entry) -> int:
    """The bytes of a message with its attributes."""
    attributes = [
        name + value["DataType"] + value["StringValue"] for name, value in entry.get("MessageAttributes", {}).items()
    ]
    return sum(len(text.encode()) for text in [entry["Message"], *attributes])


def order_id(entry: Entry) -> str:
    return str(json.loads(entry["Message"])["subject"])


def _check(topic: str, entries: Sequence[Entry]) -> None:
    ids = [entry["Id"] for entry in entries]
    problems = [
        (not 1 <= len(entries) <= 10, "a request has one to ten messages"),
        (len(set(ids)) < len(ids) or not all(map(_ID.fullmatch, ids)), "the IDs are not distinct or not valid"),
        (not all(_TEXT.fullmatch(entry["Message"]) for entry in entries), "a message has a character that SNS refuses"),
    ]
    for entry in entries:
        values = [value["StringValue"] for value in entry["MessageAttributes"].values()]
        problems.append((not all(map(_TEXT.fullmatch, values)), f"an attribute is empty or not valid: {values}"))
        for name in ("MessageGroupId", "MessageDeduplicationId"):
            is_valid = bool(_GROUP.fullmatch(entry[name])) if name in entry else not topic.endswith(".fifo")
            problems.append((not is_valid, f"{name} is not valid or missing"))
    for is_problem, text in problems:
        if is_problem:
            pytest.fail(text)
