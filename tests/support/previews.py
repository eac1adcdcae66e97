"""Previews with the steps that a test needs."""

import json
from collections.abc import Mapping
from typing import Any

from ops.review.preview import Preview, read_preview

ARN = "arn:aws:sqs:eu-west-1:000000000000:"
URL = "https://sqs.eu-west-1.amazonaws.com/000000000000/"


def urn(kind: str, name: str) -> str:
    return f"urn:pulumi:dev::orders::orders:index:OrderSystem${kind}::{name}"


def step(
    operation: str,
    kind: str,
    name: str,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    **state: Any,
) -> dict[str, Any]:
    """One step. `state` adds to the old state."""
    found: dict[str, Any] = {"op": operation, "urn": urn(kind, name), "replaceReasons": state.pop("reasons", None)}
    if before is not None:
        outputs = {"name": name, "arn": ARN + name, "url": URL + name}
        found["oldState"] = {"type": kind, "inputs": dict(before), "outputs": outputs, **state}
    if after is not None:
        found["newState"] = {"type": kind, "inputs": dict(after)}
    return found


def preview(*steps: Mapping[str, Any], errors: tuple[str, ...] = ()) -> Preview:
    diagnostics = [{"severity": "error", "message": f"error: {error}\n"} for error in errors]
    return read_preview(json.dumps({"steps": steps, "diagnostics": diagnostics}))
