"""Leaves out of an update what is no difference in AWS.

The state of an imported resource contains inputs that the provider does not compare, and JSON documents as AWS writes
them. It lacks inputs that have the provider's default value; the outputs contain these.
"""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ops.review.preview import Change, Operation, document

_AWS_DEFAULTS: Mapping[str, Any] = {
    "deletionProtectionEnabled": False,
    "ephemeralStorage": {"size": 512},
    "maximumBatchingWindowInSeconds": 0,
    "rawMessageDelivery": False,
    "reservedConcurrentExecutions": -1,
    "tracingConfig": {"mode": "PassThrough"},
    "ttl": {"attributeName": "", "enabled": False},
}
"""The values that AWS gives an input that nobody sets. To leave such an input out means the same."""
_READ_ONLY = {"codeSha256"}
"""Inputs that only describe another one."""


def settled(change: Change) -> Change:
    """The change without inputs that are equal in AWS."""
    if change.operation is not Operation.UPDATE:
        return change
    before, after = dict(change.before), dict(change.after)
    outputs = {"functionName": change.outputs.get("functionArn"), **change.outputs}
    before |= {name: outputs[name] for name in after if name not in before and outputs.get(name)}
    for name in before.keys() | after.keys():
        default = _AWS_DEFAULTS.get(name)
        one, other = _plain(before.get(name, default)), _plain(after.get(name, default))
        is_compared = change.differing is None or name in change.differing
        if one == other or name in _READ_ONLY or not is_compared:
            before.pop(name, None)
            before |= {name: after[name]} if name in after else {}
        elif isinstance(before.get(name), str) and isinstance(one, dict):
            before[name] = json.dumps(one)
    return replace(change, before=before, after=after)


def _plain(value: object) -> Any:
    """A value without the differences in notation: documents as objects, and numbers that are texts as numbers."""
    found = document(value)
    return _numbers(found) if isinstance(found, dict) else value


def _numbers(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _numbers(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_numbers(one) for one in value]
    is_number = isinstance(value, str) and value.isascii() and value.isdigit() and str(int(value)) == value
    return int(value) if is_number else value
