"""Previews with the steps that a test needs."""

import json
from collections.abc import Mapping, Sequence
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
    references: Mapping[str, Sequence[str]] | None = None,
    parent: str = "",
    position: str = "",
    **state: Any,
) -> dict[str, Any]:
    """One step. `state` adds to the old state."""
    found: dict[str, Any] = {"op": operation, "urn": urn(kind, name), "replaceReasons": state.pop("reasons", None)}
    if before is not None:
        outputs = {"name": name, "arn": ARN + name, "url": URL + name}
        found["oldState"] = {"type": kind, "inputs": dict(before), "outputs": outputs, **state}
    if after is not None:
        found["newState"] = {"type": kind, "inputs": dict(after)}
        if position:
            found["newState"]["sourcePosition"] = f"project:///{position}"
        found["newState"] |= {"propertyDependencies": references or {}}
    for side in found.keys() & {"oldState", "newState"}:
        found[side]["parent"] = parent
    return found


STACK = "urn:pulumi:dev::orders::pulumi:pulumi:Stack::orders-dev"


def system_urn(system: str = "Order") -> str:
    return f"urn:pulumi:dev::orders::orders:index:OrderSystem::{system}"


def component_urn(noun: str, system: str = "Order") -> str:
    return f"urn:pulumi:dev::orders::orders:index:OrderSystem$orders:index:Order{noun}::{system}{noun}"


def component(
    noun: str, before: Mapping[str, Any] | None, after: Mapping[str, Any] | None, system: str = "Order"
) -> dict[str, Any]:
    """A component of a system, with what it records. Without a noun, the system itself."""
    urn, parent = (component_urn(noun, system), system_urn(system)) if noun else (system_urn(system), STACK)
    state = {"type": "orders:index:Component", "custom": False, "parent": parent}
    sides = {"oldState": before, "newState": after}
    found = {side: {**state, "inputs": inputs} for side, inputs in sides.items() if inputs is not None}
    return {"op": "same" if before == after else "update", "urn": urn, **found}


def preview(*steps: Mapping[str, Any], errors: tuple[str, ...] = ()) -> Preview:
    return read_preview(failed(*errors, steps=steps))


def failed(*errors: str, steps: Sequence[Mapping[str, Any]] = ()) -> str:
    """The text of a preview with errors."""
    diagnostics = [{"severity": "error", "message": f"error: {error}\n"} for error in errors]
    return json.dumps({"steps": steps, "diagnostics": diagnostics})
