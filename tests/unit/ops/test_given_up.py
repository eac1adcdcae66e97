"""Messages of OrderEventsDLQ that somebody changed: each is read, and none stops the command."""

import json
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from handler.notifier.event import Event
from ops.events.given_up import read_given_up

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda values: st.lists(values, max_size=2) | st.dictionaries(st.text(max_size=3), values, max_size=2),
    max_leaves=5,
)
MESSAGES: list[dict[str, Any]] = [
    {
        "orderId": "O1",
        "reason": "Throttled",
        "signature": "Throttled",
        "record": {"eventSourceARN": "arn", "eventName": "MODIFY", "dynamodb": {"SequenceNumber": "1", "Keys": {}}},
        "event": Event("O1@t", "O1", "{}", {"eventType": "updated"})._asdict(),
    },
    {
        "requestContext": {"condition": "RetryAttemptsExhausted"},
        "DDBStreamBatchInfo": {
            "shardId": "s",
            "startSequenceNumber": "1",
            "endSequenceNumber": "2",
            "batchSize": 2,
            "streamArn": "arn",
        },
    },
]


def paths(value: object) -> Iterator[list[str]]:
    """The paths of all members of a document."""
    if isinstance(value, dict):
        for name, member in value.items():
            yield [name]
            yield from ([name, *path] for path in paths(member))


@given(st.data(), st.sampled_from(MESSAGES), VALUES)
def test_a_message_with_any_other_value_is_read(data: st.DataObject, message: dict[str, Any], value: Any) -> None:
    changed = deepcopy(message)
    *parents, name = data.draw(st.sampled_from(list(paths(message))))
    holder = changed
    for parent in parents:
        holder = holder[parent]
    if data.draw(st.booleans()):
        holder[name] = value
    else:
        del holder[name]
    found = read_given_up(json.dumps(changed))
    assert isinstance(found.reason, str)
    assert isinstance(found.sequence, str)
    assert found.event is None or isinstance(json.dumps(found.event), str)


@given(VALUES)
def test_any_document_is_read(value: Any) -> None:
    assert read_given_up(json.dumps(value)).reason
